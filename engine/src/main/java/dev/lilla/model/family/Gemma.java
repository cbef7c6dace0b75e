package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.required;
import static dev.lilla.model.family.TensorRule.tied;

import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.DecoderSpec;
import java.util.List;
import java.util.Optional;

/// Gemma 1 and 1.1 (arXiv 2403.08295).
///
/// Notable: norm weights are stored without the 1 that is added to them, except in GGUF; GELU in its tanh form,
/// whatever `hidden_act` says; embeddings multiplied by the root of the hidden width; the head always is the embedding
/// table; heads are 256 wide, which need not make up the hidden width; 2B has one K/V head. Without its token for the
/// beginning of a text the output is noise.
public record Gemma() implements Family {
    /// Of all Gemmas; their own files refuse system messages, here they go before the first question.
    static final String TEMPLATE = """
            {{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] + '\\n\\n' %}\
            {% set messages = messages[1:] %}{% else %}{% set system = '' %}{% endif %}\
            {% for message in messages %}\
            {{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else message['role']) + '\\n' }}\
            {{ (system if loop.first else '') + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}\
            {% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}""";

    @Override
    public String name() {
        return "gemma";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("gemma", "GemmaForCausalLM");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of("gemma");
    }

    @Override
    public Dimensions dimensions(ModelConfig config) {
        return config.dimensions();
    }

    @Override
    public DecoderSpec spec(ModelSource source) {
        Dimensions d = source.dimensions();
        return new DecoderBuilder(source)
                .rotary(source.config().rotary(RotaryStyle.HALF_SPLIT, d.headDim()))
                .function(ActivationFunction.GELU_TANH)
                .embeddingScale(Math.sqrt(d.hidden()))
                .tied(Optional.of(true))
                .build(this);
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
                required("blk.#.ffn_norm.weight", "model.layers.#.post_attention_layernorm.weight", d.hidden())
                        .plusOneInGguf(),
                required("blk.#.ffn_gate.weight", "model.layers.#.mlp.gate_proj.weight", d.ffn(), d.hidden()),
                required("blk.#.ffn_up.weight", "model.layers.#.mlp.up_proj.weight", d.ffn(), d.hidden()),
                required("blk.#.ffn_down.weight", "model.layers.#.mlp.down_proj.weight", d.hidden(), d.ffn()),
                required("output_norm.weight", "model.norm.weight", d.hidden()).plusOneInGguf(),
                tied("output.weight", "lm_head.weight", d.vocab(), d.hidden()));
    }

    @Override
    public ChatDefaults chat() {
        return ChatDefaults.of(ChatDefaults.BosPolicy.ALWAYS, "<end_of_turn>", "<eos>")
                .withTemplate(TEMPLATE);
    }
}
