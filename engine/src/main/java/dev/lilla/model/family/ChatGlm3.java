package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.optional;
import static dev.lilla.model.family.TensorRule.required;

import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.RotaryScaling;
import java.util.List;

/// ChatGLM 2 and 3, and GLM-4 of the same form.
///
/// Notable: queries, keys and values in one matrix with a bias; only the first half of a head is turned, in
/// interleaved pairs, in every file; gate and other half in one matrix; prompts begin with `[gMASK]` and `sop`.
public record ChatGlm3() implements Family {
    private static final double BASE = 10_000;

    @Override
    public String name() {
        return "chatglm3";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("chatglm", "ChatGLMModel", "ChatGLMForConditionalGeneration");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of("chatglm");
    }

    @Override
    public Dimensions dimensions(ModelConfig config) {
        return switch (config) {
            case HuggingFaceConfig c -> {
                checkForm(c);
                int hidden = c.count("hidden_size");
                int heads = c.count("num_attention_heads");
                yield new Dimensions(
                                hidden,
                                c.layers("num_layers", "num_hidden_layers"),
                                heads,
                                c.isSet("multi_query_attention") ? c.count("multi_query_group_num") : heads,
                                c.findCount("kv_channels").orElseGet(() -> c.headDim(hidden, heads)),
                                c.count("ffn_hidden_size"),
                                c.count("padded_vocab_size", "vocab_size"),
                                c.context("seq_length"),
                                (float) c.positive("layernorm_epsilon"))
                        .checkedFor(c.file());
            }
            case GgufConfig c -> c.dimensions();
        };
    }

    private static void checkForm(HuggingFaceConfig config) {
        boolean supported = !config.isSet("position_encoding_2d")
                && config.findFlag("rmsnorm").orElse(true)
                && config.findFlag("post_layer_norm").orElse(true)
                && !config.isSet("add_bias_linear")
                && !config.isSet("apply_residual_connection_post_layernorm");
        if (!supported) {
            throw new UnsupportedModelException(config.file() + ": this form of ChatGLM is not supported yet."
                    + " Supported is that of ChatGLM3: RMS norms before each block and at the end, no biases but those"
                    + " of queries, keys and values, one-dimensional positions.");
        }
    }

    @Override
    public DecoderSpec spec(ModelSource source) {
        Dimensions d = source.dimensions();
        RotaryEmbedding rotary = switch (source.config()) {
            case HuggingFaceConfig config -> {
                source.requireBiases(config, "add_qkv_bias", "blk.#.attn_qkv.bias");
                double ratio = config.findPositive("rope_ratio").orElse(1);
                yield new RotaryEmbedding(
                        RotaryStyle.INTERLEAVED, d.headDim() / 2, BASE * ratio, new RotaryScaling.None());
            }
            case GgufConfig config -> config.rotary(RotaryStyle.INTERLEAVED, d.headDim());
        };
        return new DecoderBuilder(source)
                .rotary(rotary)
                .projection(DecoderBuilder::fusedProjection)
                .fusedGate(GebLayout.Halves.GATE_UP)
                .tied(source.config().isTied())
                .build(this);
    }

    @Override
    public List<TensorRule> tensors(Dimensions d, LoadOptions options) {
        String layer = "transformer.encoder.layers.#.";
        return List.of(
                required("token_embd.weight", "transformer.embedding.word_embeddings.weight", d.vocab(), d.hidden()),
                required("blk.#.attn_norm.weight", layer + "input_layernorm.weight", d.hidden()),
                required(
                        "blk.#.attn_qkv.weight",
                        layer + "self_attention.query_key_value.weight",
                        d.qkvWidth(),
                        d.hidden()),
                optional("blk.#.attn_qkv.bias", layer + "self_attention.query_key_value.bias", d.qkvWidth()),
                required("blk.#.attn_output.weight", layer + "self_attention.dense.weight", d.hidden(), d.queryWidth()),
                required("blk.#.ffn_norm.weight", layer + "post_attention_layernorm.weight", d.hidden()),
                required("blk.#.ffn_up.weight", layer + "mlp.dense_h_to_4h.weight", 2L * d.ffn(), d.hidden()),
                required("blk.#.ffn_down.weight", layer + "mlp.dense_4h_to_h.weight", d.hidden(), d.ffn()),
                required("output_norm.weight", "transformer.encoder.final_layernorm.weight", d.hidden()),
                required("output.weight", "transformer.output_layer.weight", d.vocab(), d.hidden()));
    }

    @Override
    public List<String> ignoredTensors() {
        return List.of("rotary_pos_emb.inv_freq");
    }

    @Override
    public ChatDefaults chat() {
        return ChatDefaults.of(ChatDefaults.BosPolicy.TOKENIZER, "</s>", "<|user|>", "<|observation|>")
                .withTemplate("""
                        [gMASK]sop{% for message in messages %}\
                        {{ '<|' + message['role'] + '|>\\n ' + message['content'] }}{% endfor %}\
                        {% if add_generation_prompt %}<|assistant|>{% endif %}""")
                .withPlainContent();
    }
}
