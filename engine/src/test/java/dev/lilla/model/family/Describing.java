package dev.lilla.model.family;

import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufValue;
import dev.lilla.format.JsonFiles;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.LayerSpec;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Describes models of any size from their configuration alone, with tensors that have no memory behind them.
record Describing(Family family, Dimensions dimensions, TensorTable table, DecoderSpec spec) {
    static Describing huggingFace(String json) {
        return huggingFace(json, LoadOptions.DEFAULT, Set.of());
    }

    /// @param absent names of tensors, as in the spec, that the checkpoint lacks
    static Describing huggingFace(String json, LoadOptions options, Set<String> absent) {
        return of(HuggingFaceConfig.of("config.json", JsonFiles.parse(json, "config.json")), options, absent);
    }

    /// @param vocab rows of the embedding table
    static Describing gguf(Map<String, GgufValue> keys, int vocab, LoadOptions options) {
        GgufMetadata metadata = GgufMetadata.of("model.gguf", keys);
        long hidden = metadata.findInteger(metadata.architecture() + ".embedding_length")
                .orElseThrow();
        Tensor table = tensor("token_embd.weight", Shape.of(vocab, hidden));
        return of(GgufConfig.of("model.gguf", metadata, Map.of(table.name(), table)), options, Set.of());
    }

    private static Describing of(ModelConfig config, LoadOptions options, Set<String> absent) {
        Family family = Families.of(config);
        Dimensions dimensions = family.dimensions(config);
        TensorTable table = TensorTable.of(family, dimensions, options);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (TensorRule rule : table.rules()) {
            boolean there = rule.presence() != TensorRule.Presence.OPTIONAL
                    || rule.name().endsWith("attn_qkv.bias");
            if (there && !absent.contains(rule.name())) {
                tensors.put(rule.name(), tensor(rule.name(), rule.shape()));
            }
        }
        return new Describing(
                family, dimensions, table, family.spec(new ModelSource(config, dimensions, tensors, options)));
    }

    @SuppressWarnings("restricted") // an address without memory: nobody reads these tensors
    private static Tensor tensor(String name, Shape shape) {
        long bytes = ElementType.F16.byteSize(shape.elements());
        return new Tensor(name, ElementType.F16, shape, MemorySegment.NULL.reinterpret(bytes));
    }

    /// Numbers in all tensors that the description names.
    long parameters() {
        return SpecTensors.of(spec).stream()
                .mapToLong(name -> table.rule(name).orElseThrow().shape().elements())
                .sum();
    }

    Attention attention(int layer) {
        return switch (layer(layer).mixer()) {
            case Attention attention -> attention;
        };
    }

    LayerSpec layer(int layer) {
        return spec.layers().get(layer);
    }
}
