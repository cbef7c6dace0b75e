package dev.lilla.remote;

import static dev.lilla.StubProvider.Reply.error;
import static dev.lilla.StubProvider.Reply.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lilla.StubProvider;
import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Message;
import dev.lilla.chat.ResponseFormat;
import dev.lilla.chat.SamplerOptions;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RemoteChatModelTest {
    private static final String SECRET = "The patient is called Ada.";
    private static final RemoteOptions QUICK = new RemoteOptions(
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            Duration.ofSeconds(60),
            3,
            Duration.ofMillis(1),
            Duration.ofSeconds(5));

    private final StubProvider stub = StubProvider.start(text -> "You said: " + text.toLowerCase(Locale.ROOT) + " å😀");

    @AfterEach
    void stop() {
        stub.close();
    }

    private RemoteModel model(RemoteApi api) {
        return new RemoteModel("far", api, "big-1", stub.address(), "STUB_KEY");
    }

    private ChatResponse ask(RemoteApi api, ChatRequest request, AnswerListener listener) {
        return ask(model(api), QUICK, request, listener);
    }

    private static ChatResponse ask(
            RemoteModel model, RemoteOptions options, ChatRequest request, AnswerListener listener) {
        try (RemoteChatModel chat = RemoteChatModel.open(model, Map.of("STUB_KEY", StubProvider.KEY + "\n"), options)) {
            return chat.chat(request, listener);
        }
    }

    private ChatResponse ask(RemoteApi api) {
        return ask(api, question(), AnswerListener.NONE);
    }

    private static ChatRequest question() {
        return new ChatRequest(
                List.of(Message.system("Be brief."), Message.user(SECRET)),
                Optional.of(SamplerOptions.greedy()),
                OptionalInt.of(7),
                List.of("END"),
                Map.of());
    }

    /// What went wrong; neither it nor its causes show the key or the question.
    private String failure(RemoteApi api) {
        Throwable thrown = catchThrowable(() -> ask(api));
        assertThat(thrown).isInstanceOf(RemoteException.class);
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            assertThat(cause.toString()).doesNotContain(StubProvider.KEY).doesNotContain("Ada");
        }
        return String.valueOf(thrown.getMessage());
    }

    @Nested
    class Asking {
        @ParameterizedTest
        @EnumSource
        void givesTheAnswerWithItsTokensAndTimes(RemoteApi api) {
            List<String> pieces = new ArrayList<>();
            ChatResponse response = ask(api, question(), pieces::add);

            assertThat(response.text()).isEqualTo("You said: the patient is called ada. å😀");
            assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(pieces).hasSize(8);
            assertThat(String.join("", pieces)).isEqualTo(response.text());
            assertThat(response.usage().promptTokens()).isEqualTo(api == RemoteApi.OPENAI ? 10 : 13);
            assertThat(response.usage().cachedTokens()).isEqualTo(api == RemoteApi.OPENAI ? 2 : 3);
            assertThat(response.usage().completionTokens()).isEqualTo(8);
            assertThat(response.usage().prompt()).isPositive();
            assertThat(stub.asked()).hasSize(1);
        }

        @Test
        void speaksOpenAisFormat() {
            ask(RemoteApi.OPENAI);
            StubProvider.Asked asked = stub.asked().getFirst();
            JsonNode body = asked.body();
            assertThat(asked.path()).isEqualTo("/v1/chat/completions");
            assertThat(asked.headers()).containsEntry("authorization", "Bearer " + StubProvider.KEY);
            assertThat(body.toString())
                    .isEqualTo("{\"model\":\"big-1\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                            + "\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\","
                            + "\"content\":\"" + SECRET + "\"}],\"max_tokens\":7,\"stop\":[\"END\"],"
                            + "\"temperature\":0.0}");
        }

        @Test
        void speaksAnthropicsFormat() {
            ask(RemoteApi.ANTHROPIC);
            StubProvider.Asked asked = stub.asked().getFirst();
            assertThat(asked.path()).isEqualTo("/v1/messages");
            assertThat(asked.headers())
                    .containsEntry("x-api-key", StubProvider.KEY)
                    .containsEntry("anthropic-version", "2023-06-01")
                    .doesNotContainKey("authorization");
            assertThat(asked.body().toString())
                    .isEqualTo("{\"model\":\"big-1\",\"stream\":true,\"max_tokens\":7,\"system\":\"Be brief.\","
                            + "\"messages\":[{\"role\":\"user\",\"content\":\"" + SECRET + "\"}],"
                            + "\"stop_sequences\":[\"END\"],\"temperature\":0.0}");
        }

        @Test
        void drawsAsItIsTold() {
            SamplerOptions drawn = SamplerOptions.sampled(0.5, 9).withTopP(0.9).withTopK(5);
            ChatRequest request = new ChatRequest(
                    List.of(Message.user("x")), Optional.of(drawn), OptionalInt.empty(), List.of(), Map.of());
            ask(RemoteApi.OPENAI, request, AnswerListener.NONE);
            ask(RemoteApi.ANTHROPIC, request, AnswerListener.NONE);
            assertThat(stub.asked().get(0).body().toString())
                    .endsWith("\"temperature\":0.5,\"top_p\":0.9,\"top_k\":5,\"seed\":9}");
            assertThat(stub.asked().get(1).body().toString())
                    .contains("\"max_tokens\":4096")
                    .endsWith("\"temperature\":0.5,\"top_p\":0.9,\"top_k\":5}");
        }

        @Test
        void refusesWhatItWouldLeaveOut() {
            ChatRequest plain = ChatRequest.of(Message.user("x"));
            List<ChatRequest> impossible = List.of(
                    plain.withFormat(new ResponseFormat.JsonObject()),
                    with(SamplerOptions.greedy().withMinP(0.1)),
                    with(SamplerOptions.greedy().withLogitBias(Map.of(1, 1f))),
                    with(SamplerOptions.greedy().withPenalties(new SamplerOptions.Penalties(1.1, 0, 0, 64))));
            for (RemoteApi api : RemoteApi.values()) {
                for (ChatRequest request : impossible) {
                    assertThatThrownBy(() -> ask(api, request, AnswerListener.NONE))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("Use a model here");
                }
            }
            assertThat(stub.asked()).isEmpty();
        }

        private static ChatRequest with(SamplerOptions sampler) {
            return new ChatRequest(
                    List.of(Message.user("x")), Optional.of(sampler), OptionalInt.empty(), List.of(), Map.of());
        }

        @Test
        void takesTheNewerNameOfLengthsWhereTheOlderIsRefused() {
            stub.next(error(
                    400,
                    "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"unsupported_parameter\","
                            + "\"param\":\"max_tokens\",\"message\":\"Use 'max_completion_tokens' instead.\"}}"));
            assertThat(ask(RemoteApi.OPENAI).text()).startsWith("You said");
            assertThat(stub.asked().get(1).body().path("max_completion_tokens").intValue())
                    .isEqualTo(7);
            assertThat(stub.asked().get(1).body().has("max_tokens")).isFalse();
        }

        @Test
        void saysWhenAnAnswerWasCutOff() {
            stub.next(stream(StubProvider.openAi("a b").replace("\"stop\"", "\"length\"")));
            stub.next(stream(StubProvider.anthropic("a b").replace("end_turn", "max_tokens")));
            assertThat(ask(RemoteApi.OPENAI).finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(ask(RemoteApi.ANTHROPIC).finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Nested
    class Keys {
        @Test
        void areAskedForByTheNameOfTheirVariable() {
            try (RemoteChatModel chat = RemoteChatModel.open(model(RemoteApi.OPENAI), Map.of(), QUICK)) {
                assertThatThrownBy(() -> chat.chat(question()))
                        .hasMessage("far needs a key, and the environment variable STUB_KEY is not set. Set it to a key"
                                + " of " + stub.host() + ".");
            }
            assertThat(stub.asked()).isEmpty();
        }

        @Test
        void areNeverRepeated() {
            String broken = "sk-secret\nX-Other: 1";
            try (RemoteChatModel chat =
                    RemoteChatModel.open(model(RemoteApi.OPENAI), Map.of("STUB_KEY", broken), QUICK)) {
                Throwable thrown = catchThrowable(() -> chat.chat(question()));
                assertThat(thrown).hasMessageContaining("STUB_KEY holds no key").hasNoCause();
                assertThat(thrown.getMessage()).doesNotContain("secret");
            }
            assertThat(ApiKey.of(model(RemoteApi.OPENAI), Map.of("STUB_KEY", "sk-1"))
                            .toString())
                    .isEqualTo("the key in STUB_KEY");
        }

        @Test
        void thatAreRefusedAreNamedByTheirVariable() {
            try (RemoteChatModel chat =
                    RemoteChatModel.open(model(RemoteApi.ANTHROPIC), Map.of("STUB_KEY", "sk-wrong"), QUICK)) {
                Throwable thrown = catchThrowable(() -> chat.chat(question()));
                assertThat(thrown)
                        .hasMessage(stub.host() + " refused the key of the environment variable STUB_KEY (401,"
                                + " authentication_error). Set it to a valid key that may use big-1.");
            }
            assertThat(stub.asked()).hasSize(1);
        }

        @Test
        void doNotStandInTheProject() {
            assertThatThrownBy(() -> new RemoteModel("x", RemoteApi.OPENAI, "m", stub.address(), "sk-Abc123"))
                    .hasMessageContaining("OPENAI_API_KEY")
                    .hasMessageNotContaining("Abc");
        }
    }

    @Nested
    class Refusals {
        @Test
        void nameTheModelThatIsNotThere() {
            stub.next(error(404, "{\"error\":{\"code\":\"model_not_found\",\"message\":\"" + SECRET + "\"}}"));
            assertThat(failure(RemoteApi.OPENAI))
                    .isEqualTo(stub.host() + " has no model \"big-1\" at /v1/chat/completions (404, model_not_found)."
                            + " Check \"model\" and \"url\" of far.");
        }

        @Test
        void nameTheParameterThatIsWrong() {
            stub.next(error(
                    400,
                    "{\"error\":{\"type\":\"invalid_request_error\",\"param\":\"temperature\",\"message\":\"" + SECRET
                            + "\"}}"));
            assertThat(failure(RemoteApi.OPENAI)).contains("(400, invalid_request_error, parameter temperature)");
            assertThat(stub.asked()).hasSize(1);
        }

        @Test
        void mayHaveAnyBody() {
            stub.next(error(418, "<html>" + SECRET));
            assertThat(failure(RemoteApi.ANTHROPIC)).endsWith("did not answer the request (418).");
            stub.next(error(400, "x".repeat(3 << 20)));
            assertThat(failure(RemoteApi.ANTHROPIC)).contains("(400)");
            stub.next(error(400, "{\"error\":{\"type\":\"" + SECRET + "\",\"code\":\"" + StubProvider.KEY + "!\"}}"));
            assertThat(failure(RemoteApi.ANTHROPIC)).contains("(400)");
        }

        @ParameterizedTest
        @ValueSource(ints = {408, 429, 500, 502, 503, 529})
        void thatPassAreAskedAgain(int status) {
            stub.next(error(status, "")).next(error(status, ""));
            assertThat(ask(RemoteApi.OPENAI).text()).startsWith("You said");
            assertThat(stub.asked()).hasSize(3);
        }

        @Test
        void thatDoNotPassEndAfterAFewAttempts() {
            stub.next(error(529, "{\"error\":{\"type\":\"overloaded_error\"}}")).next(error(529, ""));
            stub.next(error(503, ""));
            assertThat(failure(RemoteApi.ANTHROPIC))
                    .isEqualTo(stub.host() + " has a fault of its own (503). It was asked" + " 3 times.");
            assertThat(stub.asked()).hasSize(3);
        }

        @Test
        void thatNameAPauseGetIt() {
            stub.next(error(429, "").with("Retry-After", "1"));
            long started = System.nanoTime();
            assertThat(ask(RemoteApi.OPENAI).text()).startsWith("You said");
            assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(1_000_000_000L);
        }

        @Test
        void thatWantALongPauseEndAtOnce() {
            stub.next(error(429, "").with("Retry-After", "3600"));
            assertThat(failure(RemoteApi.OPENAI))
                    .endsWith("takes no more requests now (429). It asks to wait 3600 s. Try again then.");
            assertThat(stub.asked()).hasSize(1);
        }

        @Test
        void forWantOfMoneyEndAtOnce() {
            stub.next(error(429, "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}"));
            assertThat(failure(RemoteApi.OPENAI)).contains("(429, insufficient_quota): its quota is used up");
            assertThat(stub.asked()).hasSize(1);
        }

        @Test
        void thatRedirectAreNotFollowed() {
            try (StubProvider other = StubProvider.start(text -> "stolen")) {
                stub.next(error(307, "")
                        .with("Location", "http://localhost:" + other.address().getPort() + "/v1/x"));
                assertThat(failure(RemoteApi.OPENAI))
                        .startsWith(stub.host() + " redirects to localhost (307), and texts and keys go nowhere but");
                assertThat(other.asked()).isEmpty();
            }
        }

        @Test
        void ofConnectionsAreAskedAgainAndThenSaid() throws Exception {
            int port;
            try (ServerSocket closed = new ServerSocket(0)) {
                port = closed.getLocalPort();
            }
            RemoteModel nobody = new RemoteModel(
                    "far", RemoteApi.OPENAI, "m", RemoteModel.address("http://127.0.0.1:" + port + "/v1"), "STUB_KEY");
            assertThatThrownBy(() -> ask(nobody, QUICK, question(), AnswerListener.NONE))
                    .isInstanceOf(RemoteException.class)
                    .hasMessageContaining("127.0.0.1:" + port + ": it cannot be reached")
                    .hasMessageContaining("It was asked 3 times");
        }
    }

    @Nested
    class Streams {
        private void malformed(RemoteApi api, String body, String said) {
            stub.next(stream(body));
            int before = stub.asked().size();
            assertThat(failure(api)).contains(said);
            assertThat(stub.asked()).hasSize(before + 1);
        }

        @Test
        void thatAreNoneAreRefused() {
            malformed(RemoteApi.OPENAI, "data: {\"choices\": [" + SECRET + "\n\n", "an event of its stream is no JSON");
            malformed(RemoteApi.ANTHROPIC, "data: " + "[".repeat(5000) + "\n\n", "is no JSON");
            malformed(RemoteApi.OPENAI, "data: [DONE]\n\n", "without a reason");
            malformed(RemoteApi.OPENAI, "data: \"" + "x".repeat(2 << 20) + "\"\n\n", "longer than 1048576 bytes");
            malformed(RemoteApi.OPENAI, ("data: " + "x".repeat(1 << 19) + "\n").repeat(4) + "\n", "an event is longer");
            malformed(
                    RemoteApi.OPENAI,
                    StubProvider.openAiChunk("{\"content\":\"a\"}", "\"stop\"") + "data: [DONE]\n\n",
                    "stream_options.include_usage");
            malformed(
                    RemoteApi.OPENAI,
                    StubProvider.openAi("a").replace("\"prompt_tokens\":10", "\"prompt_tokens\":-1"),
                    "something else than a number of tokens");
            malformed(
                    RemoteApi.ANTHROPIC,
                    StubProvider.anthropic("a").replace("\"output_tokens\":1}", "\"output_tokens\":1e3}"),
                    "something else than a number of tokens");
        }

        @Test
        void thatNeverEndAreCutOff() {
            String chunk = StubProvider.openAiChunk("{\"content\":\"" + "x".repeat(1 << 19) + "\"}", "null");
            malformed(RemoteApi.OPENAI, chunk.repeat(20), "the answer is longer than 8388608 characters");
            malformed(RemoteApi.ANTHROPIC, ": nothing\n".repeat(4 << 20), "longer than 33554432 bytes");
        }

        @Test
        void ofAnotherKindAreRefused() {
            stub.next(new StubProvider.Reply(200, Map.of("Content-Type", "text/html; charset=utf-8"), SECRET, false));
            assertThat(failure(RemoteApi.OPENAI))
                    .contains("it answered with text/html, expected a stream of events")
                    .contains("of the kind openai");
        }

        @Test
        void thatBreakOffAreAskedForAgainBeforeTheFirstWord() {
            stub.next(stream(StubProvider.openAiChunk("{\"role\":\"assistant\",\"content\":\"\"}", "null")));
            stub.next(stream(StubProvider.event("error", "{\"error\":{\"type\":\"overloaded_error\"}}")));
            assertThat(ask(RemoteApi.OPENAI).text()).startsWith("You said");
            assertThat(ask(RemoteApi.ANTHROPIC).text()).startsWith("You said");
            assertThat(stub.asked()).hasSize(4);
        }

        @Test
        void thatBreakOffLaterAreNot() {
            stub.next(stream(StubProvider.openAiChunk("{\"content\":\"word\"}", "null")));
            assertThat(failure(RemoteApi.OPENAI)).contains("the stream ended in the middle of the answer");
            stub.next(stream(StubProvider.openAiChunk("{\"content\":\"word\"}", "null")
                    + "data: {\"error\":{\"code\":\"server_error\",\"message\":\"" + SECRET + "\"}}\n\n"));
            assertThat(failure(RemoteApi.OPENAI)).contains("broke the answer off (server_error)");
            assertThat(stub.asked()).hasSize(2);
        }

        @Test
        void thatFallSilentAreGivenUp() {
            stub.next(stream(StubProvider.openAiChunk("{\"content\":\"word\"}", "null"))
                    .leftOpen());
            RemoteOptions impatient = new RemoteOptions(
                    Duration.ofSeconds(5),
                    Duration.ofMillis(200),
                    Duration.ofSeconds(60),
                    3,
                    Duration.ofMillis(1),
                    Duration.ofMillis(1));
            assertThatThrownBy(() -> ask(model(RemoteApi.OPENAI), impatient, question(), AnswerListener.NONE))
                    .hasMessageContaining("nothing came for 0.2 s");
        }

        @Test
        void endWhenNobodyWantsThemAnymore() {
            stub.next(stream(StubProvider.openAiChunk("{\"content\":\"word\"}", "null"))
                    .leftOpen());
            List<String> pieces = new ArrayList<>();
            ChatResponse response = ask(RemoteApi.OPENAI, question(), new AnswerListener() {
                @Override
                public void text(String piece) {
                    pieces.add(piece);
                }

                @Override
                public boolean isCancelled() {
                    return !pieces.isEmpty();
                }
            });
            assertThat(response.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(response.text()).isEqualTo("word");
        }

        @Test
        void areNotAskedForByAnInterruptedThread() {
            Thread.currentThread().interrupt();
            ChatResponse response = ask(RemoteApi.OPENAI);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(response.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(stub.asked()).isEmpty();
        }

        @Test
        void mayHaveAnyLineEndsAndUnknownEvents() {
            stub.next(stream("\uFEFF" + StubProvider.openAi("one two").replace("\n", "\r\n")));
            stub.next(stream("id: 7\nretry\n" + StubProvider.event("from_the_future", "{\"text\":\"?\"}")
                    + StubProvider.anthropic("one two")));
            assertThat(ask(RemoteApi.OPENAI).text()).isEqualTo("one two");
            assertThat(ask(RemoteApi.ANTHROPIC).text()).isEqualTo("one two");
        }
    }

    @Nested
    class Addresses {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "https://api.example.com/v1",
                    "https://api.example.com/v1/",
                    "http://localhost:8080",
                    "http://127.0.0.1:1/v1",
                    "http://[::1]:8080/v1"
                })
        void areOfHttpsOrThisMachine(String text) {
            assertThat(RemoteModel.address(text).toString()).isEqualTo(text.replaceAll("/$", ""));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "http://api.example.com/v1",
                    "ftp://localhost/",
                    "http://127.0.0.1.example.com/",
                    "http://localhost.example.com",
                    "https://user:secret@example.com/",
                    "https://example.com/?key=secret",
                    "https://example.com/#secret",
                    "api.example.com",
                    "https:///v1",
                    "file:///etc/passwd",
                    "https://exa mple.com",
                    ""
                })
        void areRefusedOtherwise(String text) {
            assertThatThrownBy(() -> RemoteModel.address(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("secret");
        }

        @Test
        void getThePathOfTheirApi() {
            OpenAiFormat openAi = new OpenAiFormat();
            AnthropicFormat anthropic = new AnthropicFormat();
            assertThat(openAi.endpoint(RemoteModel.address("https://x.example/v1/")))
                    .hasToString("https://x.example/v1/chat/completions");
            assertThat(openAi.endpoint(RemoteModel.address("https://x.example/proxy/openai")))
                    .hasToString("https://x.example/proxy/openai/chat/completions");
            assertThat(anthropic.endpoint(RemoteModel.address("https://x.example/v1")))
                    .hasToString("https://x.example/v1/messages");
        }
    }
}
