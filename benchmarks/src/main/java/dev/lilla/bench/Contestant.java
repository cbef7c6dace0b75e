package dev.lilla.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// An engine that takes its turns, each in a process of its own.
sealed interface Contestant permits JavaEngine, LlamaBenchProgram, BatchedBenchProgram {
    String label();

    /// The command line of one turn.
    List<String> command(ComparisonPlan plan);

    /// Tokens a second by row (`pp512`, `tg64`), from what the command printed; empty if it failed.
    Map<String, Double> speeds(String output);

    /// Takes a turn.
    ///
    /// @throws IOException if the command cannot be started
    default Turn turn(ComparisonPlan plan) throws IOException, InterruptedException {
        Path log = Files.createTempFile("turn", ".log");
        try {
            Process process = new ProcessBuilder(command(plan))
                    .redirectError(log.toFile())
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            return new Turn(speeds(output), status, output + Files.readString(log, StandardCharsets.ISO_8859_1));
        } finally {
            Files.delete(log);
        }
    }

    /// What a turn gave.
    ///
    /// @param output what it printed, its log behind its results
    record Turn(Map<String, Double> speeds, int status, String output) {}
}
