package dev.lilla.model;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.Weight;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Gives the tensors that a spec names to the backend, each once for each use (a table that is also the head is two),
/// after checking that it has the shape the spec says.
final class BoundWeights {
    private final String family;
    private final Function<String, Tensor> tensors;
    private final WeightBinding binding;
    private final Map<String, Weight> weights = new HashMap<>();
    private final Map<String, Weight> matrices = new HashMap<>();

    BoundWeights(String family, Function<String, Tensor> tensors, WeightBinding binding) {
        this.family = family;
        this.tensors = tensors;
        this.binding = binding;
    }

    /// @throws ModelFormatException if a tensor is missing or has another shape
    BoundLinear linear(Linear map) {
        Shape shape = Shape.of(map.out(), map.in());
        return new BoundLinear(
                map, bound(map.weight(), shape, matrices, binding::linearWeight), optional(map.bias(), map.out()));
    }

    /// @param length elements of a row that is normed
    /// @throws ModelFormatException if a tensor is missing or has another shape
    BoundNorm norm(Norm norm, int length) {
        if (norm.kind() == Norm.Kind.RMS && norm.bias().isPresent()) {
            throw new UnsupportedModelException(
                    family + ": the RMS norm " + norm.weight() + " has a bias, which is not supported.");
        }
        return new BoundNorm(norm, weight(norm.weight(), Shape.of(length)), optional(norm.bias(), length));
    }

    /// A vector, or a table whose rows are looked up.
    Weight weight(String name, Shape expected) {
        return bound(name, expected, weights, binding::weight);
    }

    private Weight bound(
            String name, Shape expected, Map<String, Weight> bound, BiFunction<String, Tensor, Weight> taking) {
        Weight known = bound.get(name);
        if (known != null) {
            requireShape(name, known.shape(), expected);
            return known;
        }
        @Nullable Tensor tensor = tensors.apply(name);
        if (tensor == null) {
            throw new ModelFormatException(family + ": tensor " + name + " of shape " + expected
                    + " is missing. Check that all files of the model are there.");
        }
        requireShape(name, tensor.shape(), expected);
        if (!tensor.type().isReal()) {
            throw new ModelFormatException(
                    family + ": tensor " + name + " holds " + tensor.type() + ", expected real numbers.");
        }
        Weight weight = taking.apply(name, tensor);
        bound.put(name, weight);
        return weight;
    }

    private @Nullable Weight optional(Optional<String> name, int length) {
        return name.isPresent() ? weight(name.get(), Shape.of(length)) : null;
    }

    private void requireShape(String name, Shape found, Shape expected) {
        if (!found.equals(expected)) {
            throw new ModelFormatException(family + ": tensor " + name + " has shape " + found + ", expected "
                    + expected + " by the model's configuration. Check that both belong together.");
        }
    }
}
