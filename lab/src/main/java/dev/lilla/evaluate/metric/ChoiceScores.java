package dev.lilla.evaluate.metric;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// How likely a model found each choice of one question.
///
/// @param logLikelihoods natural logarithms, of each choice after the question
/// @param unconditional the same without the question; empty unless mutual information is asked for
/// @param choices their texts, without what stands between question and choice
/// @param expected index of the right one
public record ChoiceScores(
        double[] logLikelihoods, Optional<double[]> unconditional, List<String> choices, int expected) {
    public ChoiceScores {
        choices = List.copyOf(choices);
        if (choices.size() != logLikelihoods.length || expected < 0 || expected >= choices.size()) {
            throw new IllegalArgumentException(choices.size() + " choices, " + logLikelihoods.length
                    + " log-likelihoods, and the right one is number " + expected);
        }
    }

    /// How choices of different lengths are made comparable; the names are those of lm-eval.
    public enum Normalization {
        ACC("acc"),
        /// By characters (code points) of the choice.
        ACC_NORM("acc_norm"),
        /// By bytes of its UTF-8.
        ACC_BYTES("acc_bytes"),
        /// Less what the choice is likely without the question.
        ACC_MUTUAL_INFO("acc_mutual_info");

        private final String label;

        Normalization(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    /// The likeliest choice; the first of several.
    ///
    /// @throws IllegalStateException if mutual information is asked for and was not measured
    public int predicted(Normalization normalization) {
        int best = 0;
        for (int i = 1; i < logLikelihoods.length; i++) {
            best = value(i, normalization) > value(best, normalization) ? i : best;
        }
        return best;
    }

    private double value(int choice, Normalization normalization) {
        String text = choices.get(choice);
        double value = logLikelihoods[choice];
        return switch (normalization) {
            case ACC -> value;
            case ACC_NORM -> value / Math.max(1, text.codePointCount(0, text.length()));
            case ACC_BYTES -> value / Math.max(1, text.getBytes(StandardCharsets.UTF_8).length);
            case ACC_MUTUAL_INFO ->
                value
                        - unconditional
                                .orElseThrow(() ->
                                        new IllegalStateException("choices were not scored without their question"))[
                                choice];
        };
    }

    public Calibration.Forecast forecast() {
        return new Calibration.Forecast(Calibration.softmax(logLikelihoods), expected);
    }
}
