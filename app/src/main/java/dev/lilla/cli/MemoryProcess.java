package dev.lilla.cli;

import dev.lilla.data.FileTree;
import dev.lilla.evaluate.run.MemoryTrial;
import dev.lilla.kernel.HostOptions;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import dev.lilla.search.MemoryProbe;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A second Lilla, started with the Java, the flags and the class path of this one, that does a trial of memory and
/// nothing else. What goes in and out lies in files, so that no pipe can fill up while somebody waits.
///
/// @param host what computes there
/// @param most what the process may take in all; it is ended then
/// @param tongue in which reasons are given
record MemoryProcess(HostOptions host, Duration most, Tongue tongue) implements MemoryProbe {
    /// Texts are begun for a minute; large models take longer to open, and to end the last ones.
    private static final Duration MOST = Duration.ofMinutes(10);

    private static final long SECONDS_OF_TEXTS = 60;
    private static final long POLL_MILLIS = 50;
    private static final int REASON_MAX = 300;

    /// Flags for this process alone: agents, and caches of classes that it writes.
    private static final Pattern OWN_FLAGS =
            Pattern.compile("-(?:agentlib|agentpath|javaagent|Xrunjdwp|XX:AOTCacheOutput|XX:AOTMode|XX:AOTConfiguration"
                    + "|XX:ArchiveClassesAtExit|XX:DumpLoadedClassList|XX:OnOutOfMemoryError|XX:HeapDumpPath)\\b.*");

    MemoryProcess(HostOptions host, Tongue tongue) {
        this(host, MOST, tongue);
    }

    @Override
    public Outcome measure(MemoryTrial trial, BooleanSupplier cancelled) throws InterruptedException {
        try {
            Path folder = Files.createTempDirectory("lilla-memory");
            try {
                return measure(trial, folder, cancelled);
            } finally {
                new FileTree(folder).delete();
            }
        } catch (IOException e) {
            return new Outcome.Unmeasured(
                    say("no process can be started: ", "ingen process kan startas: ") + e.getMessage());
        }
    }

    private Outcome measure(MemoryTrial trial, Path folder, BooleanSupplier cancelled)
            throws IOException, InterruptedException {
        Path in = Files.writeString(folder.resolve("trial.json"), trial.json().toString());
        Path out = folder.resolve("out.json");
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(command())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        // The launcher's third descriptor does not reach it.
        builder.environment().remove(Console.STDERR_VARIABLE);
        long end = System.nanoTime() + most.toNanos();
        Process process = builder.start();
        try {
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                if (cancelled.getAsBoolean()) {
                    return new Outcome.Interrupted();
                }
                if (System.nanoTime() - end > 0) {
                    return new Outcome.Unmeasured(
                            say("it took more than ", "det tog mer än ") + most.toSeconds() + " s");
                }
            }
        } finally {
            end(process);
        }
        // A Ctrl-C on the terminal reaches both processes.
        return cancelled.getAsBoolean() ? new Outcome.Interrupted() : outcome(process.exitValue(), out, err);
    }

    private static void end(Process process) throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private Outcome outcome(int status, Path out, Path err) throws IOException {
        if (status != 0) {
            String said = Files.readString(err).strip();
            return new Outcome.Unmeasured(say("its process failed with status ", "dess process slutade med ")
                    + status
                    + (said.isEmpty() ? "" : ": " + said.substring(Math.max(0, said.length() - REASON_MAX))));
        }
        try {
            JsonNode peak = JsonMapper.shared().readTree(Files.readString(out)).path(MeasureMemoryCommand.PEAK);
            return peak.isIntegralNumber() && peak.longValue() > 0
                    ? new Outcome.Measured(peak.longValue())
                    : new Outcome.Unmeasured(say("the system does not say", "systemet säger det inte"));
        } catch (JacksonException e) {
            return new Outcome.Unmeasured(
                    say("its process said something else than JSON", "dess process svarade något annat än JSON"));
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !OWN_FLAGS.matcher(flag).matches())
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(MeasureMemoryCommand.NAME, "--seconds", Long.toString(SECONDS_OF_TEXTS)));
        command.addAll(HostMixin.arguments(host));
        return command;
    }

    private String say(String english, String swedish) {
        return new Wording(english, swedish).in(tongue);
    }
}
