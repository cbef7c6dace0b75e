package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.GradientTerm;
import dev.lilla.kernel.Gradients;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The backward pass of a step through one layer: what its blocks need to know.
///
/// @param forward the step whose gradient is wanted; its buffers are free for use
/// @param changes gradients by what the forward pass held in the buffers of the same names; `stream` holds the gradient
///     by the residual stream at all times
/// @param layer number of the layer
/// @param buffers for the insides of trained adapters
record BackwardStep(
        Step forward,
        Gradients gradients,
        Workspace.Buffers changes,
        Recording recording,
        int layer,
        TrainedWeights trained,
        AdapterInput adapterInput,
        Workspace buffers) {
    Backend backend() {
        return forward.backend();
    }

    /// What the layer kept in the forward pass.
    Activation kept(Tape.Moment moment) {
        return recording.kept(layer, moment, changes.stream().rows());
    }

    /// A buffer, set to zero.
    Activation cleared(Activation buffer) {
        gradients.clear(buffer);
        return buffer;
    }

    /// The gradient of a weight, or null if it is frozen.
    @Nullable
    Activation gradient(String weight) {
        return trained.gradient(weight);
    }

    /// Backward of one linear map.
    ///
    /// @param x as the forward pass read it
    /// @param dy gradient by its result
    /// @param dx gradient by `x`, added to
    void linear(BoundLinear map, Activation x, Activation dy, Activation dx) {
        linear(List.of(map), x, dy, dx);
    }

    /// Backward of maps that wrote adjacent columns, whose gradients are in `dy`.
    void linear(List<BoundLinear> maps, Activation x, Activation dy, Activation dx) {
        List<GradientTerm> terms = new ArrayList<>(maps.size());
        int column = 0;
        for (BoundLinear map : maps) {
            terms.add(new GradientTerm(map.weight(), dy.columns(column, map.out())));
            column += map.out();
        }
        gradients.linearInput(terms, dx);
        for (int i = 0; i < maps.size(); i++) {
            Linear map = maps.get(i).map();
            Activation change = terms.get(i).dy();
            @Nullable Activation dWeight = gradient(map.weight());
            if (dWeight != null) {
                gradients.linearWeight(1, change, x, dWeight);
            }
            @Nullable Activation dBias = map.bias().map(this::gradient).orElse(null);
            if (dBias != null) {
                gradients.linearBias(change, dBias);
            }
            @Nullable LowRankParameters lowRank = trained.change(map.weight());
            if (lowRank != null) {
                lowRank(lowRank, x, change, dx);
            }
        }
    }

    /// Backward of `y += scaling * (drop(x) · downᵀ) · upᵀ`.
    private void lowRank(LowRankParameters change, Activation x, Activation dy, Activation dx) {
        int rank = change.down().values().rows();
        Activation both = buffers.lowRank(x.rows(), 2 * rank);
        Activation low = both.columns(0, rank);
        Activation dLow = cleared(both.columns(rank, rank));
        Activation read = adapterInput.of(change.weight(), x);
        backend().linear(change.down().weight(), null, read, low);
        gradients.linearWeight(change.scaling(), dy, low, change.up().gradient());
        gradients.linearInput(List.of(new GradientTerm(change.up().weight(), dy)), dLow);
        gradients.linearWeight(change.scaling(), dLow, read, change.down().gradient());
        Activation dRead = cleared(buffers.adapterGradient(x.rows(), x.columns()));
        gradients.linearInput(List.of(new GradientTerm(change.down().weight(), dLow)), dRead);
        gradients.addScaled(change.scaling(), adapterInput.of(change.weight(), dRead), dx);
    }
}
