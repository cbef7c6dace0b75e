package dev.lilla.model;

import java.util.Optional;

/// A linear map `y = x · weightᵀ + bias`, with `weight [out, in]`.
public record Linear(String weight, Optional<String> bias, int in, int out) {
    public static Linear of(String weight, int in, int out) {
        return new Linear(weight, Optional.empty(), in, out);
    }

    public Linear withBias(String bias) {
        return new Linear(weight, Optional.of(bias), in, out);
    }
}
