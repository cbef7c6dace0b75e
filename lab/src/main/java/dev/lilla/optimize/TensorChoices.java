package dev.lilla.optimize;

import java.util.List;
import java.util.Optional;

/// What the user says about single tensors.
///
/// @param overrides types for some, a later one before an earlier
/// @param importance of the columns of weights, for types of few bits
public record TensorChoices(List<TypeOverride> overrides, Optional<ImportanceMatrix> importance) {
    /// Types as the mixture has them, and all columns alike.
    public static final TensorChoices NONE = new TensorChoices(List.of(), Optional.empty());

    public TensorChoices {
        overrides = List.copyOf(overrides);
    }
}
