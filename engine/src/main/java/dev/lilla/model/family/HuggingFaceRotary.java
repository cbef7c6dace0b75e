package dev.lilla.model.family;

import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.RotaryScaling;
import java.util.Optional;

/// The rotary embedding as config.json has it: `rope_theta` and `rope_scaling` of transformers 4, or
/// `rope_parameters` of transformers 5, which holds both.
///
/// @param config the whole configuration
/// @param rope the object about rotary embedding, if there is one
record HuggingFaceRotary(HuggingFaceConfig config, Optional<HuggingFaceConfig> rope) {
    private static final double BASE_DEFAULT = 10_000;

    /// Of the layers that attend to everything, where those with a window have one of their own.
    static HuggingFaceRotary of(HuggingFaceConfig config) {
        Optional<HuggingFaceConfig> rope = config.findObject("rope_parameters")
                .map(parameters -> parameters.findObject("full_attention").orElse(parameters));
        return new HuggingFaceRotary(config, rope.or(() -> config.findObject("rope_scaling")));
    }

    /// The embedding of heads of `headDim`, of which `partial_rotary_factor` may turn only a part.
    RotaryEmbedding embedding(RotaryStyle style, int headDim) {
        double part = find("partial_rotary_factor", 1);
        int dim = (int) (headDim * part);
        if (part > 1 || dim < 2 || dim % 2 != 0) {
            throw config.key("partial_rotary_factor")
                    .bad(part, "an even number of at most " + headDim + " turned elements");
        }
        return new RotaryEmbedding(style, dim, base(), scaling(dim));
    }

    private double base() {
        return config.key("rope_theta").base(find("rope_theta", BASE_DEFAULT));
    }

    private double find(String name, double absent) {
        return rope.map(object -> object.findPositive(name))
                .filter(value -> value.isPresent())
                .orElseGet(() -> config.findPositive(name))
                .orElse(absent);
    }

    private RotaryScaling scaling(int dim) {
        if (rope.isEmpty()) {
            return new RotaryScaling.None();
        }
        HuggingFaceConfig object = rope.get();
        String type =
                object.findText("rope_type").or(() -> object.findText("type")).orElse("default");
        return switch (type) {
            case "default" -> new RotaryScaling.None();
            case "linear" -> new RotaryScaling.Linear((float) object.positive("factor"));
            case "llama3" -> llama3(object);
            case "yarn" -> yarn(object);
            case "longrope", "su" -> longRope(object, dim);
            default ->
                throw new UnsupportedModelException(config.file() + ": rotary scaling of type " + type
                        + " is not supported yet. Supported: default, linear, llama3, yarn, longrope."
                        + " Remove rope_scaling to run the model within its original context.");
        };
    }

    private RotaryScaling llama3(HuggingFaceConfig object) {
        float low = (float) object.positive("low_freq_factor");
        float high = (float) object.positive("high_freq_factor");
        if (high <= low) {
            throw object.key("high_freq_factor").bad(high, "more than low_freq_factor, " + low);
        }
        return new RotaryScaling.Llama3((float) object.positive("factor"), low, high, originalContext(object));
    }

    private RotaryScaling yarn(HuggingFaceConfig object) {
        double factor = object.positive("factor");
        double magnitude = object.findPositive("attention_factor").orElseGet(() -> yarnMagnitude(object, factor));
        return new RotaryScaling.Yarn(
                (float) factor,
                originalContext(object),
                (float) object.findPositive("beta_fast").orElse(32),
                (float) object.findPositive("beta_slow").orElse(1),
                (float) magnitude);
    }

    private static double yarnMagnitude(HuggingFaceConfig object, double factor) {
        if (object.has("mscale") && object.has("mscale_all_dim")) {
            return yarnMagnitude(factor, object.positive("mscale"))
                    / yarnMagnitude(factor, object.positive("mscale_all_dim"));
        }
        return yarnMagnitude(factor, 1);
    }

    private static double yarnMagnitude(double factor, double scale) {
        return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
    }

    private RotaryScaling longRope(HuggingFaceConfig object, int dim) {
        int original = originalContext(object);
        double factor = config.has("original_max_position_embeddings") || !object.has("factor")
                ? (double) config.context("max_position_embeddings") / original
                : object.positive("factor");
        double magnitude = object.findPositive("attention_factor").orElse(longRopeMagnitude(factor, original));
        return new RotaryScaling.LongRope(
                object.positives("short_factor", dim / 2), object.positives("long_factor", dim / 2), original, (float)
                        magnitude);
    }

    /// What lets attention keep its spread over a context `factor` times the original.
    static double longRopeMagnitude(double factor, int originalContext) {
        return factor <= 1 || originalContext < 2 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalContext));
    }

    private int originalContext(HuggingFaceConfig object) {
        String name = "original_max_position_embeddings";
        if (object.has(name)) {
            return object.context(name);
        }
        return config.has(name) ? config.context(name) : config.context("max_position_embeddings");
    }
}
