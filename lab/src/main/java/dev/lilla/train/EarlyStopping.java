package dev.lilla.train;

/// Which validation was the best, and whether the run is past its best.
///
/// @param patience validations without improvement after which a run ends; 0 for no end
/// @param bestLoss infinite before the first validation
/// @param bestStep the step after which it was measured; 0 before
/// @param worse validations since
record EarlyStopping(int patience, double bestLoss, int bestStep, int worse) {
    static EarlyStopping of(int patience) {
        if (patience < 0) {
            throw new IllegalArgumentException("patience is 0 or more validations, found " + patience);
        }
        return new EarlyStopping(patience, Double.POSITIVE_INFINITY, 0, 0);
    }

    /// After another validation.
    EarlyStopping after(int step, double loss) {
        return loss < bestLoss
                ? new EarlyStopping(patience, loss, step, 0)
                : new EarlyStopping(patience, bestLoss, bestStep, worse + 1);
    }

    /// Whether the last validation was the best.
    boolean isBest(int step) {
        return bestStep == step;
    }

    boolean hasEnded() {
        return patience > 0 && worse >= patience;
    }
}
