package dev.lilla.train;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.AdamStep;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Parameter;
import java.util.ArrayList;
import java.util.List;

/// The optimizer with its moments.
final class AdamW {
    /// As `torch.nn.utils.clip_grad_norm_` has it.
    private static final double CLIP_EPSILON = 1e-6;

    private final Gradients gradients;
    private final OptimizerOptions options;
    private final List<Slot> slots;

    /// A parameter and its moments, which have its shape.
    ///
    /// @param first mean of the gradients
    /// @param second mean of their squares
    record Slot(Parameter parameter, Activation first, Activation second) {}

    /// @param gradients of `backend`
    /// @throws dev.lilla.kernel.CapacityException if there is no memory for the moments
    AdamW(List<Parameter> parameters, Backend backend, Gradients gradients, OptimizerOptions options) {
        this.gradients = gradients;
        this.options = options;
        List<Slot> made = new ArrayList<>();
        for (Parameter parameter : parameters) {
            int rows = parameter.values().rows();
            int columns = parameter.values().columns();
            made.add(new Slot(parameter, backend.allocate(rows, columns), backend.allocate(rows, columns)));
        }
        this.slots = List.copyOf(made);
    }

    List<Slot> slots() {
        return slots;
    }

    /// The norm of all gradients together.
    double norm() {
        double squares = 0;
        for (Slot slot : slots) {
            squares += gradients.squares(slot.parameter().gradient());
        }
        return Math.sqrt(squares);
    }

    /// Changes all parameters.
    ///
    /// @param step from 1
    /// @param rate the learning rate
    /// @param norm of the gradients
    void step(int step, double rate, double norm) {
        double limit = options.clip();
        double scale = limit > 0 ? Math.min(1, limit / (norm + CLIP_EPSILON)) : 1;
        for (Slot slot : slots) {
            boolean isMatrix = slot.parameter().weight().shape().rank() > 1;
            boolean decays = isMatrix || options.decay().of() == OptimizerOptions.Decay.Of.ALL;
            AdamStep numbers = new AdamStep(
                    (float) rate,
                    (float) options.beta1(),
                    (float) options.beta2(),
                    (float) options.epsilon(),
                    decays ? (float) options.decay().rate() : 0,
                    step,
                    (float) scale);
            gradients.adamW(numbers, slot.parameter(), slot.first(), slot.second());
        }
    }
}
