package dev.lilla.generate;

import java.util.Arrays;

/// The probabilities that a token was drawn with. Reused from token to token; not safe for use by several threads.
final class TokenProbabilities {
    private int[] ids = new int[0];
    private double[] probabilities = new double[0];
    private double[] dense = new double[0];
    private int count;

    /// Takes over the candidates of a sampler.
    void set(Candidates candidates) {
        if (ids.length < candidates.count()) {
            ids = new int[candidates.count()];
            probabilities = new double[candidates.count()];
        }
        float max = candidates.max();
        double mass = candidates.mass(max);
        count = candidates.count();
        for (int i = 0; i < count; i++) {
            ids[i] = candidates.id(i);
            probabilities[i] = Math.exp(candidates.logit(i) - max) / mass;
        }
    }

    /// The probability of every id below `vocab`; valid until the next call.
    double[] dense(int vocab) {
        if (dense.length != vocab) {
            dense = new double[vocab];
        } else {
            Arrays.fill(dense, 0);
        }
        for (int i = 0; i < count; i++) {
            // Beyond the vocabulary there is only padding, which is never drawn.
            if (ids[i] < vocab) {
                dense[ids[i]] = probabilities[i];
            }
        }
        return dense;
    }
}
