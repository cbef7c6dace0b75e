package dev.lilla.bench;

import dev.lilla.evaluate.SpeedCase;
import java.util.ArrayList;
import java.util.List;

/// What every engine does.
///
/// @param prompts tokens to read into an empty cache
/// @param generations tokens to write, into an empty cache and behind each depth
/// @param depths tokens in the cache of each text before it is written on
/// @param sequences texts side by side behind each depth
record ComparedWork(List<Integer> prompts, List<Integer> generations, List<Integer> depths, List<Integer> sequences) {
    ComparedWork {
        prompts = List.copyOf(prompts);
        generations = List.copyOf(generations);
        depths = List.copyOf(depths);
        sequences = List.copyOf(sequences);
        if (prompts.isEmpty() && generations.isEmpty()) {
            throw new IllegalArgumentException("nothing is read and nothing written");
        }
        if (depths.isEmpty() != sequences.isEmpty()) {
            throw new IllegalArgumentException("--depth and --sequences belong together");
        }
    }

    /// What only Lilla and programs of the kind `llama-batched-bench` do.
    List<SpeedCase> sideBySide() {
        List<SpeedCase> works = new ArrayList<>();
        for (int depth : depths) {
            for (int tokens : generations) {
                for (int count : sequences) {
                    works.add(SpeedCase.generation(tokens, depth, count));
                }
            }
        }
        return works;
    }

    /// Everything that Lilla does.
    List<SpeedCase> all() {
        List<SpeedCase> works = new ArrayList<>();
        prompts.forEach(tokens -> works.add(SpeedCase.prompt(tokens, 0)));
        generations.forEach(tokens -> works.add(SpeedCase.generation(tokens, 0, 1)));
        works.addAll(sideBySide());
        return works;
    }
}
