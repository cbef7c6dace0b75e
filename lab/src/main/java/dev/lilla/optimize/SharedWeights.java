package dev.lilla.optimize;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Weight;
import dev.lilla.tensor.Tensor;
import java.util.IdentityHashMap;

/// A backend that takes each tensor once, for several decoders of the same model.
final class SharedWeights extends ObservedBackend {
    private final IdentityHashMap<Tensor, Weight> weights = new IdentityHashMap<>();
    private final IdentityHashMap<Tensor, Weight> linearWeights = new IdentityHashMap<>();

    SharedWeights(Backend backend) {
        super(backend, (_, _, _) -> {});
    }

    @Override
    public Weight weight(Tensor tensor) {
        return weights.computeIfAbsent(tensor, super::weight);
    }

    @Override
    public Weight linearWeight(Tensor tensor) {
        return linearWeights.computeIfAbsent(tensor, super::linearWeight);
    }
}
