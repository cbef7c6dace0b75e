package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lilla.Oracle;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.model.ChangedFile.Change;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// A model that is open goes on when its file is changed, or says what happened; the program lives.
class ChangedFileTest {
    @TempDir
    Path folder;

    /// A small quantized model, copied.
    private Path model() throws IOException {
        List<Path> files = Oracle.list(Oracle.path("gguf/quant")).stream()
                .filter(file -> file.toString().endsWith("Q4_0.gguf"))
                .toList();
        assumeTrue(!files.isEmpty(), "the oracle has no Q4_0");
        return Files.copy(
                files.getFirst(), Files.createTempDirectory(folder, "model").resolve("model.gguf"));
    }

    private static String run(HostOptions.Choice kernels, Change change, Path file)
            throws IOException, InterruptedException {
        String classPath = Stream.of(HostBackend.class, ChangedFile.class)
                .map(type -> Path.of(URI.create(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toString()))
                        .toString())
                .reduce(System.getProperty("java.class.path"), (all, next) -> next + File.pathSeparator + all);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=/dev/null",
                        "-cp",
                        classPath,
                        ChangedFile.class.getName(),
                        kernels.name(),
                        change.name(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(kernels + " " + change + ": " + output).isZero();
        return output;
    }

    static Stream<HostOptions.Choice> machineCode() {
        return KernelPaths.here().filter(KernelPaths::roundsActivations);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("machineCode")
    void repackedModelsWriteTheSameWhateverHappensToTheirFile(HostOptions.Choice kernels) throws Exception {
        String expected = run(kernels, Change.NONE, model());
        assertThat(expected).matches("\\[\\d+(, \\d+){11}]");
        for (Change change : Change.values()) {
            assertThat(run(kernels, change, model())).as(change.name()).isEqualTo(expected);
        }
    }

    @Test
    void modelsThatStayInTheirFileWriteTheSameWhenItIsUnlinkedOrReplaced() throws Exception {
        String expected = run(HostOptions.Choice.REFERENCE, Change.NONE, model());
        assertThat(run(HostOptions.Choice.REFERENCE, Change.UNLINK, model())).isEqualTo(expected);
        assertThat(run(HostOptions.Choice.REFERENCE, Change.REPLACE, model())).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(
            value = HostOptions.Choice.class,
            names = {"VECTOR", "REFERENCE"})
    void modelsThatStayInTheirFileSayThatItWasShortened(HostOptions.Choice kernels) throws Exception {
        assertThat(run(kernels, Change.TRUNCATE, model()))
                .as(kernels.name().toLowerCase(Locale.ROOT))
                .startsWith("refused: the file of the model changed while it was in use")
                .contains("Open the model again");
    }

    @Test
    void tablesThatStayInTheirFileSayThatItWasShortened() throws Exception {
        assertThat(run(HostOptions.Choice.AUTO, Change.TRUNCATE, folder.resolve("table")))
                .startsWith("refused: the file of the model changed while it was in use");
    }
}
