package dev.lilla.kernel;

import dev.lilla.kernel.WeightedFit.Group;

/// Fits a block whose groups have whole-numbered scales, scaled together, so that the weighted squared
/// error of the whole block is least: `d * scale[g] * number - dmin * min[g]`.
///
/// The groups are fitted on their own; their scales are rounded to whole numbers, then moved by one
/// where that helps; then `d` and `dmin` follow by least squares over the block, and so on in turns.
/// Blocks of one group have the scale 1. Holds scratch memory and the last result: one per thread.
final class WeightedBlock {
    private static final int TURNS = 3;

    private final LevelGrid grid;
    private final LevelGrid.Uniform scaleGrid;
    private final Offset offset;
    private final WeightedFit fit;
    private final WeightedFit scaleFit;
    private final int group;

    private final byte[] levels;
    private final int[] scales;
    private final int[] mins;
    private float d;
    private float dmin;

    private final byte[] trial;
    private final float[] groupScales;
    private final float[] groupMins;
    private final float[] scaleWeights;
    private final float[] minWeights;
    private double error;

    /// What is subtracted.
    enum Offset {
        /// Nothing.
        NONE,
        /// Something positive.
        POSITIVE,
        /// Any number.
        ANY
    }

    /// @param group elements that share a scale
    /// @param groups in a block
    /// @param scaleGrid the whole numbers that scales and minima are
    WeightedBlock(LevelGrid grid, int group, int groups, LevelGrid.Uniform scaleGrid, Offset offset) {
        this.grid = grid;
        this.group = group;
        this.scaleGrid = scaleGrid;
        this.offset = offset;
        this.fit = new WeightedFit(grid);
        this.scaleFit = new WeightedFit(scaleGrid);
        this.levels = new byte[group * groups];
        this.trial = new byte[group * groups];
        this.scales = new int[groups];
        this.mins = new int[groups];
        this.groupScales = new float[groups];
        this.groupMins = new float[groups];
        this.scaleWeights = new float[groups];
        this.minWeights = new float[groups];
    }

    /// Levels of the last fit, from 0; callers may change them.
    byte[] levels() {
        return levels;
    }

    /// Scale of a group, a whole number.
    int scale(int index) {
        return scales[index];
    }

    /// What is subtracted from a group, a whole number.
    int min(int index) {
        return mins[index];
    }

    /// What scales are scaled by, a half.
    float d() {
        return d;
    }

    /// What minima are scaled by, a half.
    float dmin() {
        return dmin;
    }

    /// Fits a block.
    ///
    /// @param values of the block, from index `from` on
    /// @param weights of its elements, from index 0 on
    void fit(float[] values, int from, float[] weights) {
        for (int g = 0; g < scales.length; g++) {
            fitGroup(g, new Group(values, from + g * group, weights, g * group, group));
        }
        d = half(scaleFit.scale(new Group(groupScales, 0, scaleWeights, 0, scales.length)));
        dmin = offset == Offset.NONE ? 0 : half(scaleFit.scale(new Group(groupMins, 0, minWeights, 0, scales.length)));
        for (int g = 0; g < scales.length; g++) {
            scales[g] = whole(groupScales[g], d);
            mins[g] = whole(groupMins[g], dmin);
        }
        error = choose(values, from, weights);
        for (int turn = 0; turn < TURNS; turn++) {
            if (!improve(values, from, weights)) {
                break;
            }
        }
    }

    private void fitGroup(int g, Group part) {
        if (offset == Offset.NONE) {
            groupScales[g] = fit.scale(part);
            groupMins[g] = 0;
        } else {
            groupScales[g] = fit.affine(part, offset == Offset.ANY ? Float.POSITIVE_INFINITY : 0);
            groupMins[g] = -fit.min();
        }
        // What an error of the scale, and of the minimum, costs: the weights times the squared levels, and the weights.
        double squares = 0;
        double sum = 0;
        for (int i = 0; i < group; i++) {
            float number =
                    groupScales[g] == 0 ? 0 : grid.value(grid.nearest((part.value(i) + groupMins[g]) / groupScales[g]));
            squares += (double) part.weight(i) * number * number;
            sum += part.weight(i);
        }
        scaleWeights[g] = (float) squares;
        minWeights[g] = (float) sum;
    }

