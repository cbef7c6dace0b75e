package dev.lilla.kernel;

import org.jspecify.annotations.Nullable;

/// One of several linear maps of the same rows: `y = x · weightᵀ + bias`.
///
/// @param weight `[out, in]`
/// @param bias `[out]`
/// @param y `[rows, out]`
public record LinearTerm(Weight weight, @Nullable Weight bias, Activation y) {}
