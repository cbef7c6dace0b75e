package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.required;
import static dev.lilla.model.family.TensorRule.tied;

import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.DecoderSpec;
import java.util.List;
import java.util.Optional;

/// Gemma 2 (arXiv 2408.00118).
///
/// Notable: as Gemma, and norms behind attention and feed-forward block too; scores and logits are soft-capped; every
/// other layer, from the first on, attends to a sliding window; scores are scaled by `query_pre_attn_scalar`, which
/// GGUF does not store: it is the width of a head in all models but 27B.
public record Gemma2() implements Family {
    private static final int LAYERS_27B = 46;

    @Override
    public String name() {
        return "gemma2";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("gemma2", "Gemma2ForCausalLM");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of("gemma2");
    }

    @Override
    public Dimensions dimensions(ModelConfig config) {
        return config.dimensions();
    }

    @Override
    public DecoderSpec spec(ModelSource source) {
        Dimensions d = source.dimensions();
        DecoderBuilder decoder = new DecoderBuilder(source)
                .rotary(source.config().rotary(RotaryStyle.HALF_SPLIT, d.headDim()))
                .window(source.config().slidingWindow(), source.slidingLayers(layer -> layer % 2 == 0))
                .function(ActivationFunction.GELU_TANH)
                .embeddingScale(Math.sqrt(d.hidden()))
                .postNorms()
                .tied(Optional.of(true));
        switch (source.config()) {
            case HuggingFaceConfig config ->
                decoder.attentionScale(1 / Math.sqrt(config.positive("query_pre_attn_scalar")))
                        .scoreCap(config.findPositive("attn_logit_softcapping").orElse(0))
                        .logitCap(config.findPositive("final_logit_softcapping").orElse(0));
            case GgufConfig config -> {
                int scalar = d.layers() == LAYERS_27B ? d.hidden() / d.heads() : d.headDim();
                decoder.attentionScale(config.findPositive("attention.scale").orElse(1 / Math.sqrt(scalar)))
                        .scoreCap(config.findPositive("attn_logit_softcapping").orElse(0))
                        .logitCap(config.findPositive("final_logit_softcapping").orElse(0));
            }
        }
        return decoder.build(this);
    }

    @Override
    public List<TensorRule> tensors(Dimensions d, LoadOptions options) {
        return List.of(
                required("token_embd.weight", "model.embed_tokens.weight", d.vocab(), d.hidden()),
                required("blk.#.attn_norm.weight", "model.layers.#.input_layernorm.weight", d.hidden())
                        .plusOneInGguf(),
                required("blk.#.attn_q.weight", "model.layers.#.self_attn.q_proj.weight", d.queryWidth(), d.hidden()),
                required("blk.#.attn_k.weight", "model.layers.#.self_attn.k_proj.weight", d.kvWidth(), d.hidden()),
                required("blk.#.attn_v.weight", "model.layers.#.self_attn.v_proj.weight", d.kvWidth(), d.hidden()),
                required(
                        "blk.#.attn_output.weight",
                        "model.layers.#.self_attn.o_proj.weight",
                        d.hidden(),
                        d.queryWidth()),
                required(
                                "blk.#.post_attention_norm.weight",
                                "model.layers.#.post_attention_layernorm.weight",
                                d.hidden())
                        .plusOneInGguf(),
                required("blk.#.ffn_norm.weight", "model.layers.#.pre_feedforward_layernorm.weight", d.hidden())
                        .plusOneInGguf(),
                required("blk.#.ffn_gate.weight", "model.layers.#.mlp.gate_proj.weight", d.ffn(), d.hidden()),
                required("blk.#.ffn_up.weight", "model.layers.#.mlp.up_proj.weight", d.ffn(), d.hidden()),
                required("blk.#.ffn_down.weight", "model.layers.#.mlp.down_proj.weight", d.hidden(), d.ffn()),
                required("blk.#.post_ffw_norm.weight", "model.layers.#.post_feedforward_layernorm.weight", d.hidden())
                        .plusOneInGguf(),
                required("output_norm.weight", "model.norm.weight", d.hidden()).plusOneInGguf(),
                tied("output.weight", "lm_head.weight", d.vocab(), d.hidden()));
    }

    @Override
    public ChatDefaults chat() {
        return ChatDefaults.of(ChatDefaults.BosPolicy.ALWAYS, "<end_of_turn>", "<eos>")
                .withTemplate(Gemma.TEMPLATE);
    }
}
