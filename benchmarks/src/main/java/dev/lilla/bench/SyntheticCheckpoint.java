package dev.lilla.bench;

import dev.lilla.format.SafetensorsWriter;
import dev.lilla.format.TensorDescription;
import dev.lilla.store.Catalog;
import dev.lilla.store.ModelShape;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Writes a Hugging Face directory with random BF16 weights in the shapes of a Llama of the catalog, for engines that
/// want files. `lilla convert` makes GGUF files of the same weights from it.
///
/// Arguments: the name in the catalog, the directory to make, and one to take the tokenizer from; a vocabulary that is
/// smaller than the model's will do.
public final class SyntheticCheckpoint {
    private static final ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final short ONE = 0x3f80;
    /// The initializer range of Llama: activations stay in range through all layers.
    private static final double DEVIATION = 0.02;
    private static final int POOL_ELEMENTS = 4 << 20;
    private static final List<String> TOKENIZER_FILES =
            List.of("tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json");

    private SyntheticCheckpoint() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("usage: SyntheticCheckpoint NAME DIRECTORY TOKENIZER_DIRECTORY");
        }
        ModelShape shape = Catalog.open().model(arguments[0]).shape();
        if (!shape.family().equals("llama")) {
            throw new IllegalArgumentException(arguments[0] + " is no Llama, but a " + shape.family());
        }
        Path directory = Files.createDirectories(Path.of(arguments[1]));
        for (String file : TOKENIZER_FILES) {
            Path source = Path.of(arguments[2], file);
            if (Files.exists(source)) {
                Files.copy(source, directory.resolve(file));
            }
        }
        Files.writeString(directory.resolve("config.json"), config(shape).toPrettyString());
        // Jlama's quantizer copies one and fails without.
        Files.writeString(directory.resolve("README.md"), "Random weights in the shapes of " + arguments[0] + ".\n");
        List<TensorDescription> tensors = tensors(shape);
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(directory.resolve("model.safetensors"), Map.of("format", "pt"), tensors)) {
            MemorySegment random = random();
            for (TensorDescription tensor : tensors) {
                fill(writer, tensor, random);
            }
            writer.finish();
        }
    }

    private static ObjectNode config(ModelShape shape) {
        ObjectNode config = JsonMapper.shared().createObjectNode();
        config.putArray("architectures").add("LlamaForCausalLM");
        return config.put("model_type", "llama")
                .put("torch_dtype", "bfloat16")
                .put("hidden_act", "silu")
                .put("hidden_size", shape.hidden())
                .put("intermediate_size", shape.ffn())
                .put("num_hidden_layers", shape.layers())
                .put("num_attention_heads", shape.heads())
                .put("num_key_value_heads", shape.kvHeads())
                .put("head_dim", shape.headDim())
                .put("vocab_size", shape.vocab())
                .put("max_position_embeddings", shape.context())
                .put("rope_theta", shape.ropeBase())
                .put("rms_norm_eps", 1e-5)
                .put("tie_word_embeddings", shape.tied())
                .put("bos_token_id", 1)
                .put("eos_token_id", 2);
    }

    private static List<TensorDescription> tensors(ModelShape shape) {
        List<TensorDescription> tensors = new ArrayList<>();
        add(tensors, "model.embed_tokens", shape.vocab(), shape.hidden());
        int queries = shape.heads() * shape.headDim();
        int keys = shape.kvHeads() * shape.headDim();
        for (int layer = 0; layer < shape.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            add(tensors, prefix + "input_layernorm", shape.hidden());
            add(tensors, prefix + "self_attn.q_proj", queries, shape.hidden());
            add(tensors, prefix + "self_attn.k_proj", keys, shape.hidden());
            add(tensors, prefix + "self_attn.v_proj", keys, shape.hidden());
            add(tensors, prefix + "self_attn.o_proj", shape.hidden(), queries);
            add(tensors, prefix + "post_attention_layernorm", shape.hidden());
            add(tensors, prefix + "mlp.gate_proj", shape.ffn(), shape.hidden());
            add(tensors, prefix + "mlp.up_proj", shape.ffn(), shape.hidden());
            add(tensors, prefix + "mlp.down_proj", shape.hidden(), shape.ffn());
        }
        add(tensors, "model.norm", shape.hidden());
        if (!shape.tied()) {
            add(tensors, "lm_head", shape.vocab(), shape.hidden());
        }
        return tensors;
    }

    private static void add(List<TensorDescription> tensors, String name, long... dimensions) {
        tensors.add(new TensorDescription(name + ".weight", ElementType.BF16, Shape.of(dimensions)));
    }

    private static MemorySegment random() {
        SplittableRandom random = new SplittableRandom(1);
        MemorySegment pool = MemorySegment.ofArray(new byte[POOL_ELEMENTS * Short.BYTES]);
        for (int i = 0; i < POOL_ELEMENTS; i++) {
            float value = (float) (DEVIATION * random.nextGaussian());
            pool.setAtIndex(BF16, i, (short) (Float.floatToIntBits(value) >>> 16));
        }
        return pool;
    }

    /// Matrices repeat the random numbers, which no engine notices; norms are ones.
    private static void fill(SafetensorsWriter writer, TensorDescription tensor, MemorySegment random) {
        MemorySegment pool = random;
        if (tensor.shape().rank() == 1) {
            pool = MemorySegment.ofArray(new byte[Math.toIntExact(tensor.bytes())]);
            for (int i = 0; i < tensor.shape().elements(); i++) {
                pool.setAtIndex(BF16, i, ONE);
            }
        }
        for (long at = 0; at < tensor.bytes(); at += pool.byteSize()) {
            writer.append(tensor.name(), pool.asSlice(0, Math.min(pool.byteSize(), tensor.bytes() - at)));
        }
    }
}
