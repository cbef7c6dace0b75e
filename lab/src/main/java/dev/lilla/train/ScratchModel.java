package dev.lilla.train;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.SafetensorsWriter;
import dev.lilla.format.TensorDescription;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tokenizer.Tokenizer;
import dev.lilla.tokenizer.Tokenizers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A model that has learned nothing yet: a configuration of the llama family, a tokenizer, and random weights.
///
/// Weights are normal with a deviation of `initializer_range` (0.02); the two matrices of a layer that
/// write to the residual stream are divided by the square root of their number, `2 * layers` (Radford
/// et al., 2019); norms are 1. The head is the embedding table where `tie_word_embeddings` says so.
/// Equal seeds give equal weights.
public final class ScratchModel {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final double DEVIATION = 0.02;
    /// Rows of numbers beyond these are a mistake in a configuration.
    private static final long DIMENSION_MAX = 1 << 24;

    private static final int LAYERS_MAX = 1000;
    private static final Set<String> RESIDUAL = Set.of("o_proj", "down_proj");
    private static final List<String> TOKENIZER_FILES = List.of(
            "tokenizer.json",
            "tokenizer.model",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "chat_template.jinja",
            "generation_config.json");

    private final JsonNode config;
    private final String name;

    private ScratchModel(JsonNode config, String name) {
        this.config = config;
        this.name = name;
    }

    /// A configuration of the llama family from a shape:
    /// `layers=4,hidden=256,heads=4,kv-heads=2,ffn=768,context=512`.
    ///
    /// @param tokenizer whose vocabulary it gets
    /// @throws IllegalArgumentException if a part is no pair of a known name and a number
    public static ObjectNode config(String shape, Path tokenizer) {
        ObjectNode config = JsonMapper.shared().createObjectNode().put("model_type", "llama");
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("hidden_act", "silu")
                .put("rms_norm_eps", 1e-5)
                .put("rope_theta", 10000.0)
                .put("tie_word_embeddings", true)
                .put("initializer_range", DEVIATION);
        for (String pair : shape.split(",")) {
            String[] parts = pair.strip().split("=");
            if (parts.length != 2 || !parts[1].matches("\\d{1,8}")) {
                throw new IllegalArgumentException(
                        "a shape is NAME=NUMBER,…, found \"" + pair + "\". For example: layers=4,hidden=256,heads=4");
            }
            config.put(key(parts[0]), Integer.parseInt(parts[1]));
        }
        int hidden = config.path("hidden_size").asInt(256);
        int heads = config.path("num_attention_heads").asInt(4);
        putMissing(config, "num_hidden_layers", 4);
        putMissing(config, "hidden_size", hidden);
        putMissing(config, "num_attention_heads", heads);
        putMissing(config, "num_key_value_heads", heads);
        // As LLaMA has it: two thirds of four times the width, in whole steps of 32.
        putMissing(config, "intermediate_size", Math.ceilDiv(8 * hidden / 3, 32) * 32);
        putMissing(config, "max_position_embeddings", 512);
        Tokenizer vocabulary = tokenizer(tokenizer);
        putMissing(config, "vocab_size", vocabulary.size());
        vocabulary.beginOfText().ifPresent(id -> config.put("bos_token_id", id));
        vocabulary.endOfText().ifPresent(id -> config.put("eos_token_id", id));
        return config;
    }

    private static void putMissing(ObjectNode config, String key, int value) {
        if (!config.has(key)) {
            config.put(key, value);
        }
    }

    private static String key(String name) {
        return switch (name) {
            case "layers" -> "num_hidden_layers";
            case "hidden" -> "hidden_size";
            case "heads" -> "num_attention_heads";
            case "kv-heads" -> "num_key_value_heads";
            case "ffn" -> "intermediate_size";
            case "context" -> "max_position_embeddings";
            case "vocab" -> "vocab_size";
            default ->
                throw new IllegalArgumentException("a shape has layers, hidden, heads, kv-heads, ffn, context and"
                        + " vocab, found \"" + name + "\"");
        };
    }

    /// Writes the model as a Hugging Face directory.
    ///
    /// @param config as config.json of the llama family has it
    /// @param name of the configuration, for messages
    /// @param tokenizer directory whose tokenizer files are copied
    /// @param target an empty or missing directory
    /// @throws IllegalArgumentException if the configuration or the tokenizer does not make a model
    public static void write(JsonNode config, String name, Path tokenizer, Path target, long seed) {
        if (!config.path("model_type").asString("").equals("llama")) {
            throw new IllegalArgumentException(
                    name + ": model_type is '" + config.path("model_type").asString("")
                            + "', expected 'llama'. Others cannot begin from nothing.");
        }
        ScratchModel model = new ScratchModel(config, name);
        Tokenizer vocabulary = tokenizer(tokenizer);
        if (vocabulary.size() > model.dimension("vocab_size")) {
            throw new IllegalArgumentException(name + ": vocab_size is " + model.dimension("vocab_size")
                    + ", and the tokenizer has " + vocabulary.size() + " tokens. Make it at least that.");
        }
        TrainedFiles files = folder -> {
            Files.write(
                    folder.resolve("config.json"),
                    JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsBytes(config));
            copyTokenizer(tokenizer, folder);
            model.writeWeights(folder.resolve("model.safetensors"), seed);
        };
        files.write(target);
    }

