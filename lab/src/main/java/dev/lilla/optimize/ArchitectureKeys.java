package dev.lilla.optimize;

import dev.lilla.format.GgufValue;
import dev.lilla.kernel.AttentionMask;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.Norm;
import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.RotaryScaling;
import dev.lilla.model.family.Dimensions;
import dev.lilla.model.family.ModelDescription;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// The GGUF keys that describe a decoder, as llama.cpp's converter names them, and a few that it loses: Mistral's
/// window, Qwen v1's training context, Gemma 3's pattern of windows.
///
/// Source: `convert_hf_to_gguf.py`; keys beyond it are marked.
final class ArchitectureKeys {
    private static final String PHI3 = "phi3";
    private static final String GEMMA3 = "gemma3";
    private static final List<String> SCALED_BY_KEY = List.of("gemma2", GEMMA3);

    private final ModelDescription model;
    private final String architecture;
    private final Map<String, GgufValue> keys = new LinkedHashMap<>();

    private ArchitectureKeys(ModelDescription model, String architecture) {
        this.model = model;
        this.architecture = architecture;
    }

    static Map<String, GgufValue> of(ModelDescription model, String architecture) {
        ArchitectureKeys writer = new ArchitectureKeys(model, architecture);
        writer.addSizes();
        writer.addAttention();
        writer.addRotary();
        writer.addPeculiarities();
        return writer.keys;
    }

    private void put(String name, long value) {
        keys.put(architecture + "." + name, GgufValue.of(value));
    }

    private void put(String name, float value) {
        keys.put(architecture + "." + name, GgufValue.of(value));
    }

    private void put(String name, String value) {
        keys.put(architecture + "." + name, GgufValue.of(value));
    }

    private void addSizes() {
        Dimensions d = model.dimensions();
        put("block_count", d.layers());
        put("context_length", d.contextLength());
        put("embedding_length", d.hidden());
        put("feed_forward_length", architecture.equals("qwen") ? 2L * d.ffn() : d.ffn());
        put("attention.head_count", d.heads());
        put("attention.head_count_kv", d.kvHeads());
        put("attention.key_length", d.headDim());
        put("attention.value_length", d.headDim());
        put("vocab_size", d.vocab());
        boolean isRms = model.spec().norm().kind() == Norm.Kind.RMS;
        put(isRms ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon", d.epsilon());
    }

    private void addAttention() {
        List<Attention> layers = layers(model.spec());
        AttentionMask mask = layers.getFirst().mask();
        boolean isWindowed = layers.stream().anyMatch(layer -> layer.mask().window() < Integer.MAX_VALUE);
        OptionalInt window = model.config().slidingWindow();
        if (isWindowed && window.isPresent()) {
            put("attention.sliding_window", window.getAsInt());
        } else if (architecture.equals(PHI3)) {
            put("attention.sliding_window", 0);
        }
        if (mask.softCap() > 0) {
            put("attn_logit_softcapping", mask.softCap());
        }
        if (model.spec().head().softCap() > 0) {
            put("final_logit_softcapping", model.spec().head().softCap());
        }
        if (SCALED_BY_KEY.contains(architecture)) {
            put("attention.scale", mask.scale()); // llama.cpp knows it by the size of the model
        }
    }

    private void addRotary() {
        Optional<RotaryEmbedding> found = globalRotary(model);
        if (found.isEmpty()) {
            return;
        }
        RotaryEmbedding rotary = found.get();
        put("rope.dimension_count", rotary.dim());
        put("rope.freq_base", (float) rotary.base());
        switch (rotary.scaling()) {
            case RotaryScaling.None() -> {}
            case RotaryScaling.Linear(float factor) -> {
                put("rope.scaling.type", "linear");
                put("rope.scaling.factor", factor);
            }
            case RotaryScaling.Llama3 _, RotaryScaling.Divisors _ -> {} // a tensor says it
            case RotaryScaling.DynamicNtk(int trainContext) -> put("rope.train_context", trainContext); // ours
            case RotaryScaling.LongRope longRope -> {
                put("rope.scaling.original_context_length", longRope.originalContext());
                put("rope.scaling.attn_factor", longRope.magnitude());
            }
            case RotaryScaling.Yarn yarn -> addYarn(yarn);
        }
    }

    private void addYarn(RotaryScaling.Yarn yarn) {
        put("rope.scaling.type", "yarn");
        put("rope.scaling.factor", yarn.factor());
        put("rope.scaling.original_context_length", yarn.originalContext());
        put("rope.scaling.yarn_beta_fast", yarn.betaFast());
        put("rope.scaling.yarn_beta_slow", yarn.betaSlow());
        double usual = yarn.factor() <= 1 ? 1 : 0.1 * Math.log(yarn.factor()) + 1;
        float attention = (float) (yarn.magnitude() / usual);
        if (Math.abs(attention - 1) > 1e-6f) {
            put("rope.scaling.attn_factor", attention);
        }
    }

    private void addPeculiarities() {
        DecoderSpec spec = model.spec();
        switch (architecture) {
            case "falcon" -> put("tensor_data_layout", "jploski");
            case "qwen" -> // ours
                layers(spec).getFirst().lognContext().ifPresent(context -> put("rope.train_context", context));
            case PHI3 -> {
                long original = model.directory()
                        .map(directory -> directory
                                .config()
                                .path("original_max_position_embeddings")
                                .asLong(0))
                        .filter(positions -> positions > 0)
                        .orElse((long) spec.contextLength());
                put("rope.scaling.original_context_length", original);
            }
            case GEMMA3 -> {
                put("attention.sliding_window_pattern", windowPattern(layers(spec))); // ours, as the next
                layers(spec).stream()
                        .filter(layer -> layer.mask().window() < Integer.MAX_VALUE)
                        .findFirst()
                        .flatMap(Attention::rotary)
                        .ifPresent(local -> put("rope.freq_base_swa", (float) local.base()));
            }
            default -> {}
        }
    }

    /// The rotation of the layers that see everything, which is the only one outside Gemma 3.
    static Optional<RotaryEmbedding> globalRotary(ModelDescription model) {
        List<Attention> layers = layers(model.spec());
        List<Attention> turning =
                layers.stream().filter(layer -> layer.rotary().isPresent()).toList();
        Optional<Attention> global = turning.stream()
                .filter(layer -> layer.mask().window() == Integer.MAX_VALUE)
                .findFirst();
        if (global.isEmpty() && model.family().ggufArchitectures().contains(GEMMA3)) {
            return turning.stream()
                    .findFirst()
                    .flatMap(Attention::rotary)
                    .map(local -> model.config()
                            .rotary(local.style(), model.dimensions().headDim()));
        }
        return global.or(() -> turning.stream().findFirst()).flatMap(Attention::rotary);
    }

    /// The smallest `p` so that every `p`-th layer, and no other, sees everything.
    private static int windowPattern(List<Attention> layers) {
        return IntStream.rangeClosed(1, layers.size() + 1)
                .filter(pattern -> IntStream.range(0, layers.size())
                        .allMatch(layer -> (layers.get(layer).mask().window() == Integer.MAX_VALUE)
                                == ((layer + 1) % pattern == 0)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the layers with a sliding window follow no pattern that GGUF can state"));
    }

    static List<Attention> layers(DecoderSpec spec) {
        return spec.layers().stream()
                .map(LayerSpec::mixer)
                .map(mixer -> switch (mixer) {
                    case Attention attention -> attention;
                })
                .toList();
    }
}
