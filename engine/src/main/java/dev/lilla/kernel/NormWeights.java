package dev.lilla.kernel;

import org.jspecify.annotations.Nullable;

/// What a normalization multiplies and adds, each a vector as long as what is normalized.
record NormWeights(HostWeight weight, @Nullable HostWeight bias, float epsilon) {}
