package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.hub.OneModelHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class PullCommandTest {
    @TempDir
    Path home;

    private final Lines lines = new Lines();
    private OneModelHub hub;

    @BeforeEach
    void opensAHub() throws IOException {
        hub = new OneModelHub(home);
        lines.with("LILLA_HOME", home).with("HF_ENDPOINT", hub.address());
    }

    @AfterEach
    void closesTheHub() {
        hub.close();
    }

    @Test
    void bringsAModelIntoTheStore() {
        Lines.Outcome outcome = lines.run("pull", "me/tiny");
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).startsWith("me/tiny  1.05 MB  ");
        assertThat(outcome.err()).isEmpty();
        assertThat(lines.run("models").out()).contains("me/tiny", "safetensors", hub.address() + "/me/tiny");
        assertThat(lines.run("models", "verify", "me/tiny").out()).isEqualTo("me/tiny: ok\n");
    }

    @Test
    void tellsProgramsWhereItIs() {
        JsonNode report = lines.run("pull", "me/tiny", "--json").json();
        assertThat(report.get("name").asString()).isEqualTo("me/tiny");
        assertThat(report.get("bytes").asLong()).isGreaterThan(1 << 20);
        assertThat(Path.of(report.get("path").asString()).resolve("model.safetensors"))
                .exists();
        assertThat(lines.run("models", "path", "tiny").out().strip())
                .isEqualTo(report.get("path").asString());
    }

    @Nested
    class Offline {
        @Test
        void isContentWithWhatIsThere() {
            lines.run("pull", "me/tiny");
            hub.close();
            assertThat(lines.run("pull", "me/tiny", "--offline").status()).isZero();
            assertThat(lines.with("HF_HUB_OFFLINE", 1).run("pull", "me/tiny").status())
                    .isZero();
        }

        @Test
        void asksNobodyForWhatIsNot() {
            Lines.Outcome outcome = lines.run("pull", "me/tiny", "--offline");
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.err()).contains("no model \"me/tiny\"");
            assertThat(lines.run("models", "--json").json()).isEmpty();
        }
    }

    @Nested
    class Names {
        @Test
        void ofTheCatalogStandForTheirPlaceOnTheHub() {
            assertThat(lines.run("pull", "tinyllama-1.1b").err())
                    .contains("TinyLlama/TinyLlama-1.1B-Chat-v1.0")
                    .contains("not found");
        }

        @Test
        void thatAreNoneAreExplained() {
            assertThat(lines.run("pull", "unheard-of").err()).contains("lilla catalog", "OWNER/NAME");
            assertThat(lines.run("pull", "gemma").err()).contains("gemma-2b, gemma-7b");
            assertThat(lines.run("pull", "../tiny").err()).contains("is no model name");
        }
    }

    @Test
    void leavesNothingBehindWhereTheAddressIsUnsafe() throws IOException {
        Lines.Outcome outcome = lines.with("HF_ENDPOINT", "http://hub.example").run("pull", "me/tiny");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("http://hub.example").doesNotContain("internal error");
        try (var files = Files.list(home)) {
            assertThat(files).isEmpty();
        }
    }
}
