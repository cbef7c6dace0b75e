package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.onlyInGguf;
import static dev.lilla.model.family.TensorRule.optional;
import static dev.lilla.model.family.TensorRule.required;
import static dev.lilla.model.family.TensorRule.tied;

import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.DecoderSpec;
import java.util.List;
import java.util.Set;

/// Llama, and what copies it: TinyLlama, Llama 3.x, SmolLM 1 and 2, Falcon 3.
///
/// Notable: RMS norm, SwiGLU, grouped K/V heads, rotary embedding (Touvron et al., arXiv 2302.13971 and 2307.09288);
/// Llama 3 scales the frequencies. GGUF interleaves the elements of query and key heads, and writes Mistral, GEB and
/// others under this name too. Attention biases and a tied head are there if the checkpoint has them.
public record Llama() implements Family {
    @Override
    public String name() {
        return "llama";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("llama", "LlamaForCausalLM");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of("llama");
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
        DecoderBuilder decoder = new DecoderBuilder(source);
        RotaryStyle style = switch (config) {
            case HuggingFaceConfig huggingFace -> {
                source.requireBiases(huggingFace, "attention_bias", "blk.#.attn_q.bias");
                yield RotaryStyle.HALF_SPLIT;
            }
            case GgufConfig gguf -> {
                decoder.window(gguf.slidingWindow());
                yield RotaryStyle.INTERLEAVED;
            }
        };
        return decoder.rotary(config.rotary(style, source.dimensions().headDim()))
                .tied(config.isTied())
                .build(this);
    }

    @Override
    public List<TensorRule> tensors(Dimensions d, LoadOptions options) {
        return List.of(
                required("token_embd.weight", "model.embed_tokens.weight", d.vocab(), d.hidden()),
                required("blk.#.attn_norm.weight", "model.layers.#.input_layernorm.weight", d.hidden()),
                required("blk.#.attn_q.weight", "model.layers.#.self_attn.q_proj.weight", d.queryWidth(), d.hidden())
                        .interleavedInGguf(d.heads()),
                optional("blk.#.attn_q.bias", "model.layers.#.self_attn.q_proj.bias", d.queryWidth())
                        .interleavedInGguf(d.heads()),
                required("blk.#.attn_k.weight", "model.layers.#.self_attn.k_proj.weight", d.kvWidth(), d.hidden())
                        .interleavedInGguf(d.kvHeads()),
                optional("blk.#.attn_k.bias", "model.layers.#.self_attn.k_proj.bias", d.kvWidth())
                        .interleavedInGguf(d.kvHeads()),
                required("blk.#.attn_v.weight", "model.layers.#.self_attn.v_proj.weight", d.kvWidth(), d.hidden()),
                optional("blk.#.attn_v.bias", "model.layers.#.self_attn.v_proj.bias", d.kvWidth()),
                required(
                        "blk.#.attn_output.weight",
                        "model.layers.#.self_attn.o_proj.weight",
                        d.hidden(),
                        d.queryWidth()),
                optional("blk.#.attn_output.bias", "model.layers.#.self_attn.o_proj.bias", d.hidden()),
                required("blk.#.ffn_norm.weight", "model.layers.#.post_attention_layernorm.weight", d.hidden()),
                required("blk.#.ffn_gate.weight", "model.layers.#.mlp.gate_proj.weight", d.ffn(), d.hidden()),
                optional("blk.#.ffn_gate.bias", "model.layers.#.mlp.gate_proj.bias", d.ffn()),
                required("blk.#.ffn_up.weight", "model.layers.#.mlp.up_proj.weight", d.ffn(), d.hidden()),
                optional("blk.#.ffn_up.bias", "model.layers.#.mlp.up_proj.bias", d.ffn()),
                required("blk.#.ffn_down.weight", "model.layers.#.mlp.down_proj.weight", d.hidden(), d.ffn()),
                optional("blk.#.ffn_down.bias", "model.layers.#.mlp.down_proj.bias", d.hidden()),
                required("output_norm.weight", "model.norm.weight", d.hidden()),
                tied("output.weight", "lm_head.weight", d.vocab(), d.hidden()),
                onlyInGguf("rope_freqs.weight"));
    }

    /// No template to fall back on: the members of this family share none.
    @Override
    public ChatDefaults chat() {
        return ChatDefaults.of(ChatDefaults.BosPolicy.TOKENIZER, "</s>", "<|eot_id|>", "<|eom_id|>", "<|im_end|>");
    }
}
