package dev.lilla.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where texts and keys may go.
class RemoteAddressesTest {
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
