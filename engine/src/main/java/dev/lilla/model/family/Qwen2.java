package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.required;
import static dev.lilla.model.family.TensorRule.tied;

import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.DecoderSpec;
import java.util.List;

/// Qwen 1.5, 2 and 2.5.
///
/// Notable: Llama's shape with biases on queries, keys and values alone (Yang et al., arXiv 2407.10671). A window in
/// the configuration counts only with `use_sliding_window`, and then from layer `max_window_layers` on. Text is
/// NFC-normalized and has no token for its beginning.
public record Qwen2() implements Family {
    /// One turn after the other, from `<|im_start|>ROLE` to `<|im_end|>`.
    static final String CHAT_ML = """
            {% for message in messages %}\
            {{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}\
            {% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}""";

    /// The same with the system message of Qwen 1 to 2 where there is none.
    static final String CHAT_ML_WITH_SYSTEM = """
            {% if messages[0]['role'] != 'system' %}\
            {{ '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}{% endif %}""" + CHAT_ML;

    @Override
    public String name() {
        return "qwen2";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("qwen2", "Qwen2ForCausalLM");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of("qwen2");
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
                .tied(config.isTied());
        if (config instanceof HuggingFaceConfig huggingFace && huggingFace.isSet("use_sliding_window")) {
            int full = huggingFace.findCount("max_window_layers").orElse(0);
            decoder.window(config.slidingWindow(), source.slidingLayers(layer -> layer >= full));
        }
        return decoder.build(this);
    }

    @Override
    public List<TensorRule> tensors(Dimensions d, LoadOptions options) {
        return List.of(
                required("token_embd.weight", "model.embed_tokens.weight", d.vocab(), d.hidden()),
                required("blk.#.attn_norm.weight", "model.layers.#.input_layernorm.weight", d.hidden()),
                required("blk.#.attn_q.weight", "model.layers.#.self_attn.q_proj.weight", d.queryWidth(), d.hidden()),
                required("blk.#.attn_q.bias", "model.layers.#.self_attn.q_proj.bias", d.queryWidth()),
                required("blk.#.attn_k.weight", "model.layers.#.self_attn.k_proj.weight", d.kvWidth(), d.hidden()),
                required("blk.#.attn_k.bias", "model.layers.#.self_attn.k_proj.bias", d.kvWidth()),
                required("blk.#.attn_v.weight", "model.layers.#.self_attn.v_proj.weight", d.kvWidth(), d.hidden()),
                required("blk.#.attn_v.bias", "model.layers.#.self_attn.v_proj.bias", d.kvWidth()),
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
        return ChatDefaults.of(ChatDefaults.BosPolicy.NEVER, "<|im_end|>", "<|endoftext|>")
                .withSystem("You are a helpful assistant.")
                .withTemplate(CHAT_ML_WITH_SYSTEM);
    }
}
