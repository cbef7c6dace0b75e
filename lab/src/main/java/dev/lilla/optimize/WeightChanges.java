package dev.lilla.optimize;

import java.util.Optional;

/// What is added to the weights of a model while they are converted.
@FunctionalInterface
interface WeightChanges {
    /// Adds nothing.
    WeightChanges NONE = tensorName -> Optional.empty();

    /// What is added to a tensor of the source, by the name that the file has for it.
    Optional<RowChange> of(String tensorName);

    /// Adds to one row at a time. Safe for use by several threads.
    @FunctionalInterface
    interface RowChange {
        /// @param row of the source's tensor
        /// @param values the row, `[in]`, changed in place
        void add(int row, float[] values);
    }
}
