package dev.lilla.train;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Parameter;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A matrix that goes by Muon (Jordan et al., 2024): the mean of its gradients, made orthogonal, is
/// what it moves by, so that directions which few examples ask for are learned as fast as those that
/// all do.
///
/// As in `torch.optim.Muon` with `match_rms_adamw` (Liu et al., arXiv 2502.16982): a step is as long as one of AdamW
/// is, so both take the same learning rate.
///
/// @param momentum mean of the gradients
/// @param iteration of matrices of this shape
record MuonSlot(Parameter parameter, Activation momentum, NewtonSchulz iteration, OptimizerOptions.Muon options)
        implements Slot {
    /// Root of the mean square of a step of AdamW, about.
    private static final double ADAM_STEP = 0.2;

    /// @throws dev.lilla.kernel.CapacityException if there is no memory for the mean
    MuonSlot(Parameter parameter, NewtonSchulz iteration, OptimizerOptions.Muon options, Backend backend) {
        this(
                parameter,
                backend.allocate(parameter.values().rows(), parameter.values().columns()),
                iteration,
                options);
    }

    @Override
    public SortedMap<String, Activation> moments() {
        return new TreeMap<>(Map.of("momentum", momentum));
    }

    /// Takes the time of a step and changes nothing.
    void rehearse() {
        iteration.run();
    }

    @Override
    public void step(Step step, OptimizerOptions all, Gradients gradients) {
        Activation values = parameter.values();
        Activation gradient = parameter.gradient();
        float kept = (float) options.momentum();
        float scale = (float) ((1 - options.momentum()) * step.gradientScale());
        gradients.addScaled(kept - 1, momentum, momentum);
        gradients.addScaled(scale, gradient, momentum);
        Activation update = iteration.input();
        gradients.clear(update);
        gradients.addScaled(scale, gradient, update);
        gradients.addScaled(kept, momentum, update);
        iteration.run();
        gradients.addScaled((float) (-step.rate() * all.decay().rate()), values, values);
        double length = ADAM_STEP * Math.sqrt(Math.max(values.rows(), values.columns()));
        gradients.addScaled((float) (-step.rate() * length), update, values);
    }
}
