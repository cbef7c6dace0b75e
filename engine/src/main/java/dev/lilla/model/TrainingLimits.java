package dev.lilla.model;

/// What the memory of a [TrainableDecoder] is made for.
///
/// @param rowsMax the most rows of a pass: tokens of all its sequences, less one for each
/// @param recomputes whether the insides of layers are computed a second time instead of being kept: a third more
///     arithmetic for a fraction of the memory
public record TrainingLimits(int rowsMax, boolean recomputes) {
    public TrainingLimits {
        if (rowsMax < 1) {
            throw new IllegalArgumentException("a pass has at least one row, not " + rowsMax);
        }
    }

    public static TrainingLimits rows(int rowsMax) {
        return new TrainingLimits(rowsMax, false);
    }
}
