package dev.lilla.cli;

import dev.lilla.evaluate.SpeedCase;
import java.util.ArrayList;
import java.util.List;

/// What is measured with each model and number of threads: every prompt and every generation at every depth.
///
/// @param prompts tokens to read; 0 for none
/// @param generations tokens to write; 0 for none
/// @param depths tokens before them
/// @param sequences texts written side by side
/// @param repeat rounds that count
/// @param warmUp rounds before them that do not
record BenchPlan(
        List<Integer> prompts,
        List<Integer> generations,
        List<Integer> depths,
        List<Integer> sequences,
        int repeat,
        int warmUp) {
    BenchPlan {
        require("--prompt", 0, prompts);
        require("--tokens", 0, generations);
        require("--depth", 0, depths);
        require("--sequences", 1, sequences);
        require("--repeat", 1, List.of(repeat));
        require("--warm-up", 0, List.of(warmUp));
    }

    private static void require(String option, int least, List<Integer> values) {
        if (values.isEmpty() || values.stream().anyMatch(value -> value < least)) {
            throw new IllegalArgumentException(
                    option + " takes numbers of " + least + " or more, separated by commas; found " + values);
        }
    }

    /// In the order they are done.
    ///
    /// @throws IllegalArgumentException if there are none
    List<SpeedCase> cases() {
        List<SpeedCase> cases = new ArrayList<>();
        for (int depth : depths) {
            for (int prompt : prompts) {
                if (prompt > 0) {
                    cases.add(SpeedCase.prompt(prompt, depth));
                }
            }
            for (int side : sequences) {
                for (int tokens : generations) {
                    if (tokens > 0) {
                        cases.add(SpeedCase.generation(tokens, depth, side));
                    }
                }
            }
        }
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("nothing is read and nothing written; give --prompt or --tokens");
        }
        return cases;
    }
}
