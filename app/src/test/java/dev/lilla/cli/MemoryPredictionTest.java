package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.optimize.ModelOutline;
import dev.lilla.optimize.WeightTypes;
import dev.lilla.project.MemoryPrediction;
import dev.lilla.store.Catalog;
import dev.lilla.store.CatalogModel;
import dev.lilla.tensor.ElementType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is predicted from shapes is what a process of its own really has at most.
@Tag("long")
@EnabledOnOs(OS.LINUX)
class MemoryPredictionTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "smollm2-135m, Q8_0, 512",
        "qwen3-0.6b, Q4_0, 256",
        "tinyllama-1.1b, Q4_0, 512",
        "tinyllama-1.1b, Q4_0, 2048"
    })
    void holdsWithinFivePercent(String name, ElementType type, int context) throws IOException, InterruptedException {
        Path file = folder.resolve("model.gguf");
        assertThat(new Lines()
                        .run("bench", name, "--synthetic", "--type", type, "--save", file)
                        .status())
                .isZero();
        CatalogModel model = Catalog.open().model(name);
        long predicted;
        try (HostBackend backend = HostBackend.open(HostOptions.fromProperties())) {
            ModelOutline outline = ModelOutline.of(model, WeightTypes.of(type), LoadOptions.DEFAULT);
            predicted =
                    MemoryPrediction.of(outline, context, KvType.F16, backend).bytes();
        }
        assertThat(peak(file, context)).isCloseTo(predicted, withinPercentage(5));
    }

    /// With the heap that Java starts with on a machine of 24 GB, since the launcher leaves it to Java.
    private static long peak(Path file, int context) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xms384m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemoryProbe.class.getName(),
                        file.toString(),
                        Integer.toString(context))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return Long.parseLong(out.strip());
    }
}
