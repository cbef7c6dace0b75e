package dev.lilla.optimize;

import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.AttentionMask;
import dev.lilla.model.Attention;
import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.RotaryScaling;
import dev.lilla.model.family.ChatGlm3;
import dev.lilla.model.family.Dimensions;
import dev.lilla.model.family.Falcon;
import dev.lilla.model.family.Geb;
import dev.lilla.model.family.Gemma;
import dev.lilla.model.family.Gemma2;
import dev.lilla.model.family.Gemma3;
import dev.lilla.model.family.Llama;
import dev.lilla.model.family.Mistral;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.model.family.Phi3;
import dev.lilla.model.family.Qwen;
import dev.lilla.model.family.Qwen2;
import dev.lilla.model.family.Qwen3;
import dev.lilla.model.family.SmolLm3;
import dev.lilla.tensor.ElementType;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The config.json of a model in a GGUF file, with the keys that transformers 4 has for its family.
final class ConfigJson {
    private final ModelDescription model;
    private final Dimensions d;
    private final List<Attention> layers;
    private final Optional<RotaryEmbedding> rotary;
    private final ObjectNode config = JsonMapper.shared().createObjectNode();

    private ConfigJson(ModelDescription model) {
        this.model = model;
        this.d = model.dimensions();
        this.layers = ArchitectureKeys.layers(model.spec());
        this.rotary = ArchitectureKeys.globalRotary(model);
    }

    /// @param type of the weights
    /// @throws UnsupportedModelException if config.json has no words for the model
    static ObjectNode of(ModelDescription model, ElementType type) {
        ConfigJson json = new ConfigJson(model);
        json.addFamily();
        json.config.put("vocab_size", json.d.vocab());
        json.config.put("tie_word_embeddings", !model.checkpoint().contains("output.weight"));
        json.config.put("torch_dtype", dtype(type));
        json.config.put("use_cache", true);
        return json.config;
    }

