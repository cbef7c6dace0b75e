package dev.lilla.model;

import dev.lilla.kernel.Weight;
import org.jspecify.annotations.Nullable;

/// A linear map with its weights: `weight [out, in]`, `bias [out]`.
record BoundLinear(Linear map, Weight weight, @Nullable Weight bias) {
    int in() {
        return map.in();
    }

    int out() {
        return map.out();
    }
}
