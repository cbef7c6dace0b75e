package dev.lilla.kernel;

import java.util.Arrays;

/// Finds a scale so that `scale * level`, with levels `-bound` to `bound - 1`, comes close to a group
/// of 16 values, each weighted by its square. Levels are stored with `bound` added.
final class SymmetricFit {
    static final int GROUP = 16;

    /// Groups whose values are all closer to zero than this are stored as zero.
    static final float SMALLEST = 1e-15f;

    private static final int SWEEPS = 5;

    private SymmetricFit() {}

    /// Tries scales around the one that maps the value farthest from zero to `-bound` (ggml `make_qx_quants`).
    static float scan(float[] values, int from, int bound, byte[] levels, int to) {
        float farthest = farthest(values, from);
        if (Math.abs(farthest) < SMALLEST) {
            Arrays.fill(levels, to, to + GROUP, (byte) 0);
            return 0;
        }
        float scale = 0;
        float best = 0;
        for (int trial = 0; trial < 19; trial++) {
            int step = trial == 0 ? 0 : trial <= 9 ? trial - 10 : trial - 9;
            float inverse = step == 0 ? -bound / farthest : -(bound + 0.1f * step) / farthest;
            float products = 0;
            float squares = 0;
            for (int i = 0; i < GROUP; i++) {
                float x = values[from + i];
                int level = level(inverse * x, bound);
                products += x * x * x * level;
                squares += x * x * level * level;
            }
            boolean isBetter = squares > 0 && products * products > best * squares;
            if (trial == 0 || isBetter) {
                for (int i = 0; i < GROUP; i++) {
                    levels[to + i] = (byte) (bound + level(inverse * values[from + i], bound));
                }
                scale = squares == 0 ? 0 : products / squares;
                best = scale * products;
            }
        }
        return scale;
    }

    /// Starts from the scale that maps the value farthest from zero to `-bound`, then moves single levels while that
    /// raises the correlation (ggml `make_q3_quants`).
    static float descend(float[] values, int from, int bound, byte[] levels, int to) {
        float farthest = farthest(values, from);
        if (Math.abs(farthest) < SMALLEST) {
            Arrays.fill(levels, to, to + GROUP, (byte) 0);
            return 0;
        }
        float inverse = -bound / farthest;
        float products = 0;
        float squares = 0;
        for (int i = 0; i < GROUP; i++) {
            float x = values[from + i];
            int level = level(inverse * x, bound);
            levels[to + i] = (byte) level;
            products += x * x * x * level;
            squares += x * x * level * level;
        }
        boolean isMoving = true;
        for (int sweep = 0; sweep < SWEEPS && isMoving; sweep++) {
            isMoving = false;
            for (int i = 0; i < GROUP; i++) {
                float x = values[from + i];
                int level = levels[to + i];
                float otherProducts = products - x * x * x * level;
                float otherSquares = squares - x * x * level * level;
                if (!(otherProducts > 0)) {
                    continue;
                }
                int moved = level(x * otherSquares / otherProducts, bound);
                otherProducts += x * x * x * moved;
                otherSquares += x * x * moved * moved;
                if (moved != level
                        && otherSquares > 0
                        && otherProducts * otherProducts * squares > products * products * otherSquares) {
                    levels[to + i] = (byte) moved;
                    products = otherProducts;
                    squares = otherSquares;
                    isMoving = true;
                }
            }
        }
        for (int i = 0; i < GROUP; i++) {
            levels[to + i] = (byte) (levels[to + i] + bound);
        }
        return products / squares;
    }

    static int level(float x, int bound) {
        return Rounding.clamp(Rounding.nearest(x), -bound, bound - 1);
    }

    private static float farthest(float[] values, int from) {
        float farthest = 0;
        for (int i = from; i < from + GROUP; i++) {
            if (Math.abs(values[i]) > Math.abs(farthest)) {
                farthest = values[i];
            }
        }
        return farthest;
    }
}
