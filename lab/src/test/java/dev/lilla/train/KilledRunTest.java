package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Kills a run with SIGKILL at moments of any kind, again and again, and compares it with one that nobody
/// touched.
@Tag("long")
class KilledRunTest {
    private static final int KILLS = 6;
    private static final long MINUTES_MAX = 5;

    @Test
    void goesOnWithTheSameBitsWheneverItIsKilled(@TempDir Path killed, @TempDir Path whole)
            throws IOException, InterruptedException {
        try (TinyRun run =
                TinyRun.lora(Set.of("q_proj", "v_proj", "down_proj"), 4, 2, 0.1f, OptimizerOptions.standard())) {
            KilledRun.train(run, whole);
        }
        Random random = new Random(11);
        int interrupted = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Process process = start(killed);
            int steps = lines(killed);
            // At a random moment after it has got further than before.
            while (process.isAlive() && lines(killed) <= steps) {
                process.waitFor(5, TimeUnit.MILLISECONDS);
            }
            boolean ended = process.waitFor(random.nextInt(200), TimeUnit.MILLISECONDS);
            interrupted += ended ? 0 : 1;
            process.destroyForcibly().waitFor();
        }
        assertThat(interrupted).isPositive();
        Process last = start(killed);
        assertThat(last.waitFor(MINUTES_MAX, TimeUnit.MINUTES)).isTrue();
        assertThat(last.exitValue()).isZero();
        assertThat(losses(killed)).hasSizeGreaterThan(KilledRun.STEPS).isEqualTo(losses(whole));
        Path end = Path.of("checkpoints", "step-%08d".formatted(KilledRun.STEPS), "tensors.safetensors");
        assertThat(killed.resolve(end)).hasSameBinaryContentAs(whole.resolve(end));
    }

    private static Process start(Path folder) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>(List.of(java.toString(), "-Xmx512m"));
        command.addAll(List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
        Stream.of("lilla.oracle", "lilla.kernels")
                .filter(name -> System.getProperty(name) != null)
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), KilledRun.class.getName()));
        command.add(folder.toString());
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static int lines(Path folder) throws IOException {
        Path log = folder.resolve("log.jsonl");
        return Files.exists(log) ? Files.readAllLines(log).size() : 0;
    }

    /// The log without times.
    private static List<String> losses(Path folder) {
        return TrainingLog.read(folder.resolve("log.jsonl")).stream()
                .map(KilledRunTest::withoutTimes)
                .toList();
    }

    private static String withoutTimes(JsonNode line) {
        return line.path("step") + " " + line.path("loss") + " " + line.path("smoothedLoss") + " "
                + line.path("gradientNorm") + " " + line.path("validationLoss");
    }
}
