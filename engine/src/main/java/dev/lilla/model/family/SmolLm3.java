package dev.lilla.model.family;

import static dev.lilla.model.family.TensorRule.required;
import static dev.lilla.model.family.TensorRule.tied;

import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.RotaryEmbedding;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/// SmolLM 3.
///
/// Notable: Llama's shape, but every fourth layer does without positions; GGUF interleaves query and key heads as for
/// Llama.
public record SmolLm3() implements Family {
    private static final int INTERVAL_DEFAULT = 4;

    @Override
    public String name() {
        return "smollm3";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("smollm3", "SmolLM3ForCausalLM");
    }

    @Override
    public List<String> ggufArchitectures() {
        return List.of("smollm3");
    }

    @Override
    public Dimensions dimensions(ModelConfig config) {
        return config.dimensions();
    }

    @Override
    public DecoderSpec spec(ModelSource source) {
        ModelConfig config = source.config();
        int headDim = source.dimensions().headDim();
        DecoderBuilder decoder = new DecoderBuilder(source).tied(config.isTied());
        switch (config) {
            case HuggingFaceConfig huggingFace -> {
                IntPredicate turned = turned(huggingFace, source.dimensions().layers());
                RotaryEmbedding rotary = config.rotary(RotaryStyle.HALF_SPLIT, headDim);
                decoder.rotary(layer -> Optional.of(rotary).filter(embedding -> turned.test(layer)));
                if (huggingFace.isSet("use_sliding_window")) {
                    decoder.window(config.slidingWindow(), source.slidingLayers(turned));
                }
            }
            case GgufConfig gguf -> {
                RotaryEmbedding rotary = config.rotary(RotaryStyle.INTERLEAVED, headDim);
                decoder.rotary(layer -> Optional.of(rotary).filter(embedding -> (layer + 1) % INTERVAL_DEFAULT != 0));
            }
        }
        return decoder.build(this);
    }

    private static IntPredicate turned(HuggingFaceConfig config, int layers) {
        String name = "no_rope_layers";
        if (!config.has(name)) {
            int interval = config.findCount("no_rope_layer_interval").orElse(INTERVAL_DEFAULT);
            return layer -> (layer + 1) % interval != 0;
        }
        List<Boolean> turned = config.switches(name);
        if (turned.size() != layers) {
            throw config.key(name).bad(turned.size() + " layers", layers + " layers");
        }
        return turned::get;
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
        return ChatDefaults.of(ChatDefaults.BosPolicy.TOKENIZER, "<|im_end|>", "<|end_of_text|>")
                .withTemplate(Qwen2.CHAT_ML);
    }
}
