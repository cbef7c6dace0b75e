package dev.lilla.kernel;

import java.util.Arrays;

/// Finds `scale` and `min` so that `scale * level - min`, with levels 0 to `levelMax`, comes close to a group of
/// values.
///
/// Starts from the span of the values, then tries scales in steps of a tenth of a level; each gives levels, whose
/// weighted least squares give a scale and a minimum; the one with the least weighted deviation stays, and the next
/// trial starts from its minimum (ggml `make_qkx2_quants`). Holds scratch memory and the last result: one per thread.
final class AffineFit {
    /// How far off a value is.
    enum Deviation {
        ABSOLUTE,
        SQUARED
    }

    private static final float STEP = 0.1f;

    private final int levelMax;
    private final float firstStep;
    private final int steps;
    private final Deviation deviation;
    private final float[] weights;
    private final byte[] trial;

    private float sumWeights;
    private float sumValues;
    private float scale;
    private float min;
    private float trialScale;
    private float trialMin;

    /// @param group elements in a group
    /// @param firstStep added to `levelMax` for the first scale tried; `steps + 1` scales are tried
    AffineFit(int group, int levelMax, float firstStep, int steps, Deviation deviation) {
        this.levelMax = levelMax;
        this.firstStep = firstStep;
        this.steps = steps;
        this.deviation = deviation;
        this.weights = new float[group];
        this.trial = new byte[group];
    }

    int group() {
        return weights.length;
    }

    int levelMax() {
        return levelMax;
    }

    /// Scale of the last fit.
    float scale() {
        return scale;
    }

    /// What the last fit subtracts, positive or 0.
    float min() {
        return -min;
    }

    /// Fits the group that begins at `from`, and sets its levels, from index `to` on.
    void fit(float[] values, int from, byte[] levels, int to) {
        weigh(values, from);
        float max = span(values, from);
        if (max == min) {
            Arrays.fill(levels, to, to + group(), (byte) 0);
            scale = 0;
            return;
        }
        float inverse = levelMax / (max - min);
        scale = 1 / inverse;
        level(values, from, inverse);
        System.arraycopy(trial, 0, levels, to, group());
        float best = deviation(values, from, scale, min);
        for (int step = 0; step <= steps; step++) {
            level(values, from, (firstStep + STEP * step + levelMax) / (max - min));
            if (!solve(values, from)) {
                continue;
            }
            float off = deviation(values, from, trialScale, trialMin);
            if (off < best) {
                System.arraycopy(trial, 0, levels, to, group());
                best = off;
                scale = trialScale;
                min = trialMin;
            }
        }
    }

    private void weigh(float[] values, int from) {
        float mean = 0;
        if (deviation == Deviation.SQUARED) {
            float squares = 0;
            for (int i = 0; i < group(); i++) {
                squares += values[from + i] * values[from + i];
            }
            mean = (float) Math.sqrt(squares / group());
        }
        for (int i = 0; i < group(); i++) {
            weights[i] = mean + Math.abs(values[from + i]);
        }
    }

    /// Sets the sums and `min`, at most 0, and returns the largest value.
    private float span(float[] values, int from) {
        sumWeights = weights[0];
        sumValues = weights[0] * values[from];
        min = values[from];
        float max = values[from];
        for (int i = 1; i < group(); i++) {
            float x = values[from + i];
            min = x < min ? x : min;
            max = x > max ? x : max;
            sumWeights += weights[i];
            sumValues += weights[i] * x;
        }
        min = min > 0 ? 0 : min;
        return max;
    }

    private void level(float[] values, int from, float inverse) {
        for (int i = 0; i < group(); i++) {
            int nearest = Rounding.nearest(inverse * (values[from + i] - min));
            trial[i] = (byte) Rounding.clamp(nearest, 0, levelMax);
        }
    }

    /// Least squares of the values over the trial levels; false where they do not determine a line.
    private boolean solve(float[] values, int from) {
        float levels = 0;
        float squares = 0;
        float products = 0;
        for (int i = 0; i < group(); i++) {
            float weighted = weights[i] * trial[i];
            levels += weighted;
            squares += weighted * trial[i];
            products += weighted * values[from + i];
        }
        float determinant = sumWeights * squares - levels * levels;
        if (!(determinant > 0)) {
            return false;
        }
        trialScale = (sumWeights * products - sumValues * levels) / determinant;
        trialMin = (squares * sumValues - levels * products) / determinant;
        if (trialMin > 0) {
            trialMin = 0;
            trialScale = products / squares;
        }
        return true;
    }

    private float deviation(float[] values, int from, float trialScale, float trialMin) {
        float sum = 0;
        for (int i = 0; i < group(); i++) {
            float difference = trialScale * trial[i] + trialMin - values[from + i];
            float off = switch (deviation) {
                case ABSOLUTE -> Math.abs(difference);
                case SQUARED -> difference * difference;
            };
            sum += weights[i] * off;
        }
        return sum;
    }
}
