package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lilla.chat.Message;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.decision.DecisionRecord;
import dev.lilla.decision.DecisionRecord.VariantRecord;
import dev.lilla.evaluate.run.MemoryBasis;
import dev.lilla.evaluate.run.MemoryTrial;
import dev.lilla.evaluate.task.Decoding;
import dev.lilla.evaluate.task.Prompt;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.MachineMemory;
import dev.lilla.project.Tongue;
import dev.lilla.search.MemoryProbe.Outcome;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Really starts processes.
@EnabledOnOs(OS.LINUX)
class MemoryProcessTest {
    private static final Path MODEL =
            Path.of("..", "models", "lilla-demo-s.gguf").toAbsolutePath().normalize();
    private static final long BALLAST = 600L << 20;

    @TempDir
    private Path folder;

    private final MemoryProcess probe = new MemoryProcess(HostOptions.fromProperties(), Tongue.ENGLISH);

    private static MemoryTrial trial(Path model) {
        return new MemoryTrial(
                model,
                new Decoding(8, List.of(), SamplerOptions.greedy()),
                2,
                List.of(
                        new Prompt.Chat(List.of(Message.system("You answer."), Message.user("Å, \"hello\"\nthere"))),
                        new Prompt.Text("Once upon a time")));
    }

    private static long children() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).count();
    }

    @Test
    void measuresWithoutWhatThisProcessHolds() throws InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ballast = arena.allocate(BALLAST);
            ballast.fill((byte) 1);
            Outcome outcome = probe.measure(trial(MODEL), () -> false);
            assertThat(outcome).isInstanceOf(Outcome.Measured.class);
            assertThat(((Outcome.Measured) outcome).peakBytes())
                    .isBetween(20L << 20, BALLAST)
                    .isLessThan(MachineMemory.peakResidentBytes() - (BALLAST >> 1));
        }
    }

    @Test
    void endsItsProcessWhenItIsCancelled() throws InterruptedException {
        long before = children();
        boolean[] wasThere = new boolean[1];
        Outcome outcome = probe.measure(trial(MODEL), () -> {
            wasThere[0] |= children() > before;
            return true;
        });
        assertThat(outcome).isInstanceOf(Outcome.Interrupted.class);
        assertThat(wasThere[0]).isTrue();
        assertThat(children()).isEqualTo(before);
    }

    @Test
    void endsAProcessThatTakesTooLong() throws InterruptedException {
        long before = children();
        MemoryProcess hurried = new MemoryProcess(HostOptions.fromProperties(), Duration.ofMillis(1), Tongue.SWEDISH);
        assertThat(hurried.measure(trial(MODEL), () -> false)).isEqualTo(new Outcome.Unmeasured("det tog mer än 0 s"));
        assertThat(children()).isEqualTo(before);
    }

    @Test
    void saysWhatTheProcessSaid() throws InterruptedException {
        assertThat(probe.measure(trial(folder.resolve("gone.gguf")), () -> false))
                .isInstanceOfSatisfying(
                        Outcome.Unmeasured.class,
                        unmeasured -> assertThat(unmeasured.why()).contains("failed with status 1", "gone.gguf"));
    }

    /// What `lilla check` of the same variant takes on the same examples, in a process of its own too.
    @Test
    void findsWhatACheckFinds() throws IOException, InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ballast = arena.allocate(BALLAST);
            ballast.fill((byte) 1);
            DecidedProject project = DecidedProject.in(folder.resolve("project"), "memory: 4GB");
            VariantRecord variant = DecisionRecord.read(
                            project.file().resolveSibling("decision").resolve(DecisionRecord.FILE_NAME))
                    .variants()
                    .getFirst();
            assertThat(variant.memoryBasis()).contains(MemoryBasis.OWN_PROCESS);
            assertThat(project.lines()
                            .run("deploy", project.file(), "--program", RunningProgram.jarIn(folder.resolve("jars")))
                            .status())
                    .isZero();
            assertThat(variant.memoryBytes().orElseThrow()).isCloseTo(checked(project), withinPercentage(15));
            assertThat(project.file().resolveSibling("decision/report.html"))
                    .content()
                    .contains("a process of its own");
        }
    }

    private long checked(DecidedProject project) throws IOException, InterruptedException {
        Path out = folder.resolve("check.json");
        Process check = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx3g",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "check",
                        project.file().toString(),
                        "--json")
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(check.waitFor()).isZero();
        JsonNode criteria = JsonMapper.shared().readTree(out.toFile()).get("criteria");
        for (JsonNode criterion : criteria) {
            if (criterion.get("kind").asString().equals("MEMORY")) {
                return criterion.get("found").asLong();
            }
        }
        throw new AssertionError("the check says nothing of memory: " + criteria);
    }
}
