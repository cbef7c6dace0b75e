package dev.lilla.kernel;

import java.util.List;

/// The checks before any memory is touched: every operation states what must agree.
final class ShapeCheck {
    private ShapeCheck() {}

    static HostMatrix host(Activation activation) {
        if (activation instanceof HostMatrix matrix) {
            if (!matrix.memory().scope().isAlive()) {
                throw new IllegalArgumentException("activations " + matrix + " were freed with their backend");
            }
            return matrix;
        }
        throw new IllegalArgumentException("activations of another backend: " + activation.getClass());
    }

    static HostWeight host(Weight weight) {
        if (weight instanceof HostWeight held) {
            if (!held.data().scope().isAlive()) {
                throw new IllegalArgumentException("weight " + held + " is used after its file or backend was closed");
            }
            return held;
        }
        throw new IllegalArgumentException("weight " + weight.name() + " of another backend: " + weight.getClass());
    }

    static HostKvBlocks host(KvBlocks cache) {
        if (cache instanceof HostKvBlocks blocks) {
            return blocks;
        }
        throw new IllegalArgumentException("cache blocks of another backend: " + cache.getClass());
    }

    static void require(boolean agrees, String operation, Object... operands) {
        if (!agrees) {
            StringBuilder message = new StringBuilder(operation + ": shapes do not agree:");
            for (Object operand : operands) {
                message.append(' ').append(operand);
            }
            throw new IllegalArgumentException(message.toString());
        }
    }

    static void same(String operation, HostMatrix a, HostMatrix b) {
        require(a.rows() == b.rows() && a.columns() == b.columns(), operation, a, b);
    }

    static void vector(String operation, HostWeight weight, int elements) {
        require(weight.shape().elements() == elements && weight.shape().rank() == 1, operation, weight, elements);
    }

    static void heads(String operation, Heads heads, int headDim) {
        require(heads.headDim() == headDim, operation, "headDim " + heads.headDim(), "expected " + headDim);
    }

    /// The layer of a cache that `heads` K/V heads of `headDim` belong to.
    static void layer(HostKvBlocks cache, int layer, int headDim) {
        List<KvLayout.Layer> layers = cache.layout().layers();
        if (layer < 0 || layer >= layers.size()) {
            throw new IllegalArgumentException("layer " + layer + " of a cache of " + layers.size() + " layers");
        }
        require(
                layers.get(layer).headDim() == headDim,
                "cache layer " + layer,
                layers.get(layer),
                "headDim " + headDim);
    }

    static void spans(List<Span> spans, int rows, HostKvBlocks cache) {
        for (Span span : spans) {
            if ((long) span.row() + span.count() > rows) {
                throw new IllegalArgumentException(span + " exceeds the batch of " + rows + " rows");
            }
            int blocks = Math.ceilDiv(span.position() + span.count(), KvLayout.BLOCK_TOKENS);
            for (int i = 0; i < blocks; i++) {
                cache.memory(span.blocks()[i]);
            }
        }
    }
}
