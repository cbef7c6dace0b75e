package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.required;
import static dev.lilla.model.family.TensorRule.tied;

import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.DecoderSpec;
import java.util.List;
import java.util.Set;

/// Mistral 7B and Nemo from Hugging Face; their GGUFs are of architecture `llama`.
///
/// Notable: Llama's shape; version 0.1 attends to a sliding window of 4096 tokens (Jiang et al., arXiv 2310.06825),
/// which llama.cpp's converter drops; Nemo's heads are narrower than an equal part of the hidden width.
public record Mistral() implements Family {
    @Override
    public String name() {
        return "mistral";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("mistral", "MistralForCausalLM");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of();
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
        Dimensions d = source.dimensions();
        return new DecoderBuilder(source)
                .rotary(config.rotary(RotaryStyle.HALF_SPLIT, d.headDim()))
                .window(config.slidingWindow(), source.slidingLayers(layer -> true))
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
                required("blk.#.attn_k.weight", "model.layers.#.self_attn.k_proj.weight", d.kvWidth(), d.hidden())
                        .interleavedInGguf(d.kvHeads()),
                required("blk.#.attn_v.weight", "model.layers.#.self_attn.v_proj.weight", d.kvWidth(), d.hidden()),
                required(
                        "blk.#.attn_output.weight",
                        "model.layers.#.self_attn.o_proj.weight",
                        d.hidden(),
                        d.queryWidth()),
                required("blk.#.ffn_norm.weight", "model.layers.#.post_attention_layernorm.weight", d.hidden()),
                required("blk.#.ffn_gate.weight", "model.layers.#.mlp.gate_proj.weight", d.ffn(), d.hidden()),
                required("blk.#.ffn_up.weight", "model.layers.#.mlp.up_proj.weight", d.ffn(), d.hidden()),
                required("blk.#.ffn_down.weight", "model.layers.#.mlp.down_proj.weight", d.hidden(), d.ffn()),
                required("output_norm.weight", "model.norm.weight", d.hidden()),
                tied("output.weight", "lm_head.weight", d.vocab(), d.hidden()));
    }

    @Override
    public ChatDefaults chat() {
        return ChatDefaults.of(ChatDefaults.BosPolicy.ALWAYS, "</s>").withTemplate("""
                        {{ bos_token }}{% if messages[0]['role'] == 'system' %}\
                        {% set system = messages[0]['content'] + '\\n\\n' %}{% set messages = messages[1:] %}\
                        {% else %}{% set system = '' %}{% endif %}{% for message in messages %}\
                        {% if message['role'] == 'assistant' %}{{ ' ' + message['content'] + eos_token }}\
                        {% else %}{{ '[INST] ' + (system if loop.first else '') + message['content'] + ' [/INST]' }}\
                        {% endif %}{% endfor %}""");
    }
}