    private int whole(float value, float unit) {
        return unit == 0 ? (int) scaleGrid.value(scaleGrid.nearest(0)) : number(Rounding.nearest(value / unit));
    }

    private int number(int wanted) {
        return Rounding.clamp(wanted, scaleGrid.first(), scaleGrid.last());
    }

    private static float half(float value) {
        return Float.float16ToFloat(Float.floatToFloat16(value));
    }

    /// Moves scales and minima of all groups by one where that helps, and rounds the values to them.
    ///
    /// @return the error of the block
    private double choose(float[] values, int from, float[] weights) {
        double sum = 0;
        for (int g = 0; g < scales.length; g++) {
            Group part = new Group(values, from + g * group, weights, g * group, group);
            int scale = scales[g];
            int min = mins[g];
            double best = Double.POSITIVE_INFINITY;
            for (int ds = -1; ds <= 1; ds++) {
                for (int dm = -1; dm <= 1; dm++) {
                    if (dm != 0 && offset == Offset.NONE) {
                        continue;
                    }
                    double off = round(part, g, number(scale + ds), number(min + dm));
                    if (off < best) {
                        best = off;
                        scales[g] = number(scale + ds);
                        mins[g] = number(min + dm);
                        System.arraycopy(trial, g * group, levels, g * group, group);
                    }
                }
            }
            sum += best;
        }
        return sum;
    }

    /// Rounds a group to a scale and a minimum.
    ///
    /// @return its error
    private double round(Group part, int g, int scale, int min) {
        float unit = d * scale;
        float subtracted = dmin * min;
        double sum = 0;
        for (int i = 0; i < group; i++) {
            float x = part.value(i);
            int level = grid.nearest(unit == 0 ? 0 : (x + subtracted) / unit);
            trial[g * group + i] = (byte) level;
            double off = unit * grid.value(level) - subtracted - x;
            sum += part.weight(i) * off * off;
        }
        return sum;
    }

    /// Least squares for `d` and `dmin` at the levels, scales and minima as they are; then these again. What
    /// does not
    /// help is taken back.
    private boolean improve(float[] values, int from, float[] weights) {
        float oldD = d;
        float oldDmin = dmin;
        int[] oldScales = scales.clone();
        int[] oldMins = mins.clone();
        byte[] oldLevels = levels.clone();
        solve(values, from, weights);
        double now = choose(values, from, weights);
        if (now < error) {
            error = now;
            return true;
        }
        d = oldD;
        dmin = oldDmin;
        System.arraycopy(oldScales, 0, scales, 0, scales.length);
        System.arraycopy(oldMins, 0, mins, 0, mins.length);
        System.arraycopy(oldLevels, 0, levels, 0, levels.length);
        return false;
    }

    private void solve(float[] values, int from, float[] weights) {
        double aa = 0;
        double ab = 0;
        double bb = 0;
        double ax = 0;
        double bx = 0;
        for (int i = 0; i < levels.length; i++) {
            int g = i / group;
            double weight = weights[i];
            double a = scales[g] * grid.value(levels[i]);
            double b = mins[g];
            double x = values[from + i];
            aa += weight * a * a;
            ab += weight * a * b;
            bb += weight * b * b;
            ax += weight * a * x;
            bx += weight * b * x;
        }
        double determinant = aa * bb - ab * ab;
        if (offset != Offset.NONE && determinant > 1e-9 * aa * bb) {
            float solved = half((float) ((ab * ax - aa * bx) / determinant));
            if (offset == Offset.ANY || solved >= 0) {
                d = half((float) ((bb * ax - ab * bx) / determinant));
                dmin = solved;
            }
        } else if (aa > 0) {
            d = half((float) ((ax + dmin * ab) / aa));
        }
    }
}
