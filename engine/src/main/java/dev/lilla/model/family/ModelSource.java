package dev.lilla.model.family;

import dev.lilla.format.ModelFormatException;
import dev.lilla.model.Linear;
import dev.lilla.tensor.Tensor;
import java.util.Map;
import java.util.OptionalInt;

/// All that a family sees of a checkpoint when it describes the model in it.
///
/// @param tensors those the family's rules know, by Lilla's name, as the file holds them
public record ModelSource(ModelConfig config, Dimensions dimensions, Map<String, Tensor> tensors, LoadOptions options) {
    boolean has(String tensor) {
        return tensors.containsKey(tensor);
    }

    /// The linear map of weight `name.weight`, with a bias where the checkpoint has one.
    Linear linear(String name, int out, int in) {
        Linear linear = Linear.of(name + ".weight", in, out);
        return has(name + ".bias") ? linear.withBias(name + ".bias") : linear;
    }

    /// Refuses a checkpoint that lacks `tensor`, although its configuration promises it with `key`.
    void requireFor(ConfigKey key, String tensor) {
        if (!has(tensor)) {
            throw new ModelFormatException(key.file() + ": " + key.name() + " promises the tensor " + tensor
                    + ", which the weights lack. One of the two is of another model: download both again.");
        }
    }

    /// Keys a query sees: as the user says, else as the file says, else all.
    int window(OptionalInt configured) {
        return options.slidingWindow().orElse(configured.orElse(Integer.MAX_VALUE));
    }

    int contextLength() {
        return options.contextLength().orElse(dimensions.contextLength());
    }
}
