package dev.lilla.project;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How quality is measured.
///
/// @param prompt the request, with `{input}`, `{context}` and `{labels}` to be filled in
/// @param shots examples of the training data in each request
/// @param repeats rounds that latency is measured in
/// @param limit at most so many test rows
public record Evaluation(
        Optional<String> system,
        String prompt,
        int shots,
        Decoding decoding,
        List<Integer> seeds,
        int repeats,
        OptionalInt limit) {
    public Evaluation {
        seeds = List.copyOf(seeds);
    }

    /// How answers are chosen.
    ///
    /// @param topK 0 for all
    public record Decoding(double temperature, double topP, int topK, OptionalInt maxTokens) {}
}
