package dev.lilla.kernel;

/// Least squares over groups of values, each with a weight of its own: scales tried one after the other, then
/// levels and
/// scale in turns for as long as that helps. Holds the last result: one per thread.
final class WeightedFit {
    /// Scales tried on either side of the first guess.
    private static final int TRIES = 9;

    private static final int TURNS_MAX = 4;

    /// Groups whose values are all closer to zero than this are stored as zero.
    private static final float SMALLEST = 1e-15f;

    private final LevelGrid grid;

    private double products;
    private double squares;
    private double scale;
    private double min;
    private double error;
    private double trialScale;
    private double trialMin;

    WeightedFit(LevelGrid grid) {
        this.grid = grid;
    }

    /// Values, or a part of them, and what an error of each costs.
    ///
    /// @param from index of the first value
    /// @param weightsFrom index of its weight
    record Group(float[] values, int from, float[] weights, int weightsFrom, int count) {
        float value(int i) {
            return values[from + i];
        }

        float weight(int i) {
            return weights[weightsFrom + i];
        }
    }

    /// The scale for which `scale * number`, with the numbers of the grid, has the least weighted squared
    /// error.
    float scale(Group group) {
        float farthest = 0;
        for (int i = 0; i < group.count(); i++) {
            if (Math.abs(group.value(i)) > Math.abs(farthest)) {
                farthest = group.value(i);
            }
        }
        if (!(Math.abs(farthest) >= SMALLEST)) {
            return 0;
        }
        double best = 0;
        double bestScale = farthest / grid.anchor();
        for (int step = -TRIES; step <= TRIES; step++) {
            correlate(group, (grid.anchor() + grid.step() * step) / farthest);
            if (squares > 0 && products * products > best * squares) {
                bestScale = products / squares;
                best = bestScale * products;
            }
        }
        for (int turn = 0; turn < TURNS_MAX && bestScale != 0; turn++) {
            correlate(group, (float) (1 / bestScale));
            if (!(squares > 0 && products * products > best * squares)) {
                break;
            }
            bestScale = products / squares;
            best = bestScale * products;
        }
        return (float) bestScale;
    }

    /// Sets the sums over a group at the levels that an inverse scale leads to.
    private void correlate(Group group, float inverse) {
        products = 0;
        squares = 0;
        for (int i = 0; i < group.count(); i++) {
            float x = group.value(i);
            float number = grid.value(grid.nearest(inverse * x));
            double weighted = (double) group.weight(i) * number;
            products += weighted * x;
            squares += weighted * number;
        }
    }

    /// Finds scale and minimum for which `scale * level + minimum` has the least weighted squared error.
    ///
    /// @param minMax the largest minimum allowed
    /// @return the scale; the minimum is [#min]
    float affine(Group group, float minMax) {
        float least = group.value(0);
        float greatest = least;
        for (int i = 1; i < group.count(); i++) {
            least = Math.min(least, group.value(i));
            greatest = Math.max(greatest, group.value(i));
        }
        least = Math.min(least, minMax);
        int top = grid.levels() - 1;
        min = least;
        scale = 0;
        if (!(greatest - least >= SMALLEST)) {
            return 0;
        }
        scale = (greatest - least) / top;
        error = error(group, scale, least);
        double firstScale = scale;
        for (int step = -TRIES; step <= TRIES; step++) {
            double tried = firstScale * top / (top + grid.step() * step);
            attempt(group, tried, least, minMax);
        }
        for (int turn = 0; turn < TURNS_MAX; turn++) {
            if (!(scale > 0) || !attempt(group, scale, min, minMax)) {
                break;
            }
        }
        return (float) scale;
    }

    /// The minimum of the last [#affine].
    float min() {
        return (float) min;
    }

    /// Fits a line through the levels that a line leads to, and keeps it if it is better.
    private boolean attempt(Group group, double levelScale, double levelMin, float minMax) {
        double weights = 0;
        double levels = 0;
        double values = 0;
        squares = 0;
        products = 0;
        for (int i = 0; i < group.count(); i++) {
            float x = group.value(i);
            double weight = group.weight(i);
            int level = grid.nearest((float) ((x - levelMin) / levelScale));
            weights += weight;
            levels += weight * level;
            values += weight * x;
            squares += weight * level * level;
            products += weight * level * x;
        }
        double determinant = weights * squares - levels * levels;
        if (!(determinant > 0)) {
            return false;
        }
        trialScale = (weights * products - values * levels) / determinant;
        trialMin = (squares * values - levels * products) / determinant;
        if (trialMin > minMax) {
            trialMin = minMax;
            trialScale = (products - minMax * levels) / squares;
        }
        double trial = trialScale > 0 ? error(group, trialScale, trialMin) : Double.POSITIVE_INFINITY;
        if (!(trial < error)) {
            return false;
        }
        scale = trialScale;
        min = trialMin;
        error = trial;
        return true;
    }

    /// The error of a line whose levels are chosen anew.
    private double error(Group group, double lineScale, double lineMin) {
        double sum = 0;
        for (int i = 0; i < group.count(); i++) {
            float x = group.value(i);
            int level = grid.nearest((float) ((x - lineMin) / lineScale));
            double off = lineScale * level + lineMin - x;
            sum += group.weight(i) * off * off;
        }
        return sum;
    }
}
