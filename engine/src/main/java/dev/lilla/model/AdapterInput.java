package dev.lilla.model;

import dev.lilla.kernel.Activation;

/// What an adapter reads in place of the input of the map it changes.
@FunctionalInterface
interface AdapterInput {
    /// The input itself.
    AdapterInput SAME = (weight, x) -> x;

    /// @param weight name of the map's weight
    /// @param x `[rows, in]`; stays
    Activation of(String weight, Activation x);
}
