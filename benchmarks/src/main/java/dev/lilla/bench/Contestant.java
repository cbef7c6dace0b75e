package dev.lilla.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// An engine that takes its turns, each in a process of its own.
sealed interface Contestant permits JavaEngine, LlamaBenchProgram {
    String label();

    /// The command line of one turn.
    List<String> command(ComparisonPlan plan);

    /// Tokens a second by row (`pp512`, `tg64`), from what the command printed; empty if it failed.
    Map<String, Double> speeds(String output);

    /// Takes a turn.
    ///
    /// @throws IOException if the command cannot be started
    default Turn turn(ComparisonPlan plan) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(plan))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        StringBuilder output = new StringBuilder();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            reader.lines().forEach(line -> output.append(line).append('\n'));
        }
        int status = process.waitFor();
        return new Turn(speeds(output.toString()), status, output.toString());
    }

    /// What a turn gave.
    record Turn(Map<String, Double> speeds, int status, String output) {}
}
