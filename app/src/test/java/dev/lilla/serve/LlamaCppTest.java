package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LlamaCppTest {
    @AutoClose
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.start();
    }

    @Test
    void tokenizesAndBack() throws Exception {
        int[] tokens = server.local().encode("Hello there");
        JsonNode with = server.ask("/tokenize", "{\"content\":\"Hello there\",\"add_special\":true}");
        JsonNode without = server.ask("/tokenize", "{\"content\":\"Hello there\"}");

        assertThat(with.toString())
                .isEqualTo("{\"tokens\":" + Arrays.toString(tokens).replace(" ", "") + "}");
        assertThat(without.get("tokens")).hasSize(tokens.length - 1);
        assertThat(server.ask("/detokenize", without.toString()).get("content").asString())
                .isEqualTo("Hello there");
        assertThat(server.post("/detokenize", "{\"tokens\":[99999]}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void tokenizesWithPiecesAndWithoutSpecialTokens() throws Exception {
        JsonNode pieces = server.ask("/tokenize", "{\"content\":\"Hello <|user|> é\",\"with_pieces\":true}");
        String text = pieces.get("tokens")
                .valueStream()
                .map(token -> token.get("piece"))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .collect(Collectors.joining());

        assertThat(pieces.at("/tokens/0").propertyNames()).containsExactly("id", "piece");
        assertThat(text).startsWith("Hello <|user|>");
        JsonNode plain = server.ask("/tokenize", "{\"content\":\"<|user|>\",\"parse_special\":false}");
        JsonNode parsed = server.ask("/tokenize", "{\"content\":\"<|user|>\"}");
        assertThat(parsed.get("tokens")).hasSize(1);
        assertThat(plain.get("tokens").size()).isGreaterThan(1);
    }

    /// What an evaluation harness asks a tokenizer elsewhere.
    @Test
    void isTheTokenizerOfAHarness() throws Exception {
        JsonNode details = TestServer.json(server.get("/tokenizer_info").body());
        assertThat(details.propertyNames()).contains("bos_token", "eos_token", "pad_token", "chat_template");
        JsonNode tokens = server.ask("/tokenize", "{\"prompt\":\"Hello\",\"add_special_tokens\":false}");
        assertThat(server.ask("/detokenize", tokens.toString()).get("prompt").asString())
                .isEqualTo("Hello");
    }

    @Test
    void appliesTheTemplate() throws Exception {
        JsonNode rendered = server.ask("/apply-template", "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}");

        assertThat(rendered.propertyNames()).containsExactly("prompt");
        assertThat(rendered.get("prompt").asString()).endsWith("<|user|>Hello<|assistant|>");
    }

    /// The template of the demo model has no place for tools.
    @Test
    void appliesATemplateThatKnowsNoToolsToCallsInWords() throws Exception {
        JsonNode rendered = server.ask("/apply-template", """
                {"messages": [
                  {"role": "user", "content": "Rain?"},
                  {"role": "assistant", "content": null, "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "sky", "arguments": "{\\"city\\": \\"Lund\\"}"}},
                    {"id": "c2", "type": "function", "function": {"name": "sea", "arguments": "{}"}}]},
                  {"role": "tool", "tool_call_id": "c2", "content": "calm"},
                  {"role": "tool", "tool_call_id": "c1", "content": "wet"}]}""");

        assertThat(rendered.get("prompt").asString()).endsWith("""
                        <|user|>Rain?<|assistant|><tool_call>{"name":"sky","arguments":{"city":"Lund"}}</tool_call>
                        <tool_call>{"name":"sea","arguments":{}}</tool_call><|end|><|user|>Result of sea: calm
                        Result of sky: wet<|assistant|>""");
    }

    @Test
    void tellsItsProperties() throws Exception {
        JsonNode props = TestServer.json(server.get("/props").body());

        assertThat(props.at("/default_generation_settings/n_ctx").asInt()).isEqualTo(512);
        assertThat(props.get("chat_template").asString()).contains("<|assistant|>");
        assertThat(props.toString()).doesNotContain(".gguf");
    }

    @Test
    void tellsThemOfTheModelThatTheQueryNames() throws Exception {
        for (String path : List.of("/props", "/tokenizer_info", "/lora-adapters")) {
            assertThat(server.get(path + "?model=tiny").body())
                    .isEqualTo(server.get(path).body());
            HttpResponse<String> unknown = server.get(path + "?model=no%20ne");
            assertThat(unknown.statusCode()).isEqualTo(404);
            assertThat(unknown.body()).contains("no model \\\"no ne\\\"", "\"param\":\"model\"");
        }
    }

    @Test
    void continuesATextInOnePiece() throws Exception {
        JsonNode reply = server.ask(
                "/completion", "{\"prompt\":\"The office\",\"n_predict\":6,\"temperature\":0,\"n_probs\":2}");
        JsonNode openAi =
                server.ask("/v1/completions", "{\"prompt\":\"The office\",\"temperature\":0,\"max_tokens\":6}");

        assertThat(reply.get("content")).isEqualTo(openAi.at("/choices/0/text"));
        assertThat(reply.get("stop").asBoolean()).isTrue();
        assertThat(reply.get("stop_type").asString()).isEqualTo("limit");
        assertThat(reply.get("tokens")).hasSize(6);
        assertThat(reply.get("tokens_predicted").asInt()).isEqualTo(6);
        assertThat(reply.get("completion_probabilities")).hasSize(6);
        assertThat(reply.at("/completion_probabilities/0").propertyNames())
                .containsExactly("id", "token", "bytes", "logprob", "top_logprobs");
        assertThat(reply.at("/timings/predicted_n").asInt()).isEqualTo(6);
    }

    @Test
    void continuesATextAsItIsWritten() throws Exception {
        String body = "{\"prompt\":\"The office\",\"n_predict\":6,\"temperature\":0";
        String expected = server.ask("/completion", body + "}").get("content").asString();
        HttpResponse<String> response = server.post("/completion", body + ",\"stream\":true}");
        List<JsonNode> events = new ArrayList<>();
        for (String frame : response.body().split("\n\n")) {
            assertThat(frame).startsWith("data: {");
            events.add(TestServer.json(frame.substring("data: ".length())));
        }

        assertThat(events.getFirst().propertyNames())
                .containsExactly(
                        "index", "content", "tokens", "stop", "id_slot", "tokens_predicted", "tokens_evaluated");
        assertThat(events.stream().map(event -> event.get("content").asString()).collect(Collectors.joining()))
                .isEqualTo(expected);
        assertThat(events.getLast().get("stop").asBoolean()).isTrue();
        assertThat(events.getLast().get("content").asString()).isEmpty();
    }

    @Test
    void saysWhichStringEndedAText() throws Exception {
        String whole = server.ask("/completion", "{\"prompt\":\"The office\",\"n_predict\":12,\"temperature\":0}")
                .get("content")
                .asString();
        String word = whole.substring(whole.length() / 2, whole.length() / 2 + 3);
        JsonNode reply = server.ask(
                "/completion",
                "{\"prompt\":\"The office\",\"n_predict\":12,\"temperature\":0,\"stop\":[\"" + word + "\"]}");

        assertThat(reply.get("content").asString()).isEqualTo(whole.substring(0, whole.indexOf(word)));
        assertThat(reply.get("stop_type").asString()).isEqualTo("word");
        assertThat(reply.get("stopping_word").asString()).isEqualTo(word);
    }

    @Test
    void refusesWaysOfChoosingThatItLacks() throws Exception {
        for (String more : List.of(
                "\"mirostat\":2",
                "\"dry_multiplier\":0.8",
                "\"samplers\":[\"magic\"]",
                "\"n_predict\":0",
                "\"n\":2",
                "\"prompt\":[\"a\",\"b\"]")) {
            String prompt = more.contains("prompt") ? "" : "\"prompt\":\"a\",";
            assertThat(server.post("/completion", "{" + prompt + more + "}").statusCode())
                    .as(more)
                    .isEqualTo(400);
        }
        assertThat(server.post(
                                "/completion",
                                "{\"prompt\":\"a\",\"n_predict\":1,\"mirostat\":0,\"samplers\":[\"dry\",\"top_k\",\"temperature\"]}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void embedsInItsOwnShape() throws Exception {
        JsonNode reply = server.ask("/embedding", "{\"content\":\"Hello\"}");

        assertThat(reply.at("/0").propertyNames()).containsExactly("index", "embedding");
        assertThat(reply.at("/0/embedding/0"))
                .isEqualTo(server.ask("/v1/embeddings", "{\"input\":\"Hello\"}").at("/data/0/embedding"));
    }

    @Test
    void hasNoRerankerAndNoAdapters() throws Exception {
        for (String path : List.of("/rerank", "/reranking", "/v1/rerank", "/v1/reranking")) {
            assertThat(server.post(path, "{\"query\":\"a\",\"documents\":[\"b\"]}")
                            .statusCode())
                    .isEqualTo(400);
        }
        assertThat(server.get("/lora-adapters").body()).isEqualTo("[]");
        assertThat(server.post("/lora-adapters", "[{\"id\":0,\"scale\":1}]").statusCode())
                .isEqualTo(400);
        assertThat(server.post("/lora-adapters", "{}").statusCode()).isEqualTo(400);
        assertThat(server.post("/lora-adapters", "[]").body()).isEqualTo("{\"success\":true}");
    }
}
