package dev.lilla.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lilla.StubProvider;
import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.Message;
import dev.lilla.chat.SamplerOptions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A provider on this machine, and what is asked of it: a text that no message may repeat.
final class RemoteQuestions implements AutoCloseable {
    static final String SECRET = "The patient is called Ada.";
    static final RemoteOptions QUICK = new RemoteOptions(
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            Duration.ofSeconds(60),
            3,
            Duration.ofMillis(1),
            Duration.ofSeconds(5));

    private final StubProvider stub = StubProvider.start(text -> "You said: " + text.toLowerCase(Locale.ROOT) + " å😀");

    StubProvider stub() {
        return stub;
    }

    RemoteModel model(RemoteApi api) {
        return new RemoteModel("far", api, "big-1", stub.address(), "STUB_KEY");
    }

    ChatResponse ask(RemoteApi api, ChatRequest request, AnswerListener listener) {
        return ask(model(api), QUICK, request, listener);
    }

    static ChatResponse ask(RemoteModel model, RemoteOptions options, ChatRequest request, AnswerListener listener) {
        try (RemoteChatModel chat = RemoteChatModel.open(model, Map.of("STUB_KEY", StubProvider.KEY + "\n"), options)) {
            return chat.chat(request, listener);
        }
    }

    ChatResponse ask(RemoteApi api) {
        return ask(api, question(), AnswerListener.NONE);
    }

    static ChatRequest question() {
        return new ChatRequest(
                List.of(Message.system("Be brief."), Message.user(SECRET)),
                Optional.of(SamplerOptions.greedy()),
                OptionalInt.of(7),
                List.of("END"),
                Map.of());
    }

    /// What went wrong; neither it nor its causes show the key or the question.
    String failure(RemoteApi api) {
        Throwable thrown = catchThrowable(() -> ask(api));
        assertThat(thrown).isInstanceOf(RemoteException.class);
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            assertThat(cause.toString()).doesNotContain(StubProvider.KEY).doesNotContain("Ada");
        }
        return String.valueOf(thrown.getMessage());
    }

    @Override
    public void close() {
        stub.close();
    }
}
