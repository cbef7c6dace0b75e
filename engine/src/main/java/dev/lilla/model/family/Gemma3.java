package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.required;
import static dev.lilla.model.family.TensorRule.tied;

import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.RotaryScaling;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/// Gemma 3, the text part of the multimodal models included (arXiv 2503.19786).
///
/// Notable: as Gemma 2 without soft caps, but with norms of every query and key head; one layer in six is global, with
/// a rotary base of its own and the scaling, the others attend to a sliding window with base 10000. Multimodal
/// configurations leave out what equals the 4B model's value.
public record Gemma3() implements Family {
    private static final int PATTERN_DEFAULT = 6;
    private static final double LOCAL_BASE_DEFAULT = 10_000;
    private static final int LAYERS_27B = 62;

    @Override
    public String name() {
        return "gemma3";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("gemma3_text", "gemma3", "Gemma3ForCausalLM");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of("gemma3");
    }

    @Override
    public Dimensions dimensions(ModelConfig config) {
        return switch (config) {
            case HuggingFaceConfig c ->
                new Dimensions(
                                c.count("hidden_size"),
                                c.layers("num_hidden_layers"),
                                c.findCount("num_attention_heads").orElse(8),
                                c.findCount("num_key_value_heads").orElse(4),
                                c.findCount("head_dim").orElse(256),
                                c.count("intermediate_size"),
                                c.findCount("vocab_size").orElse(262_208),
                                c.findContext("max_position_embeddings").orElse(131_072),
                                (float) c.findPositive("rms_norm_eps").orElse(1e-6))
                        .checkedFor(c.file());
            case GgufConfig c -> c.dimensions();
        };
    }

    @Override
    public DecoderSpec spec(ModelSource source) {
        Dimensions d = source.dimensions();
        DecoderBuilder decoder = new DecoderBuilder(source)
                .function(ActivationFunction.GELU_TANH)
                .embeddingScale(Math.sqrt(d.hidden()))
                .headNorms()
                .postNorms()
                .tied(Optional.of(true));
        switch (source.config()) {
            case HuggingFaceConfig config -> {
                double scalar = config.findPositive("query_pre_attn_scalar").orElse(256);
                int pattern = config.findCount("sliding_window_pattern").orElse(PATTERN_DEFAULT);
                IntPredicate sliding = source.slidingLayers(layer -> (layer + 1) % pattern != 0);
                layers(decoder.attentionScale(1 / Math.sqrt(scalar)), source, sliding, localRotary(config, d));
            }
            case GgufConfig config -> {
                int scalar = d.layers() == LAYERS_27B ? d.hidden() / d.heads() : d.headDim();
                int pattern =
                        config.findCount("attention.sliding_window_pattern").orElse(PATTERN_DEFAULT);
                double base = config.key("rope.freq_base_swa")
                        .base(config.findPositive("rope.freq_base_swa").orElse(LOCAL_BASE_DEFAULT));
                decoder.attentionScale(config.findPositive("attention.scale").orElse(1 / Math.sqrt(scalar)));
                layers(decoder, source, layer -> (layer + 1) % pattern != 0, unscaled(base, d));
            }
        }
        return decoder.build(this);
    }

    private static void layers(
            DecoderBuilder decoder, ModelSource source, IntPredicate sliding, RotaryEmbedding local) {
        RotaryEmbedding global = source.config()
                .rotary(RotaryStyle.HALF_SPLIT, source.dimensions().headDim());
        decoder.window(source.config().slidingWindow(), sliding)
                .rotary(layer -> Optional.of(sliding.test(layer) ? local : global));
    }

    private static RotaryEmbedding localRotary(HuggingFaceConfig config, Dimensions d) {
        Optional<HuggingFaceConfig> own =
                config.findObject("rope_parameters").flatMap(parameters -> parameters.findObject("sliding_attention"));
        return own.isPresent()
                ? new HuggingFaceRotary(config, own).embedding(RotaryStyle.HALF_SPLIT, d.headDim())
                : unscaled(
                        config.key("rope_local_base_freq")
                                .base(config.findPositive("rope_local_base_freq")
                                        .orElse(LOCAL_BASE_DEFAULT)),
                        d);
    }

    private static RotaryEmbedding unscaled(double base, Dimensions d) {
        return new RotaryEmbedding(RotaryStyle.HALF_SPLIT, d.headDim(), base, new RotaryScaling.None());
    }

    /// Multimodal checkpoints name the text part, once before `model.` and once behind it.
    @Override
    public String huggingFaceName(String found) {
        return found.replace("language_model.", "");
    }

    @Override
    public List<String> ignoredTensors() {
        return List.of(
                "rotary_emb.inv_freq",
                "vision_tower.",
                "multi_modal_projector.",
                "model.vision_tower.",
                "model.multi_modal_projector.");
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
                required("blk.#.attn_q_norm.weight", "model.layers.#.self_attn.q_norm.weight", d.headDim())
                        .plusOneInGguf(),
                required("blk.#.attn_k_norm.weight", "model.layers.#.self_attn.k_norm.weight", d.headDim())
                        .plusOneInGguf(),
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
