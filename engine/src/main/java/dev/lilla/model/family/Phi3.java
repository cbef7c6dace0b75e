package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.onlyInGguf;
import static dev.lilla.model.family.TensorRule.required;
import static dev.lilla.model.family.TensorRule.tied;

import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.RotaryEmbedding;
import java.util.List;
import java.util.Set;

/// Phi 3 mini and medium, Phi 3.5 mini, Phi 4 and Phi 4 mini (arXiv 2404.14219, 2503.01743).
///
/// Notable: queries, keys and values in one matrix, gate and other half in another; the 4k models attend to a sliding
/// window; long-context models divide the rotary frequencies by one of two lists, chosen by the length of the prompt;
/// Phi 4 mini turns three quarters of a head and has its head tied.
public record Phi3() implements Family {
    @Override
    public String name() {
        return "phi3";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("phi3", "Phi3ForCausalLM");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of("phi3");
    }

    @Override
    public Set<LoadOptions.Name> options() {
        return Set.of(LoadOptions.Name.SLIDING_WINDOW);
    }

    @Override
    public Dimensions dimensions(ModelConfig config) {
        return config.dimensions();
    }

    @Override
    public DecoderSpec spec(ModelSource source) {
        ModelConfig config = source.config();
        RotaryEmbedding rotary =
                config.rotary(RotaryStyle.HALF_SPLIT, source.dimensions().headDim());
        return new DecoderBuilder(source)
                .rotary(rotary)
                .window(config.slidingWindow(), source.slidingLayers(layer -> true))
                .projection(DecoderBuilder::fusedProjection)
                .fusedGate(GebLayout.Halves.GATE_UP)
                .tied(config.isTied())
                .build(this);
    }

    @Override
    public List<TensorRule> tensors(Dimensions d, LoadOptions options) {
        return List.of(
                required("token_embd.weight", "model.embed_tokens.weight", d.vocab(), d.hidden()),
                required("blk.#.attn_norm.weight", "model.layers.#.input_layernorm.weight", d.hidden()),
                required("blk.#.attn_qkv.weight", "model.layers.#.self_attn.qkv_proj.weight", d.qkvWidth(), d.hidden()),
                required(
                        "blk.#.attn_output.weight",
                        "model.layers.#.self_attn.o_proj.weight",
                        d.hidden(),
                        d.queryWidth()),
                required("blk.#.ffn_norm.weight", "model.layers.#.post_attention_layernorm.weight", d.hidden()),
                required("blk.#.ffn_up.weight", "model.layers.#.mlp.gate_up_proj.weight", 2L * d.ffn(), d.hidden()),
                required("blk.#.ffn_down.weight", "model.layers.#.mlp.down_proj.weight", d.hidden(), d.ffn()),
                required("output_norm.weight", "model.norm.weight", d.hidden()),
                tied("output.weight", "lm_head.weight", d.vocab(), d.hidden()),
                onlyInGguf("rope_factors_long.weight"),
                onlyInGguf("rope_factors_short.weight"));
    }

    @Override
    public ChatDefaults chat() {
        return ChatDefaults.of(ChatDefaults.BosPolicy.TOKENIZER, "<|end|>", "<|endoftext|>", "<|user|>")
                .withTemplate("""
                        {% for message in messages %}\
                        {{ '<|' + message['role'] + '|>\\n' + message['content'] + '<|end|>\\n' }}{% endfor %}\
                        {% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}""");
    }
}
