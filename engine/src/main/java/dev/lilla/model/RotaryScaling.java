package dev.lilla.model;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How rotary frequencies are changed to reach beyond the context a model was trained for.
public sealed interface RotaryScaling {
    /// The frequency of pair `pair` as this scaling has it.
    ///
    /// @param frequency `base^(-2 pair / dim)`
    /// @param promptTokens length of the prompt of the sequence
    default double scale(double frequency, int pair, RotaryEmbedding embedding, int promptTokens) {
        return frequency;
    }

    /// Factor on sine and cosine.
    default float magnitude() {
        return 1;
    }

    /// Not at all.
    record None() implements RotaryScaling {}

    /// Every frequency divided by `factor` (Chen et al., arXiv 2306.15595).
    record Linear(float factor) implements RotaryScaling {
        @Override
        public double scale(double frequency, int pair, RotaryEmbedding embedding, int promptTokens) {
            return frequency / factor;
        }
    }

    /// Llama 3.1: long wavelengths divided by `factor`, short ones kept, smoothly in between.
    record Llama3(float factor, float lowFrequencyFactor, float highFrequencyFactor, int originalContext)
            implements RotaryScaling {
        @Override
        public double scale(double frequency, int pair, RotaryEmbedding embedding, int promptTokens) {
            double turns = originalContext * frequency / (2 * Math.PI);
            double kept =
                    Math.clamp((turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor), 0.0, 1.0);
            return frequency * ((1 - kept) / factor + kept);
        }
    }

    /// Frequency `i` divided by `divisors[i]`: what a GGUF's `rope_freqs.weight` holds.
    record Divisors(float[] divisors) implements RotaryScaling {
        @Override
        public double scale(double frequency, int pair, RotaryEmbedding embedding, int promptTokens) {
            return frequency / divisors[pair];
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Divisors same && Arrays.equals(divisors, same.divisors);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(divisors);
        }
    }

    /// Qwen v1: the base grows with the length of the prompt, once that exceeds the training context.
    record DynamicNtk(int trainContext) implements RotaryScaling {
        /// `base * alpha^(dim / (dim - 2))`, with `alpha = max(2^ceil(log2(prompt / train) + 1) - 1, 1)`.
        double base(double base, int dim, int promptTokens) {
            double doublings = Math.ceil(Math.log((double) promptTokens / trainContext) / Math.log(2) + 1);
            double alpha = Math.max(Math.pow(2, doublings) - 1, 1);
            return base * Math.pow(alpha, dim / (dim - 2.0));
        }
    }

    /// Phi 3: one of two lists of divisors, chosen by the length of the prompt.
    record LongRope(float[] shortDivisors, float[] longDivisors, int originalContext, float magnitude)
            implements RotaryScaling {
        @Override
        public double scale(double frequency, int pair, RotaryEmbedding embedding, int promptTokens) {
            return frequency / (promptTokens > originalContext ? longDivisors : shortDivisors)[pair];
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof LongRope same
                    && Arrays.equals(shortDivisors, same.shortDivisors)
                    && Arrays.equals(longDivisors, same.longDivisors)
                    && originalContext == same.originalContext
                    && magnitude == same.magnitude;
        }

        @Override
        public int hashCode() {
            return Objects.hash(
                    Arrays.hashCode(shortDivisors), Arrays.hashCode(longDivisors), originalContext, magnitude);
        }
    }

    /// YaRN (Peng et al., arXiv 2309.00071): pairs that turn often keep their frequency, slow ones are divided by
    /// `factor`, linearly in between.
    ///
    /// @param betaFast turns over the original context from which on a pair is kept
    /// @param betaSlow turns up to which a pair is divided
    record Yarn(float factor, int originalContext, float betaFast, float betaSlow, float magnitude)
            implements RotaryScaling {
        @Override
        public double scale(double frequency, int pair, RotaryEmbedding embedding, int promptTokens) {
            double low = Math.max(Math.floor(pairTurning(betaFast, embedding)), 0);
            double high = Math.min(Math.ceil(pairTurning(betaSlow, embedding)), embedding.dim() - 1);
            double divided = Math.clamp((pair - low) / Math.max(high - low, 0.001), 0.0, 1.0);
            return frequency * (divided / factor + (1 - divided));
        }

        private double pairTurning(double turns, RotaryEmbedding embedding) {
            return embedding.dim()
                    * Math.log(originalContext / (turns * 2 * Math.PI))
                    / (2 * Math.log(embedding.base()));
        }
    }
}
