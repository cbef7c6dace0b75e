package dev.lilla.project;

import java.util.List;

/// How a variant that passed all filters is ranked: parts from 0 to 1, and their weighted sum.
///
/// @param quality what published scores promise, less what the type takes from it
/// @param speed 0.5 where the usual request takes as long as it may
/// @param memory what is left of the memory it may take
/// @param weights of the three for this task
/// @param reasons in words
public record CandidateScore(double quality, double speed, double memory, Weights weights, List<String> reasons) {
    public CandidateScore {
        reasons = List.copyOf(reasons);
    }

    /// How much each part counts; they sum to 1.
    public record Weights(double quality, double speed, double memory) {
        /// Tuning brings small models close to large ones where the answer is a label or a few fields, so there speed
        /// counts nearly as much; where texts are written, quality decides.
        static Weights of(Task task) {
            return switch (task) {
                case CLASSIFY, EXTRACT -> new Weights(0.50, 0.35, 0.15);
                case SUMMARIZE -> new Weights(0.60, 0.30, 0.10);
                case ANSWER, GENERATE, CHAT -> new Weights(0.70, 0.20, 0.10);
            };
        }
    }

    /// The sum.
    public double total() {
        return weights.quality() * quality + weights.speed() * speed + weights.memory() * memory;
    }
}
