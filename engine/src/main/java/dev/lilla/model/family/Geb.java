package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.required;

import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.Projection;
import dev.lilla.model.Projection.HeadLayout;
import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.RotaryScaling;
import java.util.List;
import java.util.Set;

/// GEB 1.3B (arXiv 2406.09900), from Hugging Face; as GGUF it is written as a Llama.
///
/// Notable: a Llama under Megatron-DeepSpeed's names, with keys and values in one matrix, head by head, and gate and
/// other half in another. Its published files leave four points of that open: [GebLayout] holds the likeliest answer,
/// [GebLayoutProbe] tries all. The last two names of tensors are inferred, so they are matched by their endings.
public record Geb() implements Family {
    private static final double BASE = 10_000;
    private static final String FINAL_NORM = "transformer.encoder.final_layernorm.weight";
    private static final String HEAD = "transformer.output_layer.weight";

    @Override
    public String name() {
        return "geb";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("geblm", "GEBForCausalLM");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of();
    }

    @Override
    public Set<LoadOptions.Name> options() {
        return Set.of(LoadOptions.Name.GEB_LAYOUT);
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
                                c.findCount("num_key_value_heads").orElse(heads),
                                c.findCount("kv_channels").orElseGet(() -> c.headDim(hidden, heads)),
                                c.count("ffn_hidden_size"),
                                c.count("padded_vocab_size", "vocab_size"),
                                c.context("seq_length", "max_position_embeddings"),
                                (float) c.positive("layernorm_epsilon"))
                        .checkedFor(c.file());
            }
            case GgufConfig c -> throw new IllegalStateException("no GGUF is of this family");
        };
    }

    private static void checkForm(HuggingFaceConfig config) {
        if (config.isSet("add_bias_linear")
                || config.isSet("apply_residual_connection_post_layernorm")
                || !config.findFlag("post_layer_norm").orElse(true)) {
            throw new UnsupportedModelException(config.file() + ": this form of GEB is not supported: the published"
                    + " model has no biases, reads its residual before the norms and has a final norm.");
        }
    }

    @Override
    public DecoderSpec spec(ModelSource source) {
        GebLayout layout = source.options().gebLayout().orElse(GebLayout.DEFAULT);
        int dim = rotaryDim(layout, source.dimensions());
        if (dim % 2 != 0) {
            throw new ConfigKey(source.config().file(), "kv_channels")
                    .bad(source.dimensions().headDim(), "a multiple of 4: the layout turns half of it");
        }
        return new DecoderBuilder(source)
                .rotary(new RotaryEmbedding(layout.rotaryStyle(), dim, BASE, new RotaryScaling.None()))
                .projection((prefix, all) -> projection(prefix, all, layout.keyValues()))
                .fusedGate(layout.halves())
                .tied(source.config().isTied())
                .build(this);
    }

    private static int rotaryDim(GebLayout layout, Dimensions d) {
        return switch (layout.rotaryPart()) {
            case FULL -> d.headDim();
            case HALF -> d.headDim() / 2;
        };
    }

    private static Projection projection(String prefix, ModelSource source, GebLayout.KeyValues keyValues) {
        Dimensions d = source.dimensions();
        boolean perHead = keyValues == GebLayout.KeyValues.PER_HEAD;
        int stride = perHead ? 2 * d.headDim() : d.headDim();
        int values = d.queryWidth() + (perHead ? d.headDim() : d.kvWidth());
        return new Projection(
                List.of(
                        source.linear(prefix + "attn_q", d.queryWidth(), d.hidden()),
                        source.linear(prefix + "attn_kv", 2 * d.kvWidth(), d.hidden())),
                HeadLayout.adjacent(0, d.heads(), d.headDim()),
                new HeadLayout(d.queryWidth(), d.kvHeads(), d.headDim(), stride),
                new HeadLayout(values, d.kvHeads(), d.headDim(), stride));
    }

    @Override
    public List<TensorRule> tensors(Dimensions d, LoadOptions options) {
        GebLayout layout = options.gebLayout().orElse(GebLayout.DEFAULT);
        String layer = "transformer.encoder.layers.#.";
        return List.of(
                required("token_embd.weight", "transformer.embedding.word_embeddings.weight", d.vocab(), d.hidden()),
                required("blk.#.attn_norm.weight", layer + "input_layernorm.weight", d.hidden()),
                required("blk.#.attn_q.weight", layer + "self_attention.query.weight", d.queryWidth(), d.hidden())
                        .inGguf(new GgufPart("blk.#.attn_q.weight", turned(layout, d, d.heads()), 0)),
                required(
                                "blk.#.attn_kv.weight",
                                layer + "self_attention.key_value.weight",
                                2L * d.kvWidth(),
                                d.hidden())
                        .inGguf(
                                new GgufPart("blk.#.attn_k.weight", keys(layout, d), 0),
                                new GgufPart("blk.#.attn_v.weight", keysOrValues(layout, d, 1), 0)),
                required("blk.#.attn_output.weight", layer + "self_attention.dense.weight", d.hidden(), d.queryWidth()),
                required("blk.#.ffn_norm.weight", layer + "post_attention_layernorm.weight", d.hidden()),
                required("blk.#.ffn_up.weight", layer + "mlp.dense_h_to_4h.weight", 2L * d.ffn(), d.hidden())
                        .inGguf(
                                new GgufPart("blk.#.ffn_gate.weight", RowOrder.range(gateRow(layout, d), d.ffn()), 0),
                                new GgufPart("blk.#.ffn_up.weight", RowOrder.range(upRow(layout, d), d.ffn()), 0)),
                required("blk.#.ffn_down.weight", layer + "mlp.dense_4h_to_h.weight", d.hidden(), d.ffn()),
                required("output_norm.weight", FINAL_NORM, d.hidden()),
                required("output.weight", HEAD, d.vocab(), d.hidden()));
    }

    private static int gateRow(GebLayout layout, Dimensions d) {
        return layout.halves() == GebLayout.Halves.GATE_UP ? 0 : d.ffn();
    }

    private static int upRow(GebLayout layout, Dimensions d) {
        return d.ffn() - gateRow(layout, d);
    }

    /// The heads as architecture `llama` has them: interleaved.
    private static RowOrder turned(GebLayout layout, Dimensions d, int heads) {
        return layout.rotaryStyle() == RotaryStyle.INTERLEAVED
                ? RowOrder.range(0, heads * d.headDim())
                : RowOrder.interleaved(heads, d.headDim(), rotaryDim(layout, d));
    }

    private static RowOrder keys(GebLayout layout, Dimensions d) {
        return turned(layout, d, d.kvHeads()).after(keysOrValues(layout, d, 0));
    }

    /// @param which 0 for the rows of keys, 1 for those of values
    private static RowOrder keysOrValues(GebLayout layout, Dimensions d, int which) {
        return switch (layout.keyValues()) {
            case PER_HEAD -> RowOrder.strided(which * d.headDim(), d.headDim(), 2 * d.headDim(), d.kvHeads());
            case BLOCKED -> RowOrder.range(which * d.kvWidth(), d.kvWidth());
        };
    }

    @Override
    public String huggingFaceName(String found) {
        if (found.endsWith("final_layernorm.weight")) {
            return FINAL_NORM;
        }
        return found.endsWith("output_layer.weight") || found.equals("lm_head.weight") ? HEAD : found;
    }

    @Override
    public List<String> ignoredTensors() {
        return List.of("rotary_pos_emb.inv_freq", "rotary_emb.inv_freq");
    }

    /// No template to fall back on: how the model was taught to talk is not published.
    @Override
    public ChatDefaults chat() {
        return ChatDefaults.of(ChatDefaults.BosPolicy.NEVER, "</s>", "<eop>", "<eod>");
    }
}
