package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.store.ModelName;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsCommandTest {
    @TempDir
    Path folder;

    private final Lines lines = new Lines();
    private Path gguf;

    @BeforeEach
    void makesAHome() throws IOException {
        lines.with("LILLA_HOME", folder.resolve("home"));
        gguf = Files.writeString(folder.resolve("tiny.gguf"), "GGUF");
    }

    @Nested
    class Listing {
        @Test
        void saysWhatToDoWhenThereIsNothing() {
            assertThat(lines.run("models").out()).contains("No models yet", "lilla pull");
            assertThat(lines.run("models", "--json").json()).isEmpty();
        }

        @Test
        void showsWhatWasImported() {
            Lines.Outcome imported = lines.run("models", "import", gguf);
            assertThat(imported.status()).isZero();
            assertThat(imported.out()).startsWith("local/tiny  4 B");

            assertThat(lines.run("models").out()).contains("local/tiny", "gguf", "4 B");
            assertThat(lines.run("models", "list").out())
                    .isEqualTo(lines.run("models").out());
            var json = lines.run("models", "list", "--json").json();
            assertThat(json.size()).isEqualTo(1);
            assertThat(json.get(0).get("name").asString()).isEqualTo("local/tiny");
            assertThat(json.get(0).get("bytes").asInt()).isEqualTo(4);
        }

        @Test
        void showsTheCatalog() {
            assertThat(lines.run("models", "catalog").out()).contains("tinyllama-1.1b", "1.10 B", "1.17 GB");
            assertThat(lines.run("models", "catalog", "--json").json().size()).isEqualTo(33);
        }
    }

    @Nested
    class Keeping {
        @Test
        void tellsWhereAModelLies() throws IOException {
            lines.run("models", "import", gguf, "me/tiny");

            Path path = Path.of(lines.run("models", "path", "tiny").out().strip());
            assertThat(path).hasContent("GGUF");
        }

        @Test
        void findsDamage() throws IOException {
            lines.run("models", "import", gguf, "me/tiny");
            assertThat(lines.run("models", "verify").out()).isEqualTo("me/tiny: ok\n");
            Files.writeString(
                    ModelStore.open(folder.resolve("home"))
                            .model(ModelName.parse("tiny"))
                            .path(),
                    "FUGG");

            Lines.Outcome outcome = lines.run("models", "verify", "tiny");
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.out()).contains("damaged", "has changed");
        }

        @Test
        void removes() {
            lines.run("models", "import", "--link", gguf, "me/tiny");
            assertThat(lines.run("models", "remove", "me/tiny").out()).startsWith("removed me/tiny");

            assertThat(lines.run("models", "--json").json()).isEmpty();
            assertThat(gguf).exists();
        }

        @Test
        void saysWhenThereIsNoSuchModel() {
            Lines.Outcome outcome = lines.run("models", "remove", "me/tiny");
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.err()).startsWith("lilla: there is no model \"me/tiny\"");
        }

        @Test
        void refusesWhatIsNoModel() throws IOException {
            Path text = Files.writeString(folder.resolve("notes.txt"), "hello");

            Lines.Outcome outcome = lines.run("models", "import", text, "me/x");
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.err()).contains("notes.txt");
            assertThat(lines.run("models", "--json").json()).isEmpty();
        }
    }

    @Nested
    class Pulling {
        @Test
        void offlineFindsOnlyWhatIsThere() {
            lines.run("models", "import", gguf, "me/tiny");

            assertThat(lines.run("pull", "--offline", "me/tiny", "--json")
                            .json()
                            .get("name")
                            .asString())
                    .isEqualTo("me/tiny");
            Lines.Outcome absent = lines.with("HF_HUB_OFFLINE", 1).run("pull", "me/absent");
            assertThat(absent.status()).isEqualTo(1);
            assertThat(absent.err()).contains("no model \"me/absent\"");
        }

        @Test
        void refusesAnUnsafeHub() {
            Lines.Outcome outcome =
                    lines.with("HF_ENDPOINT", "http://192.0.2.1").run("pull", "me/tiny");
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.err()).contains("http://192.0.2.1", "https");
        }

        @Test
        void knowsShortNamesOfTheCatalogOnly() {
            assertThat(lines.run("pull", "gemma-nope").err()).contains("gemma-2b");
        }
    }
}
