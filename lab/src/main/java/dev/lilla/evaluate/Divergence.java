package dev.lilla.evaluate;

import dev.lilla.generate.LogLikelihood;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.Decoder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/// How far a variant of a model has moved from the model it was made of, at the places that [Perplexity] scores: what
/// llama.cpp calls `--kl-divergence`.
///
/// @param places how many were compared
/// @param meanKl mean of the Kullback-Leibler divergence `Σ p log(p / q)` of the variant `q` from the reference `p`, in
/// nats
/// @param standardError of that mean
/// @param topAgreement share of places at which both find the same token likeliest
/// @param meanChange mean of `log q - log p` of the tokens that are there
public record Divergence(int places, double meanKl, double standardError, double topAgreement, double meanChange) {
    /// One side of a comparison.
    ///
    /// @param cache for one window
    public record Side(Decoder decoder, KvBlocks cache) {}

    /// Compares on a text.
    ///
    /// @param protocol which windows, and which places in them
    /// @param progress takes the windows that are done
    /// @throws IllegalArgumentException if the two have other vocabularies, or the text is too short
    public static Divergence measure(
            Side variant, Side reference, int[] tokens, Perplexity protocol, IntConsumer progress) {
        int vocab = reference.decoder().spec().vocab();
        if (variant.decoder().spec().vocab() != vocab) {
            throw new IllegalArgumentException("the models have vocabularies of "
                    + variant.decoder().spec().vocab() + " and " + vocab
                    + " tokens; only variants of one model can be held against each other");
        }
        int windows =
                Math.min(protocol.windows(reference.decoder(), tokens), protocol.windows(variant.decoder(), tokens));
        Sums sums = new Sums();
        for (int window = 0; window < windows; window++) {
            int[] part = protocol.window(tokens, window);
            List<float[]> expected = new ArrayList<>();
            protocol.readSecondHalf(
                    reference.decoder(), reference.cache(), part, (row, _) -> expected.add(row.clone()));
            int[] place = new int[1];
            protocol.readSecondHalf(variant.decoder(), variant.cache(), part, (row, target) -> {
                sums.add(expected.get(place[0]), row, target);
                place[0]++;
            });
            progress.accept(window + 1);
        }
        return sums.result();
    }

    /// `Σ p log(p / q)` of two rows of logits.
    static double kl(float[] reference, float[] variant) {
        double referenceMass = logMass(reference);
        double variantMass = logMass(variant);
        double sum = 0;
        for (int i = 0; i < reference.length; i++) {
            double logP = reference[i] - referenceMass;
            double logQ = variant[i] - variantMass;
            sum += Math.exp(logP) * (logP - logQ);
        }
        return Math.max(0, sum);
    }

    private static double logMass(float[] logits) {
        return logits[0] - LogLikelihood.logProbability(logits, 0);
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static final class Sums {
        private int places;
        private double kl;
        private double squares;
        private int same;
        private double change;

        void add(float[] reference, float[] variant, int target) {
            double divergence = kl(reference, variant);
            places++;
            kl += divergence;
            squares += divergence * divergence;
            same += likeliest(reference) == likeliest(variant) ? 1 : 0;
            change += LogLikelihood.logProbability(variant, target) - LogLikelihood.logProbability(reference, target);
        }

        Divergence result() {
            double mean = kl / places;
            double variance = Math.max(0, squares / places - mean * mean);
            return new Divergence(
                    places,
                    mean,
                    Math.sqrt(variance / Math.max(1, places - 1)),
                    (double) same / places,
                    change / places);
        }
    }
}
