package dev.lilla.model.family;

import dev.lilla.format.ModelFormatException;
import dev.lilla.model.Linear;
import dev.lilla.tensor.Tensor;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

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

    /// Refuses a checkpoint whose configuration promises biases that its weights lack.
    ///
    /// @param flag the key that promises
    /// @param pattern the name of a bias, `#` standing for the number of the layer
    void requireBiases(HuggingFaceConfig config, String flag, String pattern) {
        if (!config.isSet(flag)) {
            return;
        }
        for (int layer = 0; layer < dimensions.layers(); layer++) {
            String name = TensorRule.forLayer(pattern, layer);
            if (!has(name)) {
                throw new ModelFormatException(config.file() + ": " + flag + " promises the tensor " + name
                        + ", which the weights lack. One of the two is of another model: download both again.");
            }
        }
    }

    /// Which layers attend to a sliding window: as config.json says in `layer_types`, else as the family has it.
    IntPredicate slidingLayers(IntPredicate otherwise) {
        return switch (config) {
            case HuggingFaceConfig huggingFace -> huggingFace.slidingLayers(dimensions.layers(), otherwise);
            case GgufConfig gguf -> otherwise;
        };
    }

    /// Keys a query sees: as the user says, else as the file says, else all.
    int window(OptionalInt configured) {
        return options.slidingWindow().orElse(configured.orElse(Integer.MAX_VALUE));
    }

    int contextLength() {
        return options.contextLength().orElse(dimensions.contextLength());
    }
}
