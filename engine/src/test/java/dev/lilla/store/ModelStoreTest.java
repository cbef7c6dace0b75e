package dev.lilla.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {
    @TempDir
    Path folder;

    private ModelStore store;
    private Path checkpoint;

    @BeforeEach
    void makesAStoreAndACheckpoint() throws IOException {
        store = ModelStore.open(folder.resolve("home"));
        checkpoint = Files.createDirectories(folder.resolve("checkpoint"));
        Files.writeString(checkpoint.resolve("config.json"), "{}");
        Files.writeString(checkpoint.resolve("model.safetensors"), "weights");
        Files.writeString(checkpoint.resolve("tokenizer.json"), "{\"a\":1}");
        Files.writeString(checkpoint.resolve("notes.txt"), "not part of it");
    }

    private StoredModel imported(String name) throws IOException {
        return store.importFrom(checkpoint, ModelName.parse(name), Placement.COPY, _ -> {});
    }

    private StoredModel importedGguf(String file, String name) throws IOException {
        Path gguf = Files.writeString(folder.resolve(file), "GGUF " + file);
        return store.importFrom(gguf, ModelName.parse(name), Placement.COPY, _ -> {});
    }

    @Nested
    class Home {
        @Test
        void isWhereTheEnvironmentSays() {
            assertThat(ModelStore.open(Map.of("LILLA_HOME", folder.toString())).home())
                    .isEqualTo(folder.toAbsolutePath());
            assertThat(ModelStore.open(Map.of()).home().getFileName()).hasToString(".lilla");
        }

        @Test
        void needNotExistToListNothing() throws IOException {
            assertThat(store.list()).isEmpty();
            assertThat(store.home()).doesNotExist();
        }
    }

    @Nested
    class Importing {
        @Test
        void copiesTheFilesOfTheModelAndRecordsTheirDigests() throws IOException {
            AtomicLong copied = new AtomicLong();
            StoredModel model =
                    store.importFrom(checkpoint, ModelName.parse("me/tiny"), Placement.COPY, copied::addAndGet);

            assertThat(model.name()).hasToString("me/tiny");
            assertThat(model.kind()).isEqualTo(ModelKind.SAFETENSORS);
            assertThat(model.path().resolve("model.safetensors")).hasContent("weights");
            assertThat(model.path().resolve("notes.txt")).doesNotExist();
            assertThat(model.bytes()).isEqualTo(16).isEqualTo(copied.get());
            // printf weights | sha256sum
            assertThat(model.files())
                    .contains(new StoredFile(
                            "model.safetensors",
                            7,
                            "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"));
            assertThat(store.list()).containsExactly(model);
        }

        @Test
        void linksWhereAsked() throws IOException {
            StoredModel model = store.importFrom(checkpoint, ModelName.parse("tiny"), Placement.LINK, _ -> {});

            assertThat(Files.isSymbolicLink(model.path().resolve("model.safetensors")))
                    .isTrue();
            store.remove(model);
            assertThat(checkpoint.resolve("model.safetensors")).hasContent("weights");
        }

        @Test
        void takesOneGgufBesideOthers() throws IOException {
            StoredModel first = importedGguf("tiny-q8_0.gguf", "me/tiny");
            assertThat(first.name()).hasToString("me/tiny");
            importedGguf("tiny-q4_k_m.gguf", "me/tiny");

            assertThat(store.list())
                    .extracting(model -> model.name().toString())
                    .containsExactly("me/tiny:tiny-q4_k_m.gguf", "me/tiny:tiny-q8_0.gguf");
        }

        @Test
        void leavesNothingBehindWhenItFails() throws IOException {
            Path empty = Files.createDirectories(folder.resolve("empty"));

            assertThatThrownBy(() -> store.importFrom(empty, ModelName.parse("x"), Placement.COPY, _ -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(empty.toString())
                    .hasMessageContaining("no model");
            assertThat(store.list()).isEmpty();
        }

        @Test
        void leavesNoModelWhenItStopsHalfway() {
            assertThatThrownBy(() -> store.importFrom(checkpoint, ModelName.parse("x"), Placement.COPY, _ -> {
                        throw new IllegalStateException("stopped");
                    }))
                    .hasMessage("stopped");
            assertThat(store.home().resolve("staging")).isEmptyDirectory();
            assertThat(store.home().resolve("models")).doesNotExist();
        }
    }

    @Nested
    class Resolving {
        @Test
        void takesAPathThatExistsFirst() throws IOException {
            assertThat(store.resolve(checkpoint.toString())).isEqualTo(checkpoint);
        }

        @Test
        void findsByShortNameWhateverTheOwnerAndCase() throws IOException {
            StoredModel model = imported("Me/Tiny");

            assertThat(store.resolve("tiny")).isEqualTo(model.path());
            assertThat(store.resolve("me/TINY")).isEqualTo(model.path());
        }

        @Test
        void findsAGgufByItsQuantization() throws IOException {
            importedGguf("tiny-q8_0.gguf", "me/tiny");
            importedGguf("tiny-q4_k_m.gguf", "me/tiny");

            assertThat(store.resolve("tiny:Q4_K_M").getFileName()).hasToString("tiny-q4_k_m.gguf");
            assertThatThrownBy(() -> store.resolve("tiny"))
                    .hasMessageContaining("me/tiny:tiny-q4_k_m.gguf, me/tiny:tiny-q8_0.gguf");
        }

        @Test
        void prefersADirectoryToTheGgufsBesideIt() throws IOException {
            StoredModel model = imported("me/tiny");
            importedGguf("tiny-q8_0.gguf", "me/tiny");

            assertThat(store.resolve("me/tiny")).isEqualTo(model.path());
        }

        @Test
        void saysWhatToDoWhenThereIsNone() {
            assertThatThrownBy(() -> store.resolve("me/absent"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no model \"me/absent\"")
                    .hasMessageContaining("lilla pull me/absent");
            assertThatThrownBy(() -> store.resolve("tinyllama-1.1b"))
                    .hasMessageContaining("lilla pull TinyLlama/TinyLlama-1.1B-Chat-v1.0");
            assertThatThrownBy(() -> store.resolve("./absent.gguf")).hasMessageContaining("no file or directory");
        }
    }

    @Nested
    class Verifying {
        @Test
        void findsNothingWrongInWhatWasJustStored() throws IOException {
            assertThat(store.verify(imported("tiny"), _ -> {})).isEmpty();
        }

        @Test
        void findsChangedMissingAndTruncatedFiles() throws IOException {
            StoredModel model = imported("tiny");
            Files.writeString(model.path().resolve("model.safetensors"), "Weights");
            Files.writeString(model.path().resolve("config.json"), "{");
            Files.delete(model.path().resolve("tokenizer.json"));

            assertThat(store.verify(model, _ -> {}))
                    .hasSize(3)
                    .anySatisfy(fault -> assertThat(fault).contains("model.safetensors has changed"))
                    .anySatisfy(fault -> assertThat(fault).contains("config.json has 1 bytes, not 2"))
                    .anySatisfy(fault -> assertThat(fault).contains("tokenizer.json is missing"));
        }

        @Test
        void refusesAManifestThatLeadsElsewhere() throws IOException {
            StoredModel model = imported("tiny");
            Path manifest = model.path().resolve("lilla.json");
            Files.writeString(manifest, Files.readString(manifest).replace("config.json", "../../../../etc/passwd"));

            assertThatThrownBy(() -> store.list())
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("lilla.json");
        }
    }

    @Nested
    class Removing {
        @Test
        void deletesTheFolderOfTheLastModel() throws IOException {
            StoredModel model = imported("tiny");
            store.remove(model);

            assertThat(model.path()).doesNotExist();
            assertThat(store.list()).isEmpty();
        }

        @Test
        void leavesTheOtherModelsOfTheRepository() throws IOException {
            importedGguf("tiny-q8_0.gguf", "me/tiny");
            importedGguf("tiny-q4_k_m.gguf", "me/tiny");
            StoredModel removed = store.model(ModelName.parse("tiny:q8_0"));
            store.remove(removed);

            assertThat(removed.path()).doesNotExist();
            assertThat(store.list()).hasSize(1);
            assertThat(store.resolve("tiny")).exists();
        }
    }

    @Test
    void digestsAsGitDoes() throws IOException {
        // printf 'what is up, doc?' | git hash-object --stdin
        Path file = Files.writeString(folder.resolve("doc"), "what is up, doc?");
        assertThat(FileDigest.gitBlobSha1(file)).isEqualTo("bd9dbf5aae1a3862dd1526723246b20206e5fc37");
    }
}
