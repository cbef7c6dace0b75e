package dev.lilla.model;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Weight;
import dev.lilla.tensor.Tensor;
import java.util.function.Function;

/// How the tensors of a model, by their names in the spec, become weights of a backend.
interface WeightBinding {
    /// Takes a vector, or a table whose rows are looked up.
    Weight weight(String name, Tensor tensor);

    /// Takes the matrix of a linear map.
    Weight linearWeight(String name, Tensor tensor);

    /// Weights that stay as they are.
    static WeightBinding frozen(Backend backend) {
        return frozen(backend, backend::linearWeight);
    }

    /// Weights that stay as they are while others are trained.
    static WeightBinding frozen(Backend backend, Gradients gradients) {
        return frozen(backend, gradients::frozen);
    }

    private static WeightBinding frozen(Backend backend, Function<Tensor, Weight> linearWeight) {
        return new WeightBinding() {
            @Override
            public Weight weight(String name, Tensor tensor) {
                return backend.weight(tensor);
            }

            @Override
            public Weight linearWeight(String name, Tensor tensor) {
                return linearWeight.apply(tensor);
            }
        };
    }
}
