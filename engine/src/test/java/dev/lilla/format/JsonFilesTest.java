package dev.lilla.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFilesTest {
    @TempDir
    Path folder;

    @Test
    void readsWhatPythonWrites() throws IOException {
        Path file = Files.writeString(
                folder.resolve("config.json"), "{\"b\": Infinity, \"a\": NaN, \"c\": \"\\ud83d\\ude42 \\ud800\"}\n");
        assertThat(JsonFiles.read(file).propertyNames()).containsExactly("b", "a", "c");
        assertThat(JsonFiles.read(file).path("b").asDouble()).isInfinite();
        assertThat(JsonFiles.read(file).path("c").asString()).isEqualTo("🙂 \ud800");
    }

    @Test
    void namesFilePlaceAndReason() {
        assertThatThrownBy(() -> JsonFiles.parse("{\n \"a\": 1,\n \"b\" 2}", "config.json"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll("config.json", "at byte 16", "line 3", "invalid JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "nul", "{} {}", "[1,]", "{'a':1}", "{\"a\":1} x", "0x10"})
    void refusesWhatIsNoJson(String text) {
        assertThatThrownBy(() -> JsonFiles.parse(text, "x.json"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("x.json");
    }

    @Test
    void refusesEndlessNestingAndNumbers() {
        assertThatThrownBy(() -> JsonFiles.parse("[".repeat(100_000), "deep.json"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("deep.json");
        assertThatThrownBy(() -> JsonFiles.parse("9".repeat(100_000), "long.json"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("long.json");
    }

    @Test
    void refusesAFileThatIsMissingOrAFolder() {
        assertThatThrownBy(() -> JsonFiles.read(folder.resolve("none.json")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none.json does not exist");
        assertThatThrownBy(() -> JsonFiles.read(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("directory");
    }

    @Test
    void opensADirectoryWithAConfigurationOnly() throws IOException {
        Path config = folder.resolve("config.json");
        assertThatThrownBy(() -> HuggingFaceDirectory.open(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(folder.toString(), "config.json");
        assertThatThrownBy(() -> HuggingFaceDirectory.open(folder.resolve("none")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not exist");
        Files.writeString(config, "[]");
        assertThatThrownBy(() -> HuggingFaceDirectory.open(folder))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll("config.json", "object");
        assertThatThrownBy(() -> HuggingFaceDirectory.open(config)).hasMessageContaining("is a file");
        Files.writeString(config, "{\"model_type\": \"llama\"}");
        HuggingFaceDirectory directory = HuggingFaceDirectory.open(folder);
        assertThat(directory.config().path("model_type").asString()).isEqualTo("llama");
        assertThat(directory.json("generation_config.json")).isEmpty();
        assertThat(directory.file("config.json")).contains(config);
    }
}
