package dev.lilla.project;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How quality is measured.
///
/// @param prompt the request, with `{input}`, `{context}` and `{labels}` to be filled in
/// @param shots examples of the training data in each request
/// @param seeds that answers are drawn with, where they are drawn
/// @param repeats how often each example is answered with each seed
/// @param limit at most so many test rows
public record Evaluation(
        Optional<String> system,
        String prompt,
        int shots,
        Decoding decoding,
        List<Integer> seeds,
        int repeats,
        OptionalInt limit) {
    /// Apart in the sequence of a generator (Steele et al., "Fast splittable pseudorandom number generators", 2014).
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /// More rounds of a test set take longer than they tell.
    static final int ROUNDS_MAX = 100;

    public Evaluation {
        seeds = List.copyOf(seeds);
    }

    /// Whether answers are drawn, so that another seed may give another one.
    public boolean isDrawn() {
        return decoding.temperature() > 0;
    }

    /// The seeds of all rounds in which the examples are answered; a single one where the answers would be the same.
    public List<Long> roundSeeds() {
        List<Long> rounds = new ArrayList<>();
        for (int repeat = 0; repeat < repeats; repeat++) {
            for (int seed : seeds) {
                rounds.add(rounds.isEmpty() ? (long) seed : mixed(seed + repeat * GOLDEN));
            }
        }
        return isDrawn() ? List.copyOf(rounds) : rounds.subList(0, 1);
    }

    /// Seeds in a row would share what they draw, since each example adds a number of its own.
    private static long mixed(long seed) {
        return InputHash.seeded(seed, GOLDEN);
    }

    /// What the file asks for and will not happen, with what to do.
    public Optional<Wording> withoutEffect() {
        List<String> keys = new ArrayList<>();
        if (seeds.size() > 1) {
            keys.add("evaluation.seeds");
        }
        if (repeats > 1) {
            keys.add("evaluation.repeats");
        }
        if (decoding.topK() > 0) {
            keys.add("evaluation.decoding.top_k");
        }
        if (decoding.topP() < 1) {
            keys.add("evaluation.decoding.top_p");
        }
        if (isDrawn() || keys.isEmpty()) {
            return Optional.empty();
        }
        String names = String.join(", ", keys);
        return Optional.of(new Wording(
                names + ": without effect, since the temperature is 0 and every answer the same each time; each example"
                        + " is answered once. Give evaluation.decoding.temperature a value, or leave the key out.",
                names
                        + ": utan verkan, eftersom temperaturen är 0 och svaret detsamma varje gång; varje exempel besvaras"
                        + " en gång. Ge evaluation.decoding.temperature ett värde, eller utelämna nyckeln."));
    }

    /// How answers are chosen.
    ///
    /// @param topK 0 for all
    public record Decoding(double temperature, double topP, int topK, OptionalInt maxTokens) {}
}
