package dev.lilla.cli;

import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.Quantizer;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.family.Dimensions;
import dev.lilla.model.family.Families;
import dev.lilla.model.family.Family;
import dev.lilla.model.family.HuggingFaceConfig;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelSource;
import dev.lilla.model.family.TensorRule;
import dev.lilla.store.CatalogModel;
import dev.lilla.store.ModelShape;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A model of random weights in the exact shapes of a known one: as fast and as large as the real one, and as clever as
/// dice.
record SyntheticModel(DecoderSpec spec, Map<String, Tensor> tensors) {
    /// Weights with this deviation keep activations of every family in range.
    private static final float DEVIATION = 0.02f;
    /// Rows of random numbers that the matrices are filled with again and again: quantizing billions would take longer
    /// than measuring. Larger than a core's second-level cache, so that nothing is faster than with real weights.
    private static final int POOL_BYTES = 8 << 20;
    private static final long ALIGNMENT = 64;
    private static final String HEAD = "output.weight";
    private static final String EMBEDDING = "token_embd.weight";

    /// What the weights are stored as; rows that are no whole number of its blocks fall back as in llama.cpp.
    ///
    /// @param matrices of the layers and the embedding
    /// @param head of the head, also where the embedding table serves as one
    record Types(ElementType matrices, ElementType head) {
        static Types of(ElementType type) {
            return new Types(type, type);
        }
    }

    /// Makes the model.
    ///
    /// @param options how long its context is, if not as published
    /// @param memory holds the weights
    /// @throws CapacityException if this machine has not enough memory
    static SyntheticModel of(CatalogModel model, Types types, LoadOptions options, Arena memory) {
        ModelShape shape = model.shape();
        ElementType type = types.matrices();
        long bytes = shape.bytes(type);
        Machine machine = Machine.here();
        if (bytes > machine.memoryBytes() * 9 / 10) {
            throw new CapacityException(model.name() + " takes " + Units.bytes(bytes) + " as " + type + ", and this "
                    + "machine has " + Units.bytes(machine.memoryBytes()) + ". Choose a smaller model or type");
        }
        HuggingFaceConfig config = HuggingFaceConfig.of(model.name(), config(shape));
        Family family = Families.of(config);
        Dimensions dimensions = family.dimensions(config);
        String head = shape.tied() ? EMBEDDING : HEAD;
        Pool pool = new Pool(new LinkedHashMap<>());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (TensorRule rule : family.tensors(dimensions, options)) {
            if (!exists(rule, shape)) {
                continue;
            }
            int copies = rule.name().contains("#") ? dimensions.layers() : 1;
            for (int layer = 0; layer < copies; layer++) {
                String name = rule.name().replace("#", Integer.toString(layer));
                ElementType wanted = name.equals(head) ? types.head() : type;
                tensors.put(name, pool.tensor(name, rule.shape(), wanted, memory));
            }
        }
        return new SyntheticModel(family.spec(new ModelSource(config, dimensions, tensors, options)), tensors);
    }

    long bytes() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.data().byteSize())
                .sum();
    }

    long parameters() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
    }

    Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalStateException("the synthetic model has no tensor " + name);
        }
        return tensor;
    }

    /// Whether a model of this shape has the tensor: biases only where the real one has them, no head where it is tied.
    private static boolean exists(TensorRule rule, ModelShape shape) {
        return switch (rule.presence()) {
            case REQUIRED -> true;
            case OPTIONAL -> rule.name().endsWith(".bias") && shape.hasProjectionBias();
            case TIED -> !shape.tied();
        };
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

    /// Random numbers in every type that was asked for.
    private record Pool(Map<ElementType, MemorySegment> byType) {
        Tensor tensor(String name, Shape shape, ElementType wanted, Arena memory) {
            ElementType type = shape.rank() < 2 ? ElementType.F32 : ModelShape.storedAs(wanted, shape.columns());
            MemorySegment data = memory.allocate(type.byteSize(shape.elements()), ALIGNMENT);
            if (name.contains("norm") && name.endsWith(".weight")) {
                data.copyFrom(MemorySegment.ofArray(ones(Math.toIntExact(shape.elements()))));
            } else {
                fill(data, byType.computeIfAbsent(type, Pool::random));
            }
            return new Tensor(name, type, shape, data);
        }

        private static void fill(MemorySegment data, MemorySegment pool) {
            for (long at = 0; at < data.byteSize(); at += pool.byteSize()) {
                long count = Math.min(pool.byteSize(), data.byteSize() - at);
                MemorySegment.copy(pool, 0, data, at, count);
            }
        }

        private static MemorySegment random(ElementType type) {
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(1);
            int elements = POOL_BYTES / type.blockBytes() * type.blockElements();
            float[] values = new float[elements];
            for (int i = 0; i < elements; i++) {
                values[i] = DEVIATION * (float) (random.nextDouble() * 2 - 1);
            }
            MemorySegment pool = MemorySegment.ofArray(new byte[Math.toIntExact(type.byteSize(elements))]);
            Quantizer.quantize(type, values, 0, elements, pool, 0);
            return pool;
        }

        private static float[] ones(int count) {
            float[] ones = new float[count];
            Arrays.fill(ones, 1);
            return ones;
        }
    }
}
