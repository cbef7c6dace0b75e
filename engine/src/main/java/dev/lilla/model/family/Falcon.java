package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.required;
import static dev.lilla.model.family.TensorRule.tied;

import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.AttentionMask;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.FeedForward;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.Norm;
import dev.lilla.model.RotaryEmbedding;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Falcon 7B (arXiv 2311.16867); Falcon 3 is a Llama.
///
/// Notable: layer norm with bias, one a layer, before attention and feed-forward block side by side; one K/V head for
/// all queries, fused with them; no gate, exact GELU (llama.cpp takes the tanh form); the head is the embedding table,
/// and published files hold it twice. `num_kv_heads` in re-saved configurations is wrong and not read. The forms of
/// 40B (norms and K/V heads by group), RW (ALiBi) and 11B are refused.
public record Falcon() implements Family {
    @Override
    public String name() {
        return "falcon";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("falcon", "RefinedWebModel", "RefinedWeb", "FalconForCausalLM", "RWForCausalLM");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of("falcon");
    }

    @Override
    public Dimensions dimensions(ModelConfig config) {
        return switch (config) {
            case HuggingFaceConfig c -> {
                checkForm(c);
                int hidden = c.count("hidden_size", "n_embed");
                int heads = c.count("num_attention_heads", "n_head");
                yield new Dimensions(
                                hidden,
                                c.layers("num_hidden_layers", "n_layer"),
                                heads,
                                1,
                                c.headDim(hidden, heads),
                                c.findCount("ffn_hidden_size").orElse(4 * hidden),
                                c.count("vocab_size"),
                                c.findContext("max_position_embeddings").orElse(2048),
                                (float) c.findPositive("layer_norm_epsilon").orElse(1e-5))
                        .checkedFor(c.file());
            }
            case GgufConfig c -> {
                Dimensions d = c.dimensions();
                refuse(c, d.kvHeads() != 1, "more than one key/value head");
                yield d;
            }
        };
    }

    private static void checkForm(HuggingFaceConfig config) {
        refuse(config, config.isSet("new_decoder_architecture"), "new_decoder_architecture");
        refuse(config, config.isSet("alibi"), "alibi");
        refuse(config, !config.findFlag("multi_query").orElse(true), "multi_query off");
        refuse(config, !config.findFlag("parallel_attn").orElse(true), "parallel_attn off");
        refuse(config, config.isSet("bias"), "bias");
        refuse(config, !config.findText("activation").orElse("gelu").equals("gelu"), "an activation but gelu");
    }

    private static void refuse(ModelConfig config, boolean refused, String what) {
        if (refused) {
            throw new UnsupportedModelException(config.file() + ": Falcon models with " + what
                    + " are not supported yet. Supported is the form of Falcon 7B.");
        }
    }

    @Override
    public DecoderSpec spec(ModelSource source) {
        RotaryEmbedding rotary = source.config()
                .rotary(RotaryStyle.HALF_SPLIT, source.dimensions().headDim());
        return new DecoderBuilder(source)
                .function(ActivationFunction.GELU_ERF)
                .norms(name -> norm(name, source))
                .tied(isTied(source.config()))
                .layers(layer -> layer("blk." + layer + ".", source, rotary))
                .build(this);
    }

    /// Falcon ties its head unless told otherwise, though files hold it twice; a GGUF may have narrowed one of the two.
    private static Optional<Boolean> isTied(ModelConfig config) {
        return config instanceof HuggingFaceConfig ? Optional.of(config.isTied().orElse(true)) : Optional.empty();
    }

    private static LayerSpec layer(String prefix, ModelSource source, RotaryEmbedding rotary) {
        Dimensions d = source.dimensions();
        Norm norm = norm(prefix + "attn_norm", source);
        Attention attention = new Attention(
                norm,
                DecoderBuilder.fusedProjection(prefix, source),
                Optional.empty(),
                Optional.of(rotary),
                OptionalInt.empty(),
                new AttentionMask((float) (1 / Math.sqrt(d.headDim())), Integer.MAX_VALUE, 0),
                source.linear(prefix + "attn_output", d.hidden(), d.queryWidth()),
                Optional.empty());
        FeedForward feedForward = new FeedForward.Plain(
                norm,
                source.linear(prefix + "ffn_up", d.ffn(), d.hidden()),
                ActivationFunction.GELU_ERF,
                source.linear(prefix + "ffn_down", d.hidden(), d.ffn()),
                Optional.empty());
        return new LayerSpec(attention, feedForward, LayerSpec.Order.PARALLEL);
    }

    private static Norm norm(String name, ModelSource source) {
        return new Norm(
                Norm.Kind.LAYER,
                name + ".weight",
                Optional.of(name + ".bias"),
                source.dimensions().epsilon());
    }

    @Override
    public List<TensorRule> tensors(Dimensions d, LoadOptions options) {
        return List.of(
                required("token_embd.weight", "transformer.word_embeddings.weight", d.vocab(), d.hidden()),
                required("blk.#.attn_norm.weight", "transformer.h.#.input_layernorm.weight", d.hidden()),
                required("blk.#.attn_norm.bias", "transformer.h.#.input_layernorm.bias", d.hidden()),
                required(
                        "blk.#.attn_qkv.weight",
                        "transformer.h.#.self_attention.query_key_value.weight",
                        d.qkvWidth(),
                        d.hidden()),
                required(
                        "blk.#.attn_output.weight",
                        "transformer.h.#.self_attention.dense.weight",
                        d.hidden(),
                        d.queryWidth()),
                required("blk.#.ffn_up.weight", "transformer.h.#.mlp.dense_h_to_4h.weight", d.ffn(), d.hidden()),
                required("blk.#.ffn_down.weight", "transformer.h.#.mlp.dense_4h_to_h.weight", d.hidden(), d.ffn()),
                required("output_norm.weight", "transformer.ln_f.weight", d.hidden()),
                required("output_norm.bias", "transformer.ln_f.bias", d.hidden()),
                tied("output.weight", "lm_head.weight", d.vocab(), d.hidden()));
    }

    @Override
    public ChatDefaults chat() {
        return ChatDefaults.of(ChatDefaults.BosPolicy.NEVER, "<|endoftext|>")
                .withStopStrings("\nUser")
                .withTemplate("""
                        {% for message in messages %}{% if not loop.first %}{{ '\\n\\n' }}{% endif %}\
                        {% if message['role'] == 'user' %}{{ 'User: ' }}\
                        {% elif message['role'] == 'assistant' %}{{ 'Assistant: ' }}{% endif %}\
                        {{ message['content'] | replace('\\r\\n', '\\n') | replace('\\n\\n', '\\n') }}{% endfor %}\
                        {% if add_generation_prompt %}{{ '\\n\\nAssistant:' }}{% endif %}""");
    }
}
