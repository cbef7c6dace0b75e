package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.chat.SamplerOptions;
import org.junit.jupiter.api.Test;

/// Tokens checked against guesses come as often as tokens drawn without any.
class SamplerVerificationTest {
    private static final int SAMPLES = 40_000;
    private static final float NONE = Float.NEGATIVE_INFINITY;
    private static final float[] TARGET = {1.2f, 0.1f, -0.7f, 2.0f, NONE, 0.4f, -2.5f, 0.9f};

    private final TokenHistory history = new TokenHistory(new int[] {3, 3, 0});

    @Test
    void drawsTheTargetWhateverTheGuessesAreDrawnFrom() {
        float[][] guesses = {
            TARGET,
            {0, 0, 0, 0, 0, 0, 0, 0},
            {-1.2f, 2, 3, -4, NONE, NONE, 0, NONE},
            {NONE, NONE, NONE, NONE, 1, NONE, NONE, NONE},
            {NONE, NONE, NONE, 1, NONE, NONE, NONE, NONE},
        };
        for (float[] guess : guesses) {
            assertThat(draw(SamplerOptions.sampled(1, 1), guess)).matches(ChiSquare.Result::isChance);
        }
    }

    @Test
    void drawsTheTargetThroughAllStepsOfASampler() {
        SamplerOptions options = SamplerOptions.sampled(0.7, 2)
                .withTopK(6)
                .withTopP(0.95)
                .withPenalties(new SamplerOptions.Penalties(1.3, 0.2, 0.1, 10));
        float[] guess = {1, 1, 0, 0, NONE, 1, 2, -1};
        assertThat(draw(options, guess)).matches(ChiSquare.Result::isChance);
    }

    @Test
    void takesEveryGuessThatWasDrawnAsTheTargetIs() {
        assertThat(accepted(TARGET)).isEqualTo(SAMPLES);
    }

    @Test
    void takesAsManyGuessesAsBothDistributionsShare() {
        float[] even = new float[TARGET.length];
        double[] p = probabilities(SamplerOptions.sampled(1, 0), TARGET);
        double shared = 0;
        for (double probability : p) {
            shared += Math.min(probability, 1.0 / p.length);
        }
        double deviation = Math.sqrt(SAMPLES * shared * (1 - shared));
        assertThat((double) accepted(even))
                .isBetween(SAMPLES * shared - 4 * deviation, SAMPLES * shared + 4 * deviation);
    }

    @Test
    void takesTheLikeliestTokenWhereItIsGreedyWhateverIsGuessed() {
        Sampler sampler = new Sampler(SamplerOptions.greedy(), TARGET.length);
        TokenProbabilities source = new TokenProbabilities();
        int guess = new Sampler(SamplerOptions.sampled(1, 3), TARGET.length).guess(TARGET, history, source);
        assertThat(sampler.verify(TARGET, history, guess, source, null)).isEqualTo(3);
    }

    @Test
    void leavesOutWhatTheGuesserHasBeyondTheVocabulary() {
        Sampler wide = new Sampler(SamplerOptions.sampled(1, 3), 10);
        TokenProbabilities source = new TokenProbabilities();
        float[] logits = {0, 0, 0, 0, 0, 0, 0, 0, NONE, NONE};
        int guess = wide.guess(logits, history, source);
        assertThat(source.dense(8)).hasSize(8).containsOnly(1.0 / 8);
        assertThat(guess).isBetween(0, 7);
    }

    private ChiSquare.Result draw(SamplerOptions options, float[] guessLogits) {
        Sampler guesser = new Sampler(SamplerOptions.sampled(1, 99), TARGET.length);
        Sampler sampler = new Sampler(options, TARGET.length);
        TokenProbabilities source = new TokenProbabilities();
        int[] counts = new int[TARGET.length];
        for (int i = 0; i < SAMPLES; i++) {
            int guess = guesser.guess(guessLogits, history, source);
            counts[sampler.verify(TARGET, history, guess, source, null)]++;
        }
        return ChiSquare.fit(counts, probabilities(options, TARGET));
    }

    private int accepted(float[] guessLogits) {
        Sampler guesser = new Sampler(SamplerOptions.sampled(1, 98), TARGET.length);
        Sampler sampler = new Sampler(SamplerOptions.sampled(1, 4), TARGET.length);
        TokenProbabilities source = new TokenProbabilities();
        int accepted = 0;
        for (int i = 0; i < SAMPLES; i++) {
            int guess = guesser.guess(guessLogits, history, source);
            accepted += sampler.verify(TARGET, history, guess, source, null) == guess ? 1 : 0;
        }
        return accepted;
    }

    /// What a sampler without guesses draws from.
    private double[] probabilities(SamplerOptions options, float[] logits) {
        TokenProbabilities source = new TokenProbabilities();
        new Sampler(options, logits.length).guess(logits, history, source);
        return source.dense(logits.length).clone();
    }
}
