package dev.lilla.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNameTest {
    @Nested
    class Parsing {
        @Test
        void readsOwnerNameAndFile() {
            assertThat(ModelName.parse("TheBloke/TinyLlama-1.1B-GGUF:q4_k_m"))
                    .isEqualTo(new ModelName("TheBloke", "TinyLlama-1.1B-GGUF", "q4_k_m"));
            assertThat(ModelName.parse("tiny")).isEqualTo(new ModelName(null, "tiny", null));
            assertThat(ModelName.parse("tiny:sub/model.gguf").file()).isEqualTo("sub/model.gguf");
        }

        @ParameterizedTest
        @ValueSource(strings = {"owner/name:file.gguf", "owner/name", "name", "name:q8_0", "Qwen/Qwen1.5-1.8B"})
        void writesWhatItReads(String text) {
            assertThat(ModelName.parse(text)).hasToString(text);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "/",
                    "a/",
                    "/a",
                    "a/b/c",
                    "..",
                    "../a",
                    "a/..",
                    "a..b",
                    ".hidden",
                    "a b",
                    "a:",
                    "a:../b",
                    "a:/etc/passwd",
                    "a:b/../../c",
                    "a:b\\c",
                    "a\u0000b",
                    "C:\\model.gguf"
                })
        void refusesWhatIsNoName(String text) {
            assertThatThrownBy(() -> ModelName.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class Paths {
        private final Path folder = Path.of("/store/models/a/b");

        @Test
        void stayInsideTheFolder() {
            assertThat(RelativePaths.inside(folder, "model.safetensors"))
                    .isEqualTo(folder.resolve("model.safetensors"));
            assertThat(RelativePaths.inside(folder, "1_Pooling/config.json"))
                    .isEqualTo(folder.resolve("1_Pooling/config.json"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "../x",
                    "a/../../x",
                    "/etc/passwd",
                    "a//b",
                    "",
                    ".",
                    "a/.",
                    "a\\..\\b",
                    "C:x",
                    "a\nb",
                    "con:",
                    "x ",
                    "x.",
                    "~/x/../../.."
                })
        void leadingElsewhereAreRefused(String path) {
            assertThatThrownBy(() -> RelativePaths.inside(folder, path))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("refused the file name");
        }

        @Test
        void ofAbsurdLengthAreRefusedAndNotPrintedWhole() {
            assertThatThrownBy(() -> RelativePaths.inside(folder, "a/".repeat(400) + "b"))
                    .hasMessageContaining("...")
                    .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(250));
        }
    }
}
