package dev.lilla.model;

import dev.lilla.format.Gguf;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads adapters as llama.cpp's convert_lora_to_gguf.py writes them: `NAME.lora_a` and `NAME.lora_b` for each weight.
final class GgufAdapter {
    static final String TYPE_KEY = "general.type";
    static final String KIND_KEY = "adapter.type";
    static final String BASE_KEY = "general.base_model.0.name";
    static final String ALPHA_KEY = "adapter.lora.alpha";
    private static final String INVOCATION_KEY = "adapter.alora.invocation_tokens";
    static final String DOWN_SUFFIX = ".lora_a";
    static final String UP_SUFFIX = ".lora_b";

    private GgufAdapter() {}

    /// The parts of an adapter.
    ///
    /// @throws ModelFormatException if the file is broken or no adapter, or made for another architecture
    /// @throws UnsupportedModelException if it is of a kind that Lilla lacks
    static List<AdapterPart> read(Gguf file, AdapterHost base) {
        double alpha = alpha(file, base);
        List<AdapterPart> parts = new ArrayList<>();
        Map<String, Tensor> tensors = file.tensors();
        for (Tensor tensor : tensors.values()) {
            String name = tensor.name();
            if (name.endsWith(DOWN_SUFFIX)) {
                String weight = name.substring(0, name.length() - DOWN_SUFFIX.length());
                // llama.cpp takes alpha 0 as scaling 1 (llama-adapter.cpp).
                double scaling = alpha == 0 ? 1 : alpha / tensor.shape().rows();
                parts.add(new AdapterPart(weight, tensor, file.tensor(weight + UP_SUFFIX), (float) scaling));
            } else if (!name.endsWith(UP_SUFFIX)) {
                throw new UnsupportedModelException(file.path() + ": the adapter holds tensor " + name
                        + ", which is neither " + DOWN_SUFFIX + " nor " + UP_SUFFIX
                        + ": whole trained tensors are not supported. Merge it into its base instead.");
            } else if (!tensors.containsKey(name.substring(0, name.length() - UP_SUFFIX.length()) + DOWN_SUFFIX)) {
                throw new ModelFormatException(
                        file.path() + ": tensor " + name + " has no " + DOWN_SUFFIX + " beside it.");
            }
        }
        return parts;
    }

    private static double alpha(Gguf file, AdapterHost base) {
        GgufMetadata metadata = file.metadata();
        String type = metadata.findString(TYPE_KEY).orElse("model");
        if (!type.equals("adapter")) {
            throw new IllegalArgumentException(
                    file.path() + ": " + TYPE_KEY + " is " + type + ", expected adapter. Name an adapter's file.");
        }
        String kind = metadata.string(KIND_KEY);
        if (!kind.equals("lora")) {
            throw new UnsupportedModelException(
                    file.path() + ": " + KIND_KEY + " is " + kind + ", which is not supported. Supported: lora.");
        }
        if (metadata.contains(INVOCATION_KEY)) {
            throw new UnsupportedModelException(file.path() + ": the adapter uses activated LoRA (" + INVOCATION_KEY
                    + "), which is not supported. Supported: lora that is always active.");
        }
        if (!metadata.architecture().equals(base.ggufArchitecture())) {
            throw new ModelFormatException(file.path() + ": the adapter was made for architecture "
                    + metadata.architecture() + ", expected " + base.ggufArchitecture() + ", the base's.");
        }
        double alpha = metadata.findReal(ALPHA_KEY).orElse(0);
        if (!Double.isFinite(alpha)) {
            throw new ModelFormatException(file.path() + ": " + ALPHA_KEY + " is " + alpha + ", expected a number.");
        }
        return alpha;
    }
}
