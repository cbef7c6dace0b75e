package dev.lilla.kernel;

import java.util.List;

/// Operands of the backward pass of attention over whole sequences: every span begins at position 0, and its keys are
/// its own rows.
///
/// @param queries as they met the keys: normed and rotated, as are `keys`
/// @param output what attention gave, `[rows, heads * headDim]`
/// @param dOutput gradient by it, of the same shape
/// @param dQueries gradients by the first three; overwritten
public record AttentionGradient(
        Heads queries,
        Heads keys,
        Heads values,
        AttentionMask mask,
        List<Span> spans,
        Activation output,
        Activation dOutput,
        Heads dQueries,
        Heads dKeys,
        Heads dValues) {
    public AttentionGradient {
        spans = List.copyOf(spans);
    }
}