    private static Tokenizer tokenizer(Path directory) {
        return Tokenizers.open(HuggingFaceDirectory.openFiles(directory));
    }

    /// Reads a configuration.
    public static JsonNode read(Path file) {
        return JsonFiles.read(file);
    }

    private static void copyTokenizer(Path tokenizer, Path folder) throws IOException {
        for (String file : TOKENIZER_FILES) {
            if (Files.isRegularFile(tokenizer.resolve(file))) {
                Files.copy(tokenizer.resolve(file), folder.resolve(file));
            }
        }
    }

    private void writeWeights(Path file, long seed) {
        List<TensorDescription> tensors = tensors().toList();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, Map.of("format", "pt"), tensors)) {
            for (TensorDescription tensor : tensors) {
                append(writer, tensor, random);
            }
            writer.finish();
        }
    }

    private void append(SafetensorsWriter writer, TensorDescription tensor, RandomGenerator random) {
        double range = config.path("initializer_range").asDouble(DEVIATION);
        boolean isResidual = RESIDUAL.stream().anyMatch(part -> tensor.name().contains(part));
        double deviation = isResidual ? range / Math.sqrt(2.0 * layers()) : range;
        boolean isNorm = tensor.shape().rank() == 1;
        int columns = Math.toIntExact(tensor.shape().columns());
        float[] row = new float[columns];
        MemorySegment bytes = MemorySegment.ofArray(new byte[columns * Float.BYTES]);
        for (long r = 0; r < tensor.shape().rows(); r++) {
            for (int i = 0; i < columns; i++) {
                row[i] = isNorm ? 1 : (float) random.nextGaussian(0, deviation);
            }
            MemorySegment.copy(row, 0, bytes, FLOAT, 0, columns);
            writer.append(tensor.name(), bytes);
        }
    }

    private Stream<TensorDescription> tensors() {
        long hidden = dimension("hidden_size");
        Stream<TensorDescription> layers =
                Stream.iterate(0, layer -> layer < layers(), layer -> layer + 1).flatMap(this::layer);
        Stream<TensorDescription> ends = Stream.of(vector("model.norm.weight", hidden));
        Stream<TensorDescription> head = config.path("tie_word_embeddings").asBoolean(false)
                ? Stream.of()
                : Stream.of(matrix("lm_head.weight", dimension("vocab_size"), hidden));
        TensorDescription embedding = matrix("model.embed_tokens.weight", dimension("vocab_size"), hidden);
        return Stream.of(Stream.of(embedding), layers, ends, head).flatMap(part -> part);
    }

    private Stream<TensorDescription> layer(int layer) {
        long hidden = dimension("hidden_size");
        long heads = dimension("num_attention_heads");
        long headDim = config.has("head_dim") ? dimension("head_dim") : hidden / heads;
        long kvHeads = config.has("num_key_value_heads") ? dimension("num_key_value_heads") : heads;
        long ffn = dimension("intermediate_size");
        String prefix = "model.layers." + layer + ".";
        return Stream.of(
                vector(prefix + "input_layernorm.weight", hidden),
                matrix(prefix + "self_attn.q_proj.weight", heads * headDim, hidden),
                matrix(prefix + "self_attn.k_proj.weight", kvHeads * headDim, hidden),
                matrix(prefix + "self_attn.v_proj.weight", kvHeads * headDim, hidden),
                matrix(prefix + "self_attn.o_proj.weight", hidden, heads * headDim),
                vector(prefix + "post_attention_layernorm.weight", hidden),
                matrix(prefix + "mlp.gate_proj.weight", ffn, hidden),
                matrix(prefix + "mlp.up_proj.weight", ffn, hidden),
                matrix(prefix + "mlp.down_proj.weight", hidden, ffn));
    }

    private static TensorDescription matrix(String name, long out, long in) {
        return new TensorDescription(name, ElementType.F32, Shape.of(out, in));
    }

    private static TensorDescription vector(String name, long size) {
        return new TensorDescription(name, ElementType.F32, Shape.of(size));
    }

    private int layers() {
        long layers = dimension("num_hidden_layers");
        if (layers > LAYERS_MAX) {
            throw new IllegalArgumentException(
                    name + ": num_hidden_layers is " + layers + ", expected at most " + LAYERS_MAX + ".");
        }
        return (int) layers;
    }

    private long dimension(String key) {
        long value = config.path(key).asLong(0);
        if (value < 1 || value > DIMENSION_MAX) {
            throw new IllegalArgumentException(name + ": " + key + " is " + config.path(key)
                    + ", expected a number from 1 to " + DIMENSION_MAX + ".");
        }
        return value;
    }
}
