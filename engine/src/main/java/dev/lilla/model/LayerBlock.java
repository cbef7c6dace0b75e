package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;

/// One layer with its weights.
///
/// @param attention mixes tokens
/// @param sharedNorm whether both halves read the same normed stream
record LayerBlock(LayerSpec.Order order, AttentionBlock attention, FeedForwardBlock feedForward, boolean sharedNorm) {
    static LayerBlock of(LayerSpec spec, int layer, int hidden, BoundWeights weights, RotaryTable rotary) {
        AttentionBlock attention = switch (spec.mixer()) {
            case Attention mixer -> new AttentionBlock(mixer, layer, hidden, weights, rotary);
        };
        return new LayerBlock(
                spec.order(),
                attention,
                FeedForwardBlock.of(spec.feedForward(), hidden, weights),
                !needsSecondNorm(spec));
    }

    /// Whether a parallel layer norms the stream twice, by different norms.
    static boolean needsSecondNorm(LayerSpec spec) {
        Norm mixerNorm = switch (spec.mixer()) {
            case Attention attention -> attention.norm();
        };
        return spec.order() == LayerSpec.Order.PARALLEL
                && !mixerNorm.equals(spec.feedForward().norm());
    }

    /// Adds what both halves make of the stream to it.
    void forward(Step step) {
        Backend backend = step.backend();
        Activation stream = step.buffers().stream();
        Activation normed = step.buffers().normed();
        Activation update = step.buffers().update();
        attention.norm().forward(backend, stream, normed);
        switch (order) {
            case SEQUENTIAL -> {
                attention.forward(step, normed, update);
                backend.add(update, stream);
                feedForward.norm().forward(backend, stream, normed);
                feedForward.forward(step, normed, update);
            }
            case PARALLEL -> {
                Activation second = sharedNorm ? normed : step.buffers().parallel();
                if (!sharedNorm) {
                    feedForward.norm().forward(backend, stream, second);
                }
                attention.forward(step, normed, update);
                backend.add(update, stream);
                feedForward.forward(step, second, update);
            }
        }
        backend.add(update, stream);
    }
}
