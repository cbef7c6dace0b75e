package dev.lilla.train;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.AdamStep;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Parameter;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A parameter that goes by AdamW (Loshchilov and Hutter, arXiv 1711.05101).
///
/// @param first mean of the gradients
/// @param second mean of their squares
record AdamSlot(Parameter parameter, Activation first, Activation second) implements Slot {
    /// @throws dev.lilla.kernel.CapacityException if there is no memory for the moments
    AdamSlot(Parameter parameter, Backend backend) {
        this(parameter, like(parameter.values(), backend), like(parameter.values(), backend));
    }

    private static Activation like(Activation values, Backend backend) {
        return backend.allocate(values.rows(), values.columns());
    }

    @Override
    public SortedMap<String, Activation> moments() {
        return new TreeMap<>(Map.of("first", first, "second", second));
    }

    @Override
    public void step(Step step, OptimizerOptions options, Gradients gradients) {
        boolean isMatrix = parameter.weight().shape().rank() > 1;
        boolean decays = isMatrix || options.decay().of() == OptimizerOptions.Decay.Of.ALL;
        AdamStep numbers = new AdamStep(
                (float) step.rate(),
                (float) options.beta1(),
                (float) options.beta2(),
                (float) options.epsilon(),
                decays ? (float) options.decay().rate() : 0,
                step.number(),
                (float) step.gradientScale());
        gradients.adamW(numbers, parameter, first, second);
    }
}
