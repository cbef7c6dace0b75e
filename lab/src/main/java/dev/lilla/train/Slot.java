package dev.lilla.train;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Parameter;
import java.util.SortedMap;

/// A parameter with what an optimizer keeps of its gradients.
sealed interface Slot permits AdamSlot, MuonSlot {
    Parameter parameter();

    /// Means of the gradients so far, by name; all have the shape of the parameter.
    SortedMap<String, Activation> moments();

    /// Changes the parameter and the moments.
    void step(Step step, OptimizerOptions options, Gradients gradients);

    /// What a step is for all parameters.
    ///
    /// @param number from 1
    /// @param rate the learning rate
    /// @param gradientScale factor on the gradients, which clips them
    record Step(int number, double rate, double gradientScale) {}
}
