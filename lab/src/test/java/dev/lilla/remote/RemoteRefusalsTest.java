package dev.lilla.remote;

import static dev.lilla.StubProvider.Reply.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.StubProvider;
import dev.lilla.chat.AnswerListener;
import java.net.ServerSocket;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a provider refuses: said without its words, and asked again where that may help.
class RemoteRefusalsTest {
    @AutoClose
    private final RemoteQuestions far = new RemoteQuestions();

    @Test
    void nameTheModelThatIsNotThere() {
        far.stub()
                .next(error(
                        404,
                        "{\"error\":{\"code\":\"model_not_found\",\"message\":\"" + RemoteQuestions.SECRET + "\"}}"));
        assertThat(far.failure(RemoteApi.OPENAI))
                .isEqualTo(far.stub().host() + " has no model \"big-1\" at /v1/chat/completions (404, model_not_found)."
                        + " Check \"model\" and \"url\" of far.");
    }

    @Test
    void nameTheParameterThatIsWrong() {
        far.stub()
                .next(error(
                        400,
                        "{\"error\":{\"type\":\"invalid_request_error\",\"param\":\"temperature\",\"message\":\""
                                + RemoteQuestions.SECRET + "\"}}"));
        assertThat(far.failure(RemoteApi.OPENAI)).contains("(400, invalid_request_error, parameter temperature)");
        assertThat(far.stub().asked()).hasSize(1);
    }

    @Test
    void mayHaveAnyBody() {
        far.stub().next(error(418, "<html>" + RemoteQuestions.SECRET));
        assertThat(far.failure(RemoteApi.ANTHROPIC)).endsWith("did not answer the request (418).");
        far.stub().next(error(400, "x".repeat(3 << 20)));
        assertThat(far.failure(RemoteApi.ANTHROPIC)).contains("(400)");
        far.stub()
                .next(error(
                        400,
                        "{\"error\":{\"type\":\"" + RemoteQuestions.SECRET + "\",\"code\":\"" + StubProvider.KEY
                                + "!\"}}"));
        assertThat(far.failure(RemoteApi.ANTHROPIC)).contains("(400)");
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 529})
    void thatPassAreAskedAgain(int status) {
        far.stub().next(error(status, "")).next(error(status, ""));
        assertThat(far.ask(RemoteApi.OPENAI).text()).startsWith("You said");
        assertThat(far.stub().asked()).hasSize(3);
    }

    @Test
    void thatDoNotPassEndAfterAFewAttempts() {
        far.stub()
                .next(error(529, "{\"error\":{\"type\":\"overloaded_error\"}}"))
                .next(error(529, ""));
        far.stub().next(error(503, ""));
        assertThat(far.failure(RemoteApi.ANTHROPIC))
                .isEqualTo(far.stub().host() + " has a fault of its own (503). It was asked" + " 3 times.");
        assertThat(far.stub().asked()).hasSize(3);
    }

    @Test
    void thatNameAPauseGetIt() {
        far.stub().next(error(429, "").with("Retry-After", "1"));
        long started = System.nanoTime();
        assertThat(far.ask(RemoteApi.OPENAI).text()).startsWith("You said");
        assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(1_000_000_000L);
    }

    @Test
    void thatWantALongPauseEndAtOnce() {
        far.stub().next(error(429, "").with("Retry-After", "3600"));
        assertThat(far.failure(RemoteApi.OPENAI))
                .endsWith("takes no more requests now (429). It asks to wait 3600 s. Try again then.");
        assertThat(far.stub().asked()).hasSize(1);
    }

    @Test
    void forWantOfMoneyEndAtOnce() {
        far.stub().next(error(429, "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}"));
        assertThat(far.failure(RemoteApi.OPENAI)).contains("(429, insufficient_quota): its quota is used up");
        assertThat(far.stub().asked()).hasSize(1);
    }

    @Test
    void thatRedirectAreNotFollowed() {
        try (StubProvider other = StubProvider.start(text -> "stolen")) {
            far.stub()
                    .next(error(307, "")
                            .with(
                                    "Location",
                                    "http://localhost:" + other.address().getPort() + "/v1/x"));
            assertThat(far.failure(RemoteApi.OPENAI))
                    .startsWith(far.stub().host() + " redirects to localhost (307), and texts and keys go nowhere but");
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
        assertThatThrownBy(() -> RemoteQuestions.ask(
                        nobody, RemoteQuestions.QUICK, RemoteQuestions.question(), AnswerListener.NONE))
                .isInstanceOf(RemoteException.class)
                .hasMessageContaining("127.0.0.1:" + port + ": it cannot be reached")
                .hasMessageContaining("It was asked 3 times");
    }
}
