package dev.lilla.kernel;

/// What serves an operation here, for `lilla doctor`.
///
/// @param operation with the element types it is about: `products with Q4_0`
/// @param servedBy in words: `nibbles in panels, 8-bit activations, AVX-512 VNNI`
public record KernelUse(String operation, String servedBy) {}
