package dev.lilla.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// Keys come from the environment and stand in no message.
class RemoteKeysTest {
    @AutoClose
    private final RemoteQuestions far = new RemoteQuestions();

    @Test
    void areAskedForByTheNameOfTheirVariable() {
        try (RemoteChatModel chat =
                RemoteChatModel.open(far.model(RemoteApi.OPENAI), Map.of(), RemoteQuestions.QUICK)) {
            assertThatThrownBy(() -> chat.chat(RemoteQuestions.question()))
                    .hasMessage("far needs a key, and the environment variable STUB_KEY is not set. Set it to a key"
                            + " of " + far.stub().host() + ".");
        }
        assertThat(far.stub().asked()).isEmpty();
    }

    @Test
    void areNeverRepeated() {
        String broken = "sk-secret\nX-Other: 1";
        try (RemoteChatModel chat =
                RemoteChatModel.open(far.model(RemoteApi.OPENAI), Map.of("STUB_KEY", broken), RemoteQuestions.QUICK)) {
            Throwable thrown = catchThrowable(() -> chat.chat(RemoteQuestions.question()));
            assertThat(thrown).hasMessageContaining("STUB_KEY holds no key").hasNoCause();
            assertThat(thrown.getMessage()).doesNotContain("secret");
        }
        assertThat(ApiKey.of(far.model(RemoteApi.OPENAI), Map.of("STUB_KEY", "sk-1"))
                        .toString())
                .isEqualTo("the key in STUB_KEY");
    }

    @Test
    void thatAreRefusedAreNamedByTheirVariable() {
        try (RemoteChatModel chat = RemoteChatModel.open(
                far.model(RemoteApi.ANTHROPIC), Map.of("STUB_KEY", "sk-wrong"), RemoteQuestions.QUICK)) {
            Throwable thrown = catchThrowable(() -> chat.chat(RemoteQuestions.question()));
            assertThat(thrown)
                    .hasMessage(far.stub().host() + " refused the key of the environment variable STUB_KEY (401,"
                            + " authentication_error). Set it to a valid key that may use big-1.");
        }
        assertThat(far.stub().asked()).hasSize(1);
    }

    @Test
    void doNotStandInTheProject() {
        assertThatThrownBy(() ->
                        new RemoteModel("x", RemoteApi.OPENAI, "m", far.stub().address(), "sk-Abc123"))
                .hasMessageContaining("OPENAI_API_KEY")
                .hasMessageNotContaining("Abc");
    }
}
