package dev.lilla.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubOptionsTest {
    @Test
    void comeFromTheEnvironment() {
        assertThat(HubOptions.from(Map.of()).endpoint()).isEqualTo(URI.create("https://huggingface.co"));
        HubOptions options = HubOptions.from(Map.of("HF_ENDPOINT", "https://hub.example/", "HF_TOKEN", " hf_secret "));
        assertThat(options.endpoint()).isEqualTo(URI.create("https://hub.example"));
        assertThat(options.token()).isEqualTo("hf_secret");
        assertThat(options.toString()).doesNotContain("hf_secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://hub.example",
                "ftp://hub.example",
                "hub.example",
                "http://127.0.0.1.evil.example",
                "http://localhost.evil.example",
                "file:///tmp"
            })
    void refuseUnsafeAddresses(String endpoint) {
        assertThatThrownBy(() -> HubOptions.from(Map.of("HF_ENDPOINT", endpoint)))
                .isInstanceOf(HubException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:8080", "http://127.0.0.1", "http://[::1]:9"})
    void acceptPlainHttpToThisMachine(String endpoint) {
        assertThat(HubOptions.from(Map.of("HF_ENDPOINT", endpoint)).endpoint()).hasToString(endpoint);
    }
}
