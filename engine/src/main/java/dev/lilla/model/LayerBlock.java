package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.model.Tape.Moment;

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
        step.tape().keep(Moment.LAYER_INPUT, stream);
        attention.norm().forward(backend, stream, normed);
        switch (order) {
            case SEQUENTIAL -> {
                attention.forward(step, normed, update);
                backend.add(update, stream);
                step.tape().keep(Moment.MIDDLE, stream);
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

    /// Backward of [#forward]: the gradient by the stream after the layer becomes that by the stream before it.
    void backward(BackwardStep step) {
        Activation stream = step.changes().stream();
        Activation input = step.kept(Moment.LAYER_INPUT);
        switch (order) {
            case SEQUENTIAL -> {
                Activation middle = step.kept(Moment.MIDDLE);
                feedForward.backward(step, normed(step, feedForward.norm(), middle), stream, dNormed(step));
                feedForward.norm().backward(step, middle, step.changes().normed(), stream);
                attention.backward(step, normed(step, attention.norm(), input), stream, dNormed(step));
                attention.norm().backward(step, input, step.changes().normed(), stream);
            }
            case PARALLEL -> {
                // Both halves read the gradient of the whole layer before either adds to it.
                Activation dSecond =
                        sharedNorm ? dNormed(step) : step.cleared(step.changes().parallel());
                feedForward.backward(step, normed(step, feedForward.norm(), input), stream, dSecond);
                Activation dFirst = sharedNorm ? dSecond : dNormed(step);
                attention.backward(step, normed(step, attention.norm(), input), stream, dFirst);
                attention.norm().backward(step, input, dFirst, stream);
                if (!sharedNorm) {
                    feedForward.norm().backward(step, input, dSecond, stream);
                }
            }
        }
    }

    private static Activation normed(BackwardStep step, BoundNorm norm, Activation x) {
        Activation normed = step.forward().buffers().normed();
        norm.forward(step.backend(), x, normed);
        return normed;
    }

    private static Activation dNormed(BackwardStep step) {
        return step.cleared(step.changes().normed());
    }
}
