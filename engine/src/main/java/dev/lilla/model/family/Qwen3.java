package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.optional;
import static dev.lilla.model.family.TensorRule.required;
import static dev.lilla.model.family.TensorRule.tied;

import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.DecoderSpec;
import java.util.List;

/// Qwen 3, dense (arXiv 2505.09388).
///
/// Notable: Llama's shape with norms of every query and key head before the rotation, and heads wider than an equal
/// part of the hidden width. A window in the configuration counts only with `use_sliding_window`. The template thinks
/// aloud between `<think>` and `</think>` unless told not to.
public record Qwen3() implements Family {
    @Override
    public String name() {
        return "qwen3";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("qwen3", "Qwen3ForCausalLM");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of("qwen3");
    }

    @Override
    public Dimensions dimensions(ModelConfig config) {
        return config.dimensions();
    }

    @Override
    public DecoderSpec spec(ModelSource source) {
        ModelConfig config = source.config();
        DecoderBuilder decoder = new DecoderBuilder(source)
                .rotary(config.rotary(
                        RotaryStyle.HALF_SPLIT, source.dimensions().headDim()))
                .headNorms()
                .tied(config.isTied());
        if (config instanceof HuggingFaceConfig huggingFace) {
            source.requireBiases(huggingFace, "attention_bias", "blk.#.attn_q.bias");
            if (huggingFace.isSet("use_sliding_window")) {
                int full = huggingFace.findCount("max_window_layers").orElse(0);
                decoder.window(config.slidingWindow(), source.slidingLayers(layer -> layer >= full));
            }
        }
        return decoder.build(this);
    }

    @Override
    public List<TensorRule> tensors(Dimensions d, LoadOptions options) {
        return List.of(
                required("token_embd.weight", "model.embed_tokens.weight", d.vocab(), d.hidden()),
                required("blk.#.attn_norm.weight", "model.layers.#.input_layernorm.weight", d.hidden()),
                required("blk.#.attn_q.weight", "model.layers.#.self_attn.q_proj.weight", d.queryWidth(), d.hidden()),
                optional("blk.#.attn_q.bias", "model.layers.#.self_attn.q_proj.bias", d.queryWidth()),
                required("blk.#.attn_k.weight", "model.layers.#.self_attn.k_proj.weight", d.kvWidth(), d.hidden()),
                optional("blk.#.attn_k.bias", "model.layers.#.self_attn.k_proj.bias", d.kvWidth()),
                required("blk.#.attn_v.weight", "model.layers.#.self_attn.v_proj.weight", d.kvWidth(), d.hidden()),
                optional("blk.#.attn_v.bias", "model.layers.#.self_attn.v_proj.bias", d.kvWidth()),
                required("blk.#.attn_q_norm.weight", "model.layers.#.self_attn.q_norm.weight", d.headDim()),
                required("blk.#.attn_k_norm.weight", "model.layers.#.self_attn.k_norm.weight", d.headDim()),
                required(
                        "blk.#.attn_output.weight",
                        "model.layers.#.self_attn.o_proj.weight",
                        d.hidden(),
                        d.queryWidth()),
                optional("blk.#.attn_output.bias", "model.layers.#.self_attn.o_proj.bias", d.hidden()),
                required("blk.#.ffn_norm.weight", "model.layers.#.post_attention_layernorm.weight", d.hidden()),
                required("blk.#.ffn_gate.weight", "model.layers.#.mlp.gate_proj.weight", d.ffn(), d.hidden()),
                required("blk.#.ffn_up.weight", "model.layers.#.mlp.up_proj.weight", d.ffn(), d.hidden()),
                required("blk.#.ffn_down.weight", "model.layers.#.mlp.down_proj.weight", d.hidden(), d.ffn()),
                required("output_norm.weight", "model.norm.weight", d.hidden()),
                tied("output.weight", "lm_head.weight", d.vocab(), d.hidden()));
    }

    @Override
    public ChatDefaults chat() {
        return ChatDefaults.of(ChatDefaults.BosPolicy.NEVER, "<|im_end|>", "<|endoftext|>")
                .withTemplate(Qwen2.CHAT_ML);
    }
}