    private static String dtype(ElementType type) {
        return switch (type) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            case F64, F32, I64, I32, I16, I8, U8, BOOL -> "float32";
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS ->
                throw new IllegalArgumentException("config.json knows no weights of type " + type);
        };
    }

    private void addFamily() {
        switch (model.family()) {
            case Llama _ -> addLlama();
            case SmolLm3 _ -> {
                addLlamaLike("smollm3", "SmolLM3ForCausalLM");
                ArrayNode turned = config.putArray("no_rope_layers");
                layers.forEach(layer -> turned.add(layer.rotary().isPresent() ? 1 : 0));
            }
            case Qwen2 _ -> {
                addLlamaLike("qwen2", "Qwen2ForCausalLM");
                config.put("use_sliding_window", false);
            }
            case Qwen3 _ -> {
                addLlamaLike("qwen3", "Qwen3ForCausalLM");
                config.put("attention_bias", hasBias("attn_q"));
                config.put("use_sliding_window", false);
            }
            case Phi3 _ -> addPhi3();
            case Gemma _ -> addGemma("gemma", "GemmaForCausalLM");
            case Gemma2 _ -> addGemma2();
            case Gemma3 _ -> addGemma3();
            case Falcon _ -> addFalcon();
            case Qwen _ -> addQwen();
            case ChatGlm3 _ -> addChatGlm3();
            case Mistral _, Geb _ -> throw new IllegalStateException("GGUF files of this family are of another");
        }
    }

    private void addLlama() {
        int window = layers.getFirst().mask().window();
        if (window < Integer.MAX_VALUE) {
            addLlamaLike("mistral", "MistralForCausalLM");
            config.put("sliding_window", window);
        } else {
            addLlamaLike("llama", "LlamaForCausalLM");
            config.put("attention_bias", hasBias("attn_q"));
            config.put("mlp_bias", hasBias("ffn_up"));
        }
    }

    private void addLlamaLike(String type, String architecture) {
        addName(type, architecture);
        config.put("hidden_size", d.hidden());
        config.put("intermediate_size", d.ffn());
        config.put("num_hidden_layers", d.layers());
        config.put("num_attention_heads", d.heads());
        config.put("num_key_value_heads", d.kvHeads());
        config.put("head_dim", d.headDim());
        config.put("max_position_embeddings", d.contextLength());
        config.put("rms_norm_eps", decimal(d.epsilon()));
        config.put("hidden_act", "silu");
        rotary.ifPresent(this::addRotary);
    }

    private void addPhi3() {
        addLlamaLike("phi3", "Phi3ForCausalLM");
        int window = layers.getFirst().mask().window();
        if (window < Integer.MAX_VALUE) {
            config.put("sliding_window", window);
        }
        rotary.filter(embedding -> embedding.dim() < d.headDim())
                .ifPresent(embedding -> config.put("partial_rotary_factor", (double) embedding.dim() / d.headDim()));
    }

    private void addGemma(String type, String architecture) {
        addLlamaLike(type, architecture);
        config.put("hidden_act", "gelu_pytorch_tanh");
        config.put("hidden_activation", "gelu_pytorch_tanh");
    }

    private void addGemma2() {
        addGemma("gemma2", "Gemma2ForCausalLM");
        AttentionMask mask = layers.getFirst().mask();
        addWindows(mask);
        if (mask.softCap() > 0) {
            config.put("attn_logit_softcapping", decimal(mask.softCap()));
        }
        if (model.spec().head().softCap() > 0) {
            config.put("final_logit_softcapping", decimal(model.spec().head().softCap()));
        }
    }

    private void addGemma3() {
        addGemma("gemma3_text", "Gemma3ForCausalLM");
        addWindows(layers.getFirst().mask());
        layers.stream()
                .filter(layer -> layer.mask().window() < Integer.MAX_VALUE)
                .findFirst()
                .flatMap(Attention::rotary)
                .ifPresent(local -> config.put("rope_local_base_freq", local.base()));
    }

    /// The window, which layers have it, and the scale of the scores.
    private void addWindows(AttentionMask mask) {
        double scale = mask.scale();
        config.put("query_pre_attn_scalar", Math.round(1 / (scale * scale)));
        ArrayNode types = config.putArray("layer_types");
        for (Attention layer : layers) {
            boolean isWindowed = layer.mask().window() < Integer.MAX_VALUE;
            types.add(isWindowed ? "sliding_attention" : "full_attention");
            if (isWindowed) {
                config.put("sliding_window", layer.mask().window());
            }
        }
    }

    private void addFalcon() {
        addName("falcon", "FalconForCausalLM");
        config.put("hidden_size", d.hidden());
        config.put("ffn_hidden_size", d.ffn());
        config.put("num_hidden_layers", d.layers());
        config.put("num_attention_heads", d.heads());
        config.put("max_position_embeddings", d.contextLength());
        config.put("layer_norm_epsilon", decimal(d.epsilon()));
        config.put("multi_query", true);
        config.put("parallel_attn", true);
        config.put("new_decoder_architecture", false);
        config.put("bias", false);
        config.put("alibi", false);
        rotary.ifPresent(this::addRotary);
    }

    private void addQwen() {
        addName("qwen", "QWenLMHeadModel");
        config.put("hidden_size", d.hidden());
        config.put("intermediate_size", 2 * d.ffn());
        config.put("num_hidden_layers", d.layers());
        config.put("num_attention_heads", d.heads());
        config.put("kv_channels", d.headDim());
        config.put("max_position_embeddings", d.contextLength());
        config.put("seq_length", layers.getFirst().lognContext().orElse(d.contextLength()));
        config.put("layer_norm_epsilon", decimal(d.epsilon()));
        config.put("rotary_emb_base", rotary.map(RotaryEmbedding::base).orElse(10_000.0));
        config.put("rotary_pct", 1.0);
        config.put("no_bias", true);
        config.put("use_dynamic_ntk", true);
        config.put("use_logn_attn", true);
    }

    private void addChatGlm3() {
        addName("chatglm", "ChatGLMModel");
        config.put("hidden_size", d.hidden());
        config.put("ffn_hidden_size", d.ffn());
        config.put("num_layers", d.layers());
        config.put("num_attention_heads", d.heads());
        config.put("kv_channels", d.headDim());
        config.put("multi_query_attention", true);
        config.put("multi_query_group_num", d.kvHeads());
        config.put("padded_vocab_size", d.vocab());
        config.put("seq_length", d.contextLength());
        config.put("layernorm_epsilon", decimal(d.epsilon()));
        config.put("rope_ratio", rotary.map(RotaryEmbedding::base).orElse(10_000.0) / 10_000);
        config.put("add_qkv_bias", hasBias("attn_qkv"));
        config.put("add_bias_linear", false);
        config.put("apply_residual_connection_post_layernorm", false);
        config.put("original_rope", true);
        config.put("post_layer_norm", true);
        config.put("rmsnorm", true);
    }

    private void addName(String type, String architecture) {
        config.putArray("architectures").add(architecture);
        config.put("model_type", type);
    }

    private void addRotary(RotaryEmbedding embedding) {
        config.put("rope_theta", embedding.base());
        switch (embedding.scaling()) {
            case RotaryScaling.None _, RotaryScaling.DynamicNtk _ -> {}
            case RotaryScaling.Linear(float factor) -> scaling("linear").put("factor", decimal(factor));
            case RotaryScaling.Llama3 llama3 -> addLlama3(llama3);
            case RotaryScaling.Divisors(float[] divisors) ->
                addLlama3(RotaryTensors.llama3(embedding, divisors)
                        .orElseThrow(() -> new UnsupportedModelException(model.path()
                                + ": rope_freqs.weight holds divisors that config.json has no words for."
                                + " Keep the model as GGUF.")));
            case RotaryScaling.LongRope longRope -> {
                ObjectNode node = scaling("longrope");
                addAll(node.putArray("short_factor"), longRope.shortDivisors());
                addAll(node.putArray("long_factor"), longRope.longDivisors());
                node.put("attention_factor", decimal(longRope.magnitude()));
                config.put("original_max_position_embeddings", longRope.originalContext());
            }
            case RotaryScaling.Yarn yarn ->
                scaling("yarn")
                        .put("factor", decimal(yarn.factor()))
                        .put("original_max_position_embeddings", yarn.originalContext())
                        .put("beta_fast", decimal(yarn.betaFast()))
                        .put("beta_slow", decimal(yarn.betaSlow()))
                        .put("attention_factor", decimal(yarn.magnitude()));
        }
    }

    private void addLlama3(RotaryScaling.Llama3 llama3) {
        scaling("llama3")
                .put("factor", decimal(llama3.factor()))
                .put("low_freq_factor", decimal(llama3.lowFrequencyFactor()))
                .put("high_freq_factor", decimal(llama3.highFrequencyFactor()))
                .put("original_max_position_embeddings", llama3.originalContext());
    }

    /// Both spellings of the type: programs differ in which they read.
    private ObjectNode scaling(String type) {
        return config.putObject("rope_scaling").put("rope_type", type).put("type", type);
    }

    private boolean hasBias(String name) {
        return model.checkpoint().contains("blk.0." + name + ".bias");
    }

    private static void addAll(ArrayNode array, float[] values) {
        for (float value : values) {
            array.add(decimal(value));
        }
    }

    /// The number with the fewest digits that is this float: `1.0E-5`, not `9.999999747378752E-6`.
    private static double decimal(float value) {
        return Double.parseDouble(Float.toString(value));
    }
}
