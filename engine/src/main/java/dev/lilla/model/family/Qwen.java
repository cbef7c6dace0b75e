package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.required;

import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.RotaryScaling;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// Qwen 1, as its own code has it (arXiv 2309.16609).
///
/// Notable: queries, keys and values in one matrix with the only bias; `w2` is the gate and `w1` the other half; the
/// real feed-forward width is half of what configuration and GGUF state; all heads have their own keys and values.
/// Beyond the training context the rotary base grows with the prompt (dynamic NTK) and queries are scaled (log-n).
/// GGUF keeps neither that context nor the switches: `--train-context` says the first, the others count as on.
public record Qwen() implements Family {
    @Override
    public String name() {
        return "qwen";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("qwen", "QWenLMHeadModel");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of("qwen");
    }

    @Override
    public Set<LoadOptions.Name> options() {
        return Set.of(LoadOptions.Name.TRAIN_CONTEXT);
    }

    @Override
    public Dimensions dimensions(ModelConfig config) {
        return switch (config) {
            case HuggingFaceConfig c -> {
                int heads = c.count("num_attention_heads");
                int hidden = c.count("hidden_size");
                yield new Dimensions(
                                hidden,
                                c.layers("num_hidden_layers"),
                                heads,
                                heads,
                                c.findCount("kv_channels").orElseGet(() -> c.headDim(hidden, heads)),
                                half(c.key("intermediate_size"), c.count("intermediate_size")),
                                c.count("vocab_size"),
                                c.context("max_position_embeddings", "seq_length"),
                                (float) c.positive("layer_norm_epsilon"))
                        .checkedFor(c.file());
            }
            case GgufConfig c -> {
                Dimensions d = c.dimensions();
                int ffn = half(c.key("feed_forward_length"), d.ffn());
                yield new Dimensions(
                        d.hidden(),
                        d.layers(),
                        d.heads(),
                        d.heads(),
                        d.headDim(),
                        ffn,
                        d.vocab(),
                        d.contextLength(),
                        d.epsilon());
            }
        };
    }

    private static int half(ConfigKey key, int doubled) {
        if (doubled % 2 != 0) {
            throw key.bad(doubled, "an even number: twice the width");
        }
        return doubled / 2;
    }

    @Override
    public DecoderSpec spec(ModelSource source) {
        ModelConfig config = source.config();
        Dimensions d = source.dimensions();
        DecoderBuilder decoder = new DecoderBuilder(source).projection(DecoderBuilder::fusedProjection);
        switch (config) {
            case HuggingFaceConfig c -> {
                refuse(c, c.findPositive("rotary_pct").orElse(1) != 1, "rotary_pct");
                refuse(c, !c.findFlag("no_bias").orElse(true), "no_bias");
                int train = source.options().trainContext().orElseGet(() -> c.context("seq_length"));
                double base = c.key("rotary_emb_base")
                        .base(c.findPositive("rotary_emb_base").orElse(10_000));
                decoder.rotary(rotary(
                                d, base, c.isSet("use_dynamic_ntk") ? OptionalInt.of(train) : OptionalInt.empty()))
                        .attention(attention -> c.isSet("use_logn_attn") ? withLogn(attention, train) : attention)
                        .tied(c.isTied());
            }
            case GgufConfig c -> {
                int train = source.options()
                        .trainContext()
                        .orElseGet(() -> c.findCount("rope.train_context").orElse(d.contextLength()));
                double base = config.rotary(RotaryStyle.HALF_SPLIT, d.headDim()).base();
                decoder.rotary(rotary(d, base, OptionalInt.of(train)))
                        .attention(attention -> withLogn(attention, train));
            }
        }
        return decoder.build(this);
    }

    private static RotaryEmbedding rotary(Dimensions d, double base, OptionalInt trainContext) {
        RotaryScaling scaling = trainContext.isPresent()
                ? new RotaryScaling.DynamicNtk(trainContext.getAsInt())
                : new RotaryScaling.None();
        return new RotaryEmbedding(RotaryStyle.HALF_SPLIT, d.headDim(), base, scaling);
    }

    private static Attention withLogn(Attention attention, int context) {
        return new Attention(
                attention.norm(),
                attention.projection(),
                attention.headNorms(),
                attention.rotary(),
                OptionalInt.of(context),
                attention.mask(),
                attention.output(),
                attention.postNorm());
    }

    private static void refuse(HuggingFaceConfig config, boolean refused, String key) {
        if (refused) {
            throw new UnsupportedModelException(config.file() + ": this value of " + key
                    + " is not supported for Qwen 1: no published model has it. Take the original configuration.");
        }
    }

    @Override
    public List<TensorRule> tensors(Dimensions d, LoadOptions options) {
        return List.of(
                required("token_embd.weight", "transformer.wte.weight", d.vocab(), d.hidden()),
                required("blk.#.attn_norm.weight", "transformer.h.#.ln_1.weight", d.hidden()),
                required("blk.#.attn_qkv.weight", "transformer.h.#.attn.c_attn.weight", d.qkvWidth(), d.hidden()),
                required("blk.#.attn_qkv.bias", "transformer.h.#.attn.c_attn.bias", d.qkvWidth()),
                required("blk.#.attn_output.weight", "transformer.h.#.attn.c_proj.weight", d.hidden(), d.queryWidth()),
                required("blk.#.ffn_norm.weight", "transformer.h.#.ln_2.weight", d.hidden()),
                required("blk.#.ffn_gate.weight", "transformer.h.#.mlp.w2.weight", d.ffn(), d.hidden()),
                required("blk.#.ffn_up.weight", "transformer.h.#.mlp.w1.weight", d.ffn(), d.hidden()),
                required("blk.#.ffn_down.weight", "transformer.h.#.mlp.c_proj.weight", d.hidden(), d.ffn()),
                required("output_norm.weight", "transformer.ln_f.weight", d.hidden()),
                required("output.weight", "lm_head.weight", d.vocab(), d.hidden()));
    }

    @Override
    public List<String> ignoredTensors() {
        return List.of("rotary_emb.inv_freq", "attn.masked_bias");
    }

    @Override
    public ChatDefaults chat() {
        return ChatDefaults.of(ChatDefaults.BosPolicy.NEVER, "<|im_end|>", "<|im_start|>", "<|endoftext|>")
                .withSystem("You are a helpful assistant.")
                .withTemplate(Qwen2.CHAT_ML_WITH_SYSTEM)
                .withPlainContent();
    }
}
