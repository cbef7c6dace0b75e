package dev.lilla.train;

import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.FeedForward;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.Linear;
import dev.lilla.model.family.ModelDescription;
import java.util.Objects;
import java.util.Optional;

/// What a run takes of the memory, told from shapes before anything is taken.
///
/// @param weightBytes the model's own weights where they stay as they are
/// @param trainedBytes parameters: value, gradient and two moments of each, in f32
/// @param passBytes what a pass keeps for the way back, and works in
public record TrainingMemory(long weightBytes, long trainedBytes, long passBytes) {
    /// The JVM itself, the tokens of the data, and buffers of the kernels.
    private static final long OTHER_BYTES = 300L << 20;
    /// Value, gradient and two moments.
    private static final int NUMBERS_PER_PARAMETER = 4;
    /// Logits held at a time by the decoder that learns.
    private static final int LOGITS_MAX = 1 << 24;

    private static final int LOGIT_ROWS_MIN = 32;

    /// How a run uses memory.
    ///
    /// @param rows the most tokens of a micro-batch
    /// @param recomputes whether the insides of layers are computed twice instead of being kept
    public record Use(Optional<LoraOptions> lora, int rows, boolean recomputes) {
        Use withRows(int value) {
            return new Use(lora, value, recomputes);
        }

        Use recomputing() {
            return new Use(lora, rows, true);
        }
    }

    /// Of a model.
    public static TrainingMemory of(ModelDescription model, Use use) {
        long parameters = use.lora()
                .map(lora -> lora.setup(model, 0).weights().stream()
                        .map(weight -> model.spec().linearMaps().get(weight))
                        .filter(Objects::nonNull)
                        .mapToLong(map -> (long) lora.rank() * (map.in() + map.out()))
                        .sum())
                .orElse(model.parameters());
        // A frozen matrix is read where it lies in the file.
        long weights = use.lora().isPresent() ? model.weightBytes() : 0;
        return new TrainingMemory(
                weights, parameters * NUMBERS_PER_PARAMETER * Float.BYTES, passFloats(model.spec(), use) * Float.BYTES);
    }

    /// All of it.
    public long bytes() {
        return weightBytes + trainedBytes + passBytes + OTHER_BYTES;
    }

    private static long passFloats(DecoderSpec spec, Use use) {
        long inputs = 0;
        long inside = 0;
        long widestInside = 0;
        long cache = 0;
        long widest = 0;
        for (LayerSpec layer : spec.layers()) {
            long kept = inside(layer, spec.hidden());
            inputs += spec.hidden();
            inside += kept;
            widestInside = Math.max(widestInside, kept);
            cache += cache(layer);
            widest = Math.max(widest, buffers(layer, spec.hidden()));
        }
        long perRow = inputs + (use.recomputes() ? widestInside : inside) + cache + 2 * widest;
        int logitRows = Math.clamp(LOGITS_MAX / spec.vocab(), LOGIT_ROWS_MIN, Math.max(LOGIT_ROWS_MIN, use.rows()));
        return perRow * use.rows() + (long) logitRows * spec.vocab();
    }

    /// What is kept of a row beside the input of the layer.
    private static long inside(LayerSpec layer, int hidden) {
        long floats = expanded(layer.feedForward()) + hidden;
        switch (layer.mixer()) {
            case Attention attention -> {
                int width = attention.projection().width();
                floats += width + attention.projection().query().width();
                floats += attention.headNorms().isPresent() ? width : 0;
                floats += attention.postNorm().isPresent() ? hidden : 0;
            }
        }
        return floats + (layer.feedForward().postNorm().isPresent() ? hidden : 0);
    }

    private static long cache(LayerSpec layer) {
        return switch (layer.mixer()) {
            case Attention attention ->
                attention.projection().width()
                        - (long) attention.projection().query().width();
        };
    }

    private static long buffers(LayerSpec layer, int hidden) {
        long attention = switch (layer.mixer()) {
            case Attention mixer ->
                mixer.projection().width() + (long) mixer.projection().query().width();
        };
        return 4L * hidden + attention + expanded(layer.feedForward());
    }

    private static long expanded(FeedForward feedForward) {
        return switch (feedForward) {
            case FeedForward.Gated gated ->
                gated.parts().stream().mapToLong(Linear::out).sum();
            case FeedForward.Plain plain -> plain.up().out();
        };
    }
}
