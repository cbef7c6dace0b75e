package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.Message;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.generate.LocalChatModel;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ChatCompletionsTest {
    private static final String PATH = "/v1/chat/completions";

    @AutoClose
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.start();
    }

    private static String hello(String more) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]" + more + "}";
    }

    @Test
    void answersInTheShapeOfTheContractToTheByte() throws Exception {
        String body =
                server.post(PATH, hello(",\"temperature\":0,\"max_tokens\":4")).body();

        String fixed = body.replaceAll("chatcmpl-[0-9a-f]{32}", "ID")
                .replaceAll("\"created\":\\d{10}", "\"created\":1")
                .replaceAll("lilla_[0-9a-f]{12}", "FP")
                .replaceAll("\"(\\w+_ms|\\w+_per_second)\":[0-9.]+(E-?\\d+)?", "\"$1\":0.0");
        assertThat(fixed)
                .isEqualTo("{\"id\":\"ID\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"tiny\","
                        + "\"system_fingerprint\":\"FP\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                        + "\"content\":\"" + greedy("Hello", 4) + "\",\"refusal\":null},\"logprobs\":null,"
                        + "\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":4,"
                        + "\"total_tokens\":8,\"prompt_tokens_details\":{\"cached_tokens\":0},"
                        + "\"completion_tokens_details\":{\"reasoning_tokens\":0}},\"timings\":{\"cache_n\":0,"
                        + "\"prompt_n\":4,\"prompt_ms\":0.0,\"prompt_per_second\":0.0,\"predicted_n\":4,"
                        + "\"predicted_ms\":0.0,\"predicted_per_second\":0.0}}");
    }

    /// What the model says to whoever asks it directly.
    private static String greedy(String message, int maxTokens) {
        try (LocalModel own =
                        LocalModel.open(server.local().model().description().path(), LocalModelOptions.defaults());
                LocalChatModel chat = own.chat(List.of())) {
            ChatRequest request = new ChatRequest(
                    List.of(Message.user(message)),
                    Optional.of(SamplerOptions.greedy()),
                    OptionalInt.of(maxTokens),
                    List.of(),
                    Map.of());
            return chat.chat(request).text();
        }
    }

    @Test
    void writesWhatTheModelWritesForWhoeverAsksItDirectly() throws Exception {
        for (String message : List.of("Hello", "When does the office open?", "Vad heter du?")) {
            String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + message
                    + "\"}],\"temperature\":0,\"max_tokens\":60}";
            JsonNode reply = server.ask(PATH, body);

            assertThat(content(reply)).isEqualTo(greedy(message, 60)).isNotEmpty();
        }
    }

    private static String content(JsonNode reply) {
        return reply.at("/choices/0/message/content").asString();
    }

    @Test
    void streamsChunksInTheShapeOfTheContract() throws Exception {
        List<JsonNode> chunks = server.stream(
                PATH,
                hello(
                        ",\"temperature\":0,\"max_tokens\":3,\"stream\":true,\"stream_options\":{\"include_usage\":true}"));

        assertThat(chunks.getFirst().at("/choices/0").toString())
                .isEqualTo("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
                        + "\"finish_reason\":null}");
        assertThat(chunks.get(1).at("/choices/0/delta").propertyNames()).containsExactly("content");
        JsonNode last = chunks.get(chunks.size() - 2);
        assertThat(last.at("/choices/0").toString())
                .isEqualTo("{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"length\"}");
        JsonNode usage = chunks.getLast();
        assertThat(usage.get("choices").isEmpty()).isTrue();
        assertThat(usage.at("/usage/total_tokens").asInt()).isEqualTo(7);
        for (JsonNode chunk : chunks) {
            assertThat(chunk.get("object").asString()).isEqualTo("chat.completion.chunk");
            assertThat(chunk.get("id")).isEqualTo(usage.get("id"));
            assertThat(chunk.get("created")).isEqualTo(usage.get("created"));
            assertThat(chunk.has("usage")).isTrue();
            assertThat(chunk.get("usage").isNull()).isEqualTo(!chunk.equals(usage));
        }
    }

    @Test
    void streamsTheTextThatItSendsWhole() throws Exception {
        String terms = ",\"seed\":7,\"temperature\":1.3,\"max_tokens\":40,\"n\":3";
        JsonNode whole = server.ask(PATH, hello(terms));
        List<JsonNode> chunks = server.stream(PATH, hello(terms + ",\"stream\":true"));

        for (int i = 0; i < 3; i++) {
            int index = i;
            String streamed = chunks.stream()
                    .map(chunk -> chunk.at("/choices/0"))
                    .filter(choice -> choice.get("index").asInt() == index)
                    .map(choice -> choice.at("/delta/content").asString(""))
                    .collect(Collectors.joining());
            assertThat(streamed)
                    .isEqualTo(whole.at("/choices/" + i + "/message/content").asString());
        }
        assertThat(chunks).noneMatch(chunk -> chunk.has("usage"));
    }

    @Test
    void neverSplitsACodePoint() throws Exception {
        // At this temperature the tokens are noise, some of them parts of code points.
        boolean hasParts = false;
        for (int seed = 1; seed <= 20 && !hasParts; seed++) {
            List<JsonNode> chunks = server.stream(
                    PATH,
                    hello(",\"seed\":" + seed
                            + ",\"temperature\":2,\"max_tokens\":300,\"stream\":true,\"logprobs\":true"));
            StringBuilder text = new StringBuilder();
            for (JsonNode chunk : chunks) {
                String piece = chunk.at("/choices/0/delta/content").asString("");
                assertThat(piece.codePoints()).noneMatch(point -> point >= 0xD800 && point <= 0xDFFF);
                hasParts |= chunk.at("/choices/0/logprobs/content/0/token")
                        .asString("")
                        .startsWith("bytes:");
                text.append(piece);
            }
            assertThat(text).isNotEmpty();
        }
        assertThat(hasParts).as("a token that is part of a code point").isTrue();
    }

    @Test
    void endsBeforeAStopString() throws Exception {
        String whole = greedy("Hello", 20);
        String stop = whole.substring(6, 9);
        JsonNode reply =
                server.ask(PATH, hello(",\"temperature\":0,\"max_tokens\":20,\"stop\":[\"§\",\"" + stop + "\"]"));

        assertThat(content(reply)).isEqualTo(whole.substring(0, 6));
        assertThat(reply.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
    }

    @Test
    void saysHowLikelyTokensWere() throws Exception {
        JsonNode reply =
                server.ask(PATH, hello(",\"temperature\":0,\"max_tokens\":3,\"logprobs\":true,\"top_logprobs\":2"));

        JsonNode tokens = reply.at("/choices/0/logprobs/content");
        assertThat(tokens.size()).isEqualTo(3);
        StringBuilder text = new StringBuilder();
        for (JsonNode token : tokens) {
            text.append(token.get("token").asString());
            assertThat(token.get("logprob").asDouble()).isLessThanOrEqualTo(0);
            assertThat(token.get("top_logprobs").size()).isEqualTo(2);
            assertThat(token.at("/top_logprobs/0/logprob")).isEqualTo(token.get("logprob"));
            assertThat(token.get("bytes").size())
                    .isEqualTo(token.get("token").asString().length());
        }
        assertThat(text.toString()).isEqualTo(content(reply));
    }

    @Test
    void obeysABiasAndASeed() throws Exception {
        int token = server.local().tokenizer().encode("Hello", dev.lilla.tokenizer.SpecialTokens.NONE)[0];
        JsonNode banned =
                server.ask(PATH, hello(",\"temperature\":0,\"max_tokens\":5,\"logit_bias\":{\"" + token + "\":-100}"));
        assertThat(content(banned)).doesNotStartWith("Hello");

        String terms = ",\"temperature\":2,\"max_tokens\":60,\"seed\":";
        assertThat(content(server.ask(PATH, hello(terms + "11"))))
                .isEqualTo(content(server.ask(PATH, hello(terms + "11"))));
        assertThat(content(server.ask(PATH, hello(terms + "11"))))
                .isNotEqualTo(content(server.ask(PATH, hello(terms + "12"))));
    }

    @Test
    void countsCachedTokens() throws Exception {
        String words = "The office opens at nine. ".repeat(15);
        String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + words + "\"}],\"max_tokens\":1}";
        server.ask(PATH, body);
        JsonNode again = server.ask(PATH, body);

        assertThat(again.at("/usage/prompt_tokens_details/cached_tokens").asInt())
                .isPositive()
                .isEqualTo(again.at("/timings/cache_n").asInt());
    }

    @Test
    void readsPartsOfContentAndIgnoresUnknownFields() throws Exception {
        JsonNode reply = server.ask(
                PATH,
                "{\"model\":\"tiny:latest\",\"store\":true,\"metadata\":{\"a\":[1]},\"user\":\"me\",\"messages\":["
                        + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hel\"},{\"type\":\"text\","
                        + "\"text\":\"lo\"}]}],\"temperature\":0,\"max_completion_tokens\":4,\"max_tokens\":9}");

        assertThat(content(reply)).isEqualTo(greedy("Hello", 4));
        assertThat(server.post("/chat/completions", hello("")).statusCode()).isEqualTo(200);
    }
}
