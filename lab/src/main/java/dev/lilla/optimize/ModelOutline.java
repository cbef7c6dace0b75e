package dev.lilla.optimize;

import dev.lilla.model.family.Dimensions;
import dev.lilla.model.family.Families;
import dev.lilla.model.family.Family;
import dev.lilla.model.family.HuggingFaceConfig;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.TensorRule;
import dev.lilla.store.CatalogModel;
import dev.lilla.store.ModelShape;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A known model in given types, as the list of its tensors: enough to say what it takes, with no weight made.
///
/// @param config one that its family understands
public record ModelOutline(
        HuggingFaceConfig config,
        Family family,
        Dimensions dimensions,
        LoadOptions options,
        List<OutlinedTensor> tensors) {
    static final String HEAD = "output.weight";
    static final String EMBEDDING = "token_embd.weight";
    private static final String LAYER = "#";

    public ModelOutline {
        tensors = List.copyOf(tensors);
    }

    /// One tensor.
    ///
    /// @param pattern its name with `#` for the number of its layer
    /// @param layer number, or 0 for what is in no layer
    public record OutlinedTensor(String pattern, int layer, ElementType type, Shape shape) {
        /// As Lilla names it, which is GGUF's name where GGUF has the tensor.
        public String name() {
            return pattern.replace(LAYER, Integer.toString(layer));
        }

        /// Whether every layer has one.
        public boolean isPerLayer() {
            return pattern.contains(LAYER);
        }

        public long bytes() {
            return type.byteSize(shape.elements());
        }
    }

    /// The outline of a model.
    ///
    /// @param options how long its context is, if not as published
    public static ModelOutline of(CatalogModel model, WeightTypes types, LoadOptions options) {
        ModelShape shape = model.shape();
        HuggingFaceConfig config = HuggingFaceConfig.of(model.name(), config(shape));
        Family family = Families.of(config);
        Dimensions dimensions = family.dimensions(config);
        List<OutlinedTensor> tensors = new ArrayList<>();
        for (TensorRule rule : family.tensors(dimensions, options)) {
            if (exists(rule, shape)) {
                int copies = rule.name().contains(LAYER) ? dimensions.layers() : 1;
                for (int layer = 0; layer < copies; layer++) {
                    tensors.add(new OutlinedTensor(rule.name(), layer, type(rule, layer, types, shape), rule.shape()));
                }
            }
        }
        return new ModelOutline(config, family, dimensions, options, tensors);
    }

    private static ElementType type(TensorRule rule, int layer, WeightTypes types, ModelShape shape) {
        if (rule.shape().rank() < 2) {
            return ElementType.F32;
        }
        boolean isHead = rule.name().equals(shape.tied() ? EMBEDDING : HEAD);
        // A matrix that GGUF splits is of the type of its first part here.
        String name =
                rule.gguf().isEmpty() ? rule.name() : rule.gguf().getFirst().name();
        return types.of(
                name.replace(LAYER, Integer.toString(layer)),
                rule.shape(),
                isHead ? WeightTypes.Head.HEAD : WeightTypes.Head.OTHER);
    }

    /// Whether a model of this shape has the tensor: biases only where the real one has them, no head where it is tied.
    private static boolean exists(TensorRule rule, ModelShape shape) {
        return switch (rule.presence()) {
            case REQUIRED -> true;
            case OPTIONAL -> rule.name().endsWith(".bias") && shape.hasProjectionBias();
            case TIED -> !shape.tied();
        };
    }

    /// Bytes of all tensors: the size of a GGUF but for its vocabulary and its keys.
    public long bytes() {
        return tensors.stream().mapToLong(OutlinedTensor::bytes).sum();
    }

    /// Bytes that writing one token reads: all but an embedding table that is no head.
    public long bytesPerToken() {
        boolean isTied = tensors.stream().noneMatch(tensor -> tensor.pattern().equals(HEAD));
        return tensors.stream()
                .filter(tensor -> isTied || !tensor.pattern().equals(EMBEDDING))
                .mapToLong(OutlinedTensor::bytes)
                .sum();
    }

    /// The shape as a config.json that every family understands: each finds the keys it knows.
    private static ObjectNode config(ModelShape shape) {
        ObjectNode config = JsonMapper.shared().createObjectNode();
        config.put("model_type", shape.family().equals("geb") ? "geblm" : modelType(shape.family()));
        for (String key : new String[] {"num_hidden_layers", "num_layers", "n_layer"}) {
            config.put(key, shape.layers());
        }
        for (String key : new String[] {"num_attention_heads", "n_head"}) {
            config.put(key, shape.heads());
        }
        boolean multiQuery = shape.family().equals("falcon");
        for (String key : new String[] {"num_key_value_heads", "multi_query_group_num", "num_kv_heads"}) {
            config.put(key, shape.kvHeads());
        }
        for (String key : new String[] {"head_dim", "kv_channels"}) {
            config.put(key, shape.headDim());
        }
        for (String key : new String[] {"vocab_size", "padded_vocab_size"}) {
            config.put(key, shape.vocab());
        }
        for (String key : new String[] {"max_position_embeddings", "seq_length"}) {
            config.put(key, shape.context());
        }
        for (String key : new String[] {"rms_norm_eps", "layer_norm_epsilon", "layernorm_epsilon", "layer_norm_eps"}) {
            config.put(key, 1e-5);
        }
        for (String key : new String[] {"rope_theta", "rotary_emb_base"}) {
            config.put(key, shape.ropeBase());
        }
        config.put("hidden_size", shape.hidden());
        config.put("intermediate_size", shape.family().equals("qwen") ? 2 * shape.ffn() : shape.ffn());
        config.put("ffn_hidden_size", shape.ffn());
        config.put("tie_word_embeddings", shape.tied());
        config.put("multi_query", multiQuery).put("parallel_attn", multiQuery);
        config.put("multi_query_attention", shape.kvHeads() < shape.heads());
        config.put("add_qkv_bias", shape.hasProjectionBias());
        config.put("query_pre_attn_scalar", shape.headDim());
        config.put("partial_rotary_factor", shape.rotaryShare());
        if (shape.window() > 0) {
            config.put("sliding_window", shape.window());
        }
        return config;
    }

    private static String modelType(String family) {
        return switch (family) {
            case "chatglm3" -> "chatglm";
            case "gemma3" -> "gemma3_text";
            default -> family;
        };
    }
}
