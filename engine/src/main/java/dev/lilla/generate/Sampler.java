package dev.lilla.generate;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.grammar.TokenMask;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/// Chooses the next token of one sequence from its logits.
///
/// The choice depends on the logits, the sequence and the seed alone: each sequence has a generator of its own, so
/// threads and neighbors in a batch change nothing. Not safe for use by several threads.
public final class Sampler {
    /// A generator whose algorithm is named, so that a seed means the same text on every machine and JDK.
    private static final RandomGeneratorFactory<RandomGenerator> GENERATORS =
            RandomGeneratorFactory.of("L64X128MixRandom");

    private final List<SamplerStep> steps;
    private final boolean greedy;
    private final RandomGenerator random;
    private final Candidates candidates;

    /// @param vocab width of the logits
    public Sampler(SamplerOptions options, int vocab) {
        steps = steps(options);
        greedy = options.isGreedy();
        random = GENERATORS.create(options.seed());
        candidates = new Candidates(vocab);
    }

    /// Chooses a token.
    ///
    /// @param logits `[vocab]`, not changed; negative infinity forbids a token
    /// @param history the sequence so far, prompt included
    /// @throws IllegalStateException if every token is forbidden, or a logit is not a number
    public int next(float[] logits, TokenHistory history) {
        return next(logits, history, null);
    }

    /// Chooses a token among those that a mask allows; null for all.
    int next(float[] logits, TokenHistory history, @Nullable TokenMask mask) {
        int likeliest = narrow(logits, history, mask);
        return candidates.id(greedy ? likeliest : candidates.draw(random.nextDouble(), candidates.logit(likeliest)));
    }

    /// Chooses a token as [#next] does, and notes what it was drawn from.
    ///
    /// @param drawnFrom takes the probabilities
    int guess(float[] logits, TokenHistory history, TokenProbabilities drawnFrom) {
        int token = next(logits, history);
        drawnFrom.set(candidates);
        return token;
    }

    /// Chooses a token where a draft guessed one by chance, such that tokens come with the probabilities of
    /// [#next], and as often as possible the guess: it is taken with probability `min(1, p / q)`, and what is left
    /// of `p` beyond `q` is drawn from otherwise (Leviathan et al., arXiv 2211.17192).
    ///
    /// A guess that was certain (`q = 1`) needs no such rule: [#next] equals it with probability `p`, and is
    /// something else with the right probabilities otherwise.
    ///
    /// @param guess what was drawn from `guessedFrom`
    /// @param mask forbids tokens, whoever guessed them; null for none
    int verify(
            float[] logits, TokenHistory history, int guess, TokenProbabilities guessedFrom, @Nullable TokenMask mask) {
        int likeliest = narrow(logits, history, mask);
        if (greedy) {
            return candidates.id(likeliest);
        }
        float max = candidates.logit(likeliest);
        double mass = candidates.mass(max);
        double[] guessed = guessedFrom.dense(logits.length);
        double probability = 0;
        double residue = 0;
        for (int i = 0; i < candidates.count(); i++) {
            double p = Math.exp(candidates.logit(i) - max) / mass;
            int id = candidates.id(i);
            probability = id == guess ? p : probability;
            residue += Math.max(0, p - guessed[id]);
        }
        if (random.nextDouble() * guessed[guess] < probability) {
            return guess;
        }
        // Only rounding can leave nothing where a guess was refused: both distributions are the same then.
        return candidates.id(
                residue > 0 ? drawBeyond(guessed, residue, max, mass) : candidates.draw(random.nextDouble(), max));
    }

    /// Draws from what the candidates' probabilities have beyond `guessed`.
    private int drawBeyond(double[] guessed, double residue, float max, double mass) {
        double target = random.nextDouble() * residue;
        int chosen = candidates.argmax();
        for (int i = 0; i < candidates.count(); i++) {
            double weight = Math.exp(candidates.logit(i) - max) / mass - guessed[candidates.id(i)];
            if (weight > 0) {
                target -= weight;
                chosen = i;
                if (target < 0) {
                    break;
                }
            }
        }
        return chosen;
    }

    /// Leaves the candidates that may be chosen.
    ///
    /// @return index of the most likely of them
    private int narrow(float[] logits, TokenHistory history, @Nullable TokenMask mask) {
        if (mask == null) {
            candidates.reset(logits);
        } else {
            candidates.reset(logits, mask);
        }
        for (SamplerStep step : steps) {
            step.apply(candidates, history);
        }
        int likeliest = candidates.argmax();
        if (candidates.count() == 0 || !Float.isFinite(candidates.logit(likeliest))) {
            throw new IllegalStateException("no token can be chosen: the largest of " + candidates.count()
                    + " candidate logits is " + candidates.max()
                    + ". The model's weights or its settings are broken.");
        }
        return likeliest;
    }

    /// The steps that change anything, in order. The greedy choice needs none that only narrow it.
    static List<SamplerStep> steps(SamplerOptions options) {
        List<SamplerStep> steps = new ArrayList<>();
        for (SamplerOptions.Stage stage : options.order()) {
            step(stage, options)
                    .filter(step -> !options.isGreedy()
                            || step instanceof SamplerStep.LogitBias
                            || step instanceof SamplerStep.Penalize)
                    .ifPresent(steps::add);
        }
        return List.copyOf(steps);
    }

    private static Optional<SamplerStep> step(SamplerOptions.Stage stage, SamplerOptions options) {
        return switch (stage) {
            case LOGIT_BIAS ->
                options.logitBias().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new SamplerStep.LogitBias(options.logitBias()));
            case PENALTIES ->
                options.penalties().isNeutral()
                        ? Optional.empty()
                        : Optional.of(new SamplerStep.Penalize(options.penalties()));
            case TEMPERATURE ->
                options.isGreedy() || options.temperature() == 1
                        ? Optional.empty()
                        : Optional.of(new SamplerStep.Temperature(options.temperature()));
            case TOP_K -> options.topK() == 0 ? Optional.empty() : Optional.of(new SamplerStep.TopK(options.topK()));
            case TYPICAL_P ->
                options.typicalP() == 1
                        ? Optional.empty()
                        : Optional.of(new SamplerStep.Typical(share(options.typicalP())));
            case TOP_P ->
                options.topP() == 1 ? Optional.empty() : Optional.of(new SamplerStep.TopP(share(options.topP())));
            case MIN_P -> options.minP() == 0 ? Optional.empty() : Optional.of(new SamplerStep.MinP(options.minP()));
        };
    }

    /// No share at all keeps the most likely token, as clients expect of `top_p: 0`.
    private static double share(double share) {
        return Math.max(share, Double.MIN_VALUE);
    }
}
