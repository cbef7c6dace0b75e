package dev.lilla.train;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Parameter;
import dev.lilla.model.TrainableDecoder;
import dev.lilla.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What changes the parameters of a decoder, with what it keeps of each.
///
/// With Muon, which steps by whole matrices, the matrices of the layers go that way; embeddings, the head, norms and
/// biases go on with AdamW, as its authors have it.
final class Optimizer {
    /// As `torch.nn.utils.clip_grad_norm_` has it.
    private static final double CLIP_EPSILON = 1e-6;

    private final Gradients gradients;
    private final OptimizerOptions options;
    private final List<Slot> slots;

    /// @param gradients of `backend`
    /// @throws dev.lilla.kernel.CapacityException if there is no memory for the moments
    Optimizer(TrainableDecoder decoder, Backend backend, Gradients gradients, OptimizerOptions options) {
        this.gradients = gradients;
        this.options = options;
        Set<String> matrices =
                options.muon().isPresent() ? decoder.spec().layerMaps().keySet() : Set.of();
        Map<Shape, NewtonSchulz> iterations = new HashMap<>();
        List<Slot> made = new ArrayList<>();
        for (Parameter parameter : decoder.parameters()) {
            if (matrices.contains(parameter.name())) {
                int rows = parameter.values().rows();
                int columns = parameter.values().columns();
                NewtonSchulz iteration = iterations.computeIfAbsent(
                        Shape.of(rows, columns), _ -> new NewtonSchulz(rows, columns, backend, gradients));
                made.add(new MuonSlot(parameter, iteration, options.muon().orElseThrow(), backend));
            } else {
                made.add(new AdamSlot(parameter, backend));
            }
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

    /// Work that takes as long as a step and changes nothing; none where a step but goes through the parameters.
    Optional<Runnable> rehearsal() {
        List<MuonSlot> matrices = slots.stream()
                .filter(MuonSlot.class::isInstance)
                .map(MuonSlot.class::cast)
                .toList();
        return matrices.isEmpty() ? Optional.empty() : Optional.of(() -> matrices.forEach(MuonSlot::rehearse));
    }

    /// Changes all parameters.
    ///
    /// @param number of the step, from 1
    /// @param rate the learning rate
    /// @param norm of the gradients
    void step(int number, double rate, double norm) {
        double limit = options.clip();
        double scale = limit > 0 ? Math.min(1, limit / (norm + CLIP_EPSILON)) : 1;
        Slot.Step step = new Slot.Step(number, rate, scale);
        for (Slot slot : slots) {
            slot.step(step, options, gradients);
        }
    }
}
