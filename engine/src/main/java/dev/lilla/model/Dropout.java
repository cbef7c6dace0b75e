package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import org.jspecify.annotations.Nullable;

/// Sets inputs of trained adapters to zero at random: the same ones in the forward and in the backward pass of a step.
final class Dropout implements AdapterInput {
    private final Backend backend;
    private final Gradients gradients;
    private final float probability;
    private final int rowsMax;
    private @Nullable Activation dropped;
    private long seed;

    Dropout(Backend backend, Gradients gradients, float probability, int rowsMax) {
        this.backend = backend;
        this.gradients = gradients;
        this.probability = probability;
        this.rowsMax = rowsMax;
    }

    /// Chooses others from here on.
    void seed(long chosen) {
        this.seed = chosen;
    }

    /// Valid until the next call.
    @Override
    public Activation of(String weight, Activation x) {
        if (probability == 0) {
            return x;
        }
        if (dropped == null || dropped.columns() < x.columns()) {
            dropped = backend.allocate(rowsMax, x.columns());
        }
        Activation target = dropped.rows(0, x.rows()).columns(0, x.columns());
        gradients.dropout(x, probability, seed + weight.hashCode() * 0x9E3779B97F4A7C15L, target);
        return target;
    }
}
