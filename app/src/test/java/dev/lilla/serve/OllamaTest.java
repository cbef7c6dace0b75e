package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class OllamaTest {
    private static final String GREEDY = "\"options\":{\"temperature\":0,\"num_predict\":6}";
    private static final String HELLO = "\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";

    @AutoClose
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.start();
    }

    /// What OpenAI's API says to the same.
    private static String expected(String more) throws Exception {
        return server.ask(
                        "/v1/chat/completions",
                        "{\"messages\":[" + more + "{\"role\":\"user\",\"content\":\"Hello\"}],\"temperature\":0,"
                                + "\"max_tokens\":6}")
                .at("/choices/0/message/content")
                .asString();
    }

    private static String fixed(String body) {
        return body.replaceAll("\"created_at\":\"\\d{4}-[0-9T:.-]+Z\"", "\"created_at\":\"T\"")
                .replaceAll("\"(\\w+_duration)\":\\d+", "\"$1\":1");
    }

    @Test
    void answersAChatInTheShapeOfTheContractToTheByte() throws Exception {
        String body = server.post("/api/chat", "{" + HELLO + "," + GREEDY + ",\"stream\":false}")
                .body();

        assertThat(fixed(body))
                .isEqualTo("{\"model\":\"tiny\",\"created_at\":\"T\",\"message\":{\"role\":\"assistant\",\"content\":\""
                        + expected("") + "\"},\"done\":true,\"done_reason\":\"length\",\"total_duration\":1,"
                        + "\"load_duration\":1,\"prompt_eval_count\":4,\"prompt_eval_duration\":1,\"eval_count\":6,"
                        + "\"eval_duration\":1}");
    }

    @Test
    void streamsLinesUnlessToldOtherwise() throws Exception {
        List<JsonNode> lines = server.lines("/api/chat", "{" + HELLO + "," + GREEDY + "}");

        assertThat(fixed(lines.getFirst().toString()))
                .startsWith(
                        "{\"model\":\"tiny\",\"created_at\":\"T\",\"message\":{\"role\":\"assistant\",\"content\":\"")
                .endsWith("\"},\"done\":false}");
        assertThat(text(lines, "/message/content")).isEqualTo(expected(""));
        assertThat(lines.getLast().propertyNames())
                .containsExactly(
                        "model",
                        "created_at",
                        "message",
                        "done",
                        "done_reason",
                        "total_duration",
                        "load_duration",
                        "prompt_eval_count",
                        "prompt_eval_duration",
                        "eval_count",
                        "eval_duration");
        assertThat(lines.getLast().get("total_duration").asLong()).isPositive();
    }

    private static String text(List<JsonNode> lines, String pointer) {
        return lines.stream().map(line -> line.at(pointer).asString()).collect(Collectors.joining());
    }

    @Test
    void generatesATurnOrWhatFollows() throws Exception {
        List<JsonNode> turn = server.lines(
                "/api/generate",
                "{\"model\":\"tiny:latest\",\"system\":\"Be brief.\",\"prompt\":\"Hello\",\"context\":[1,2]," + GREEDY
                        + "}");
        JsonNode raw = server.ask(
                "/api/generate",
                "{\"model\":\"tiny\",\"raw\":true,\"prompt\":\"The office\",\"stream\":false," + GREEDY + "}");
        JsonNode completion =
                server.ask("/v1/completions", "{\"prompt\":\"The office\",\"temperature\":0,\"max_tokens\":6}");

        assertThat(text(turn, "/response")).isEqualTo(expected("{\"role\":\"system\",\"content\":\"Be brief.\"},"));
        assertThat(turn.getFirst().propertyNames()).containsExactly("model", "created_at", "response", "done");
        assertThat(raw.get("response")).isEqualTo(completion.at("/choices/0/text"));
    }

    @Test
    void saysThatAModelIsLoadedIfNothingIsAsked() throws Exception {
        String chat = server.post("/api/chat", "{\"model\":\"tiny\",\"messages\":[],\"keep_alive\":\"5m\"}")
                .body();
        String generate = server.post("/api/generate", "{\"model\":\"tiny\",\"stream\":false}")
                .body();

        assertThat(fixed(chat))
                .isEqualTo(
                        "{\"model\":\"tiny\",\"created_at\":\"T\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},"
                                + "\"done\":true,\"done_reason\":\"load\"}\n");
        assertThat(fixed(generate))
                .isEqualTo(
                        "{\"model\":\"tiny\",\"created_at\":\"T\",\"response\":\"\",\"done\":true,\"done_reason\":\"load\"}");
    }

    @Test
    void drawsTheSameForTheSameSeed() throws Exception {
        String body = "{" + HELLO + ",\"stream\":false,\"options\":{\"temperature\":2,\"num_predict\":60,\"seed\":";
        String first =
                server.ask("/api/chat", body + "11}}").at("/message/content").asString();

        assertThat(server.ask("/api/chat", body + "11}}").at("/message/content").asString())
                .isEqualTo(first);
        assertThat(server.ask("/api/chat", body + "12}}").at("/message/content").asString())
                .isNotEqualTo(first);
    }

    @Test
    void namesLogprobs() throws Exception {
        JsonNode reply = server.ask(
                "/api/chat", "{" + HELLO + "," + GREEDY + ",\"stream\":false,\"logprobs\":true,\"top_logprobs\":2}");

        assertThat(reply.get("logprobs")).hasSize(6);
        assertThat(reply.at("/logprobs/0").propertyNames())
                .containsExactly("token", "logprob", "bytes", "top_logprobs");
        assertThat(reply.at("/logprobs/0/top_logprobs")).hasSize(2);
    }

    @Test
    void holdsAnswersToAFormat() throws Exception {
        String schema = "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[\"x\",\"y\"]}},\"required\":[\"a\"]}";
        JsonNode reply = server.ask("/api/chat", "{" + HELLO + ",\"stream\":false,\"format\":" + schema + "}");

        JsonNode written = TestServer.json(reply.at("/message/content").asString());
        assertThat(written.propertyNames()).containsExactly("a");
        assertThat(written.get("a").asString()).isIn("x", "y");
        assertThat(reply.get("done_reason").asString()).isEqualTo("stop");
    }

    @Test
    void listsAndShowsModels() throws Exception {
        JsonNode model = TestServer.json(server.get("/api/tags").body()).at("/models/0");
        assertThat(model.propertyNames()).containsExactly("name", "model", "modified_at", "size", "digest", "details");
        assertThat(model.get("name").asString()).isEqualTo("tiny:latest");
        assertThat(model.get("digest").asString()).matches("[0-9a-f]{64}");
        assertThat(model.get("details").propertyNames())
                .containsExactly(
                        "parent_model", "format", "family", "families", "parameter_size", "quantization_level");
        assertThat(model.at("/details/parameter_size").asString()).isEqualTo("1.7M");

        JsonNode loaded = TestServer.json(server.get("/api/ps").body()).at("/models/0");
        assertThat(loaded.propertyNames())
                .containsExactly(
                        "name", "model", "size", "digest", "details", "expires_at", "size_vram", "context_length");

        JsonNode shown = server.ask("/api/show", "{\"model\":\"tiny:latest\"}");
        assertThat(shown.propertyNames())
                .contains("modelfile", "parameters", "template", "details", "model_info", "capabilities");
        assertThat(shown.at("/model_info/general.architecture").asString()).isEqualTo("llama");
        assertThat(shown.at("/model_info/llama.context_length").asInt()).isEqualTo(512);
        assertThat(shown.get("capabilities").toString()).isEqualTo("[\"completion\"]");
        assertThat(shown.get("parameters").asString()).contains("num_ctx                        512");
        assertThat(server.ask("/api/show", "{\"name\":\"tiny\"}")).isEqualTo(shown);
    }

    @Test
    void saysThatItRuns() throws Exception {
        assertThat(server.get("/").body()).isEqualTo("Ollama is running");
        HttpResponse<String> head = server.send(server.request("/")
                .method("HEAD", java.net.http.HttpRequest.BodyPublishers.noBody())
                .build());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(TestServer.json(server.get("/api/version").body())
                        .get("version")
                        .asString())
                .matches("\\d+\\.\\d+\\.\\d+");
    }

    @Test
    void embedsTexts() throws Exception {
        JsonNode reply = server.ask("/api/embed", "{\"model\":\"tiny\",\"input\":[\"Hello\",\"Good morning\"]}");
        JsonNode openAi = server.ask("/v1/embeddings", "{\"input\":\"Hello\"}");
        JsonNode single = server.ask("/api/embeddings", "{\"model\":\"tiny\",\"prompt\":\"Hello\"}");

        assertThat(reply.propertyNames())
                .containsExactly("model", "embeddings", "total_duration", "load_duration", "prompt_eval_count");
        assertThat(reply.get("embeddings")).hasSize(2);
        assertThat(reply.at("/embeddings/0")).isEqualTo(openAi.at("/data/0/embedding"));
        assertThat(single.get("embedding")).isEqualTo(reply.at("/embeddings/0"));
    }

    @Test
    void cutsTextsThatAreTooLongUnlessToldNotTo() throws Exception {
        String input = "\"model\":\"tiny\",\"input\":\"" + "many words ".repeat(600) + "\"";

        assertThat(server.ask("/api/embed", "{" + input + "}")
                        .get("prompt_eval_count")
                        .asInt())
                .isEqualTo(512);
        assertThat(server.post("/api/embed", "{" + input + ",\"truncate\":false}")
                        .statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    /api/chat | "format": "xml" | 400
                    /api/chat | "format": {"not": {}} | 400
                    /api/chat | "think": true | 400
                    /api/chat | "options": {"mirostat": 1} | 400
                    /api/chat | "options": {"temperature": "hot"} | 400
                    /api/chat | "messages": [{"role": "user", "content": "a", "images": ["aa"]}] | 400
                    /api/generate | "prompt": "a", "suffix": "b" | 400
                    /api/generate | "prompt": "a", "template": "b" | 400
                    /api/generate | "prompt": "a", "system": "b", "raw": true | 400
                    /api/embed | "input": [] | 400
                    """)
    void refusesInOneSentence(String path, String more, int status) throws Exception {
        String messages = more.contains("messages") ? "" : "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],";
        HttpResponse<String> response = server.post(path, "{\"model\":\"tiny\"," + messages + more + "}");

        assertThat(response.statusCode()).isEqualTo(status);
        JsonNode body = TestServer.json(response.body());
        assertThat(body.propertyNames()).containsExactly("error");
        assertThat(body.get("error").isString()).isTrue();
    }

    @Test
    void knowsNoOtherModels() throws Exception {
        for (String path : List.of("/api/chat", "/api/generate", "/api/show", "/api/embed")) {
            HttpResponse<String> response = server.post(path, "{\"model\":\"other\",\"input\":\"a\"}");
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(response.body()).startsWith("{\"error\":\"");
        }
        assertThat(server.post("/api/chat", "{}").statusCode()).isEqualTo(400);
        assertThat(server.get("/api/nothing").body()).startsWith("{\"error\":\"");
    }
}
