package dev.lilla.optimize;

import dev.lilla.model.HiddenObserver;
import dev.lilla.model.HiddenRows;

/// How much each layer turns the residual stream: 1 minus the cosine between what enters and what leaves it,
/// the mean
/// over all tokens (block influence; Men et al., arXiv 2403.03853).
final class LayerInfluence implements HiddenObserver {
    private final double[] sums;
    private long tokens;
    private float[][] before = {};

    LayerInfluence(int layers) {
        sums = new double[layers];
    }

    @Override
    public void embedded(HiddenRows rows) {
        before = new float[rows.rows()][rows.hidden()];
        for (int t = 0; t < before.length; t++) {
            rows.copyRow(t, before[t]);
        }
        tokens += rows.rows();
    }

    @Override
    public void layerDone(int layer, HiddenRows rows) {
        float[] after = new float[rows.hidden()];
        for (int t = 0; t < before.length; t++) {
            rows.copyRow(t, after);
            sums[layer] += 1 - cosine(before[t], after);
            System.arraycopy(after, 0, before[t], 0, after.length);
        }
    }

    /// Influence of each layer so far.
    double[] means() {
        double[] means = sums.clone();
        for (int i = 0; i < means.length; i++) {
            means[i] /= Math.max(1, tokens);
        }
        return means;
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresA += (double) a[i] * a[i];
            squaresB += (double) b[i] * b[i];
        }
        return squaresA == 0 || squaresB == 0 ? 0 : product / Math.sqrt(squaresA * squaresB);
    }
}
