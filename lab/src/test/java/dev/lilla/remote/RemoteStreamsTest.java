package dev.lilla.remote;

import static dev.lilla.StubProvider.Reply.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.StubProvider;
import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.FinishReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// Streams that are broken, endless, silent, or not wanted any more.
class RemoteStreamsTest {
    @AutoClose
    private final RemoteQuestions far = new RemoteQuestions();

    private void malformed(RemoteApi api, String body, String said) {
        far.stub().next(stream(body));
        int before = far.stub().asked().size();
        assertThat(far.failure(api)).contains(said);
        assertThat(far.stub().asked()).hasSize(before + 1);
    }

    @Test
    void thatAreNoneAreRefused() {
        malformed(
                RemoteApi.OPENAI,
                "data: {\"choices\": [" + RemoteQuestions.SECRET + "\n\n",
                "an event of its stream is no JSON");
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
        far.stub()
                .next(new StubProvider.Reply(
                        200, Map.of("Content-Type", "text/html; charset=utf-8"), RemoteQuestions.SECRET, false));
        assertThat(far.failure(RemoteApi.OPENAI))
                .contains("it answered with text/html, expected a stream of events")
                .contains("of the kind openai");
    }

    @Test
    void thatBreakOffAreAskedForAgainBeforeTheFirstWord() {
        far.stub().next(stream(StubProvider.openAiChunk("{\"role\":\"assistant\",\"content\":\"\"}", "null")));
        far.stub().next(stream(StubProvider.event("error", "{\"error\":{\"type\":\"overloaded_error\"}}")));
        assertThat(far.ask(RemoteApi.OPENAI).text()).startsWith("You said");
        assertThat(far.ask(RemoteApi.ANTHROPIC).text()).startsWith("You said");
        assertThat(far.stub().asked()).hasSize(4);
    }

    @Test
    void thatBreakOffLaterAreNot() {
        far.stub().next(stream(StubProvider.openAiChunk("{\"content\":\"word\"}", "null")));
        assertThat(far.failure(RemoteApi.OPENAI)).contains("the stream ended in the middle of the answer");
        far.stub()
                .next(stream(StubProvider.openAiChunk("{\"content\":\"word\"}", "null")
                        + "data: {\"error\":{\"code\":\"server_error\",\"message\":\"" + RemoteQuestions.SECRET
                        + "\"}}\n\n"));
        assertThat(far.failure(RemoteApi.OPENAI)).contains("broke the answer off (server_error)");
        assertThat(far.stub().asked()).hasSize(2);
    }

    @Test
    void thatFallSilentAreGivenUp() {
        far.stub()
                .next(stream(StubProvider.openAiChunk("{\"content\":\"word\"}", "null"))
                        .leftOpen());
        RemoteOptions impatient = new RemoteOptions(
                Duration.ofSeconds(5),
                Duration.ofMillis(200),
                Duration.ofSeconds(60),
                3,
                Duration.ofMillis(1),
                Duration.ofMillis(1));
        assertThatThrownBy(() -> RemoteQuestions.ask(
                        far.model(RemoteApi.OPENAI), impatient, RemoteQuestions.question(), AnswerListener.NONE))
                .hasMessageContaining("nothing came for 0.2 s");
    }

    @Test
    void endWhenNobodyWantsThemAnymore() {
        far.stub()
                .next(stream(StubProvider.openAiChunk("{\"content\":\"word\"}", "null"))
                        .leftOpen());
        List<String> pieces = new ArrayList<>();
        ChatResponse response = far.ask(RemoteApi.OPENAI, RemoteQuestions.question(), new AnswerListener() {
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
        ChatResponse response = far.ask(RemoteApi.OPENAI);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(response.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(far.stub().asked()).isEmpty();
    }

    @Test
    void mayHaveAnyLineEndsAndUnknownEvents() {
        far.stub().next(stream("\uFEFF" + StubProvider.openAi("one two").replace("\n", "\r\n")));
        far.stub()
                .next(stream("id: 7\nretry\n" + StubProvider.event("from_the_future", "{\"text\":\"?\"}")
                        + StubProvider.anthropic("one two")));
        assertThat(far.ask(RemoteApi.OPENAI).text()).isEqualTo("one two");
        assertThat(far.ask(RemoteApi.ANTHROPIC).text()).isEqualTo("one two");
    }
}
