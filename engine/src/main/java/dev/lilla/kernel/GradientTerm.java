package dev.lilla.kernel;

/// One of several linear maps of the same rows, seen from behind.
///
/// @param weight `[out, in]`
/// @param dy gradient of the loss by the map's output, `[rows, out]`
public record GradientTerm(Weight weight, Activation dy) {}
