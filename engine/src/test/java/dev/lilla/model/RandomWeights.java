package dev.lilla.model;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Seeded random f32 tensors for everything a spec names: large enough that each switch moves the logits.
final class RandomWeights implements Function<String, Tensor> {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final RandomGenerator random;

    private RandomWeights(long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    static RandomWeights of(DecoderSpec spec, long seed) {
        RandomWeights weights = new RandomWeights(seed);
        weights.matrix(spec.embedding().table(), spec.vocab(), spec.hidden());
        for (LayerSpec layer : spec.layers()) {
            Attention attention = (Attention) layer.mixer();
            weights.norm(attention.norm(), spec.hidden());
            weights.linears(attention.projection().parts());
            attention.headNorms().ifPresent(norms -> {
                int headDim = attention.projection().query().headDim();
                weights.norm(norms.query(), headDim);
                weights.norm(norms.key(), headDim);
            });
            weights.linears(List.of(attention.output(), layer.feedForward().down()));
            attention.postNorm().ifPresent(norm -> weights.norm(norm, spec.hidden()));
            weights.norm(layer.feedForward().norm(), spec.hidden());
            layer.feedForward().postNorm().ifPresent(norm -> weights.norm(norm, spec.hidden()));
            switch (layer.feedForward()) {
                case FeedForward.Gated gated -> weights.linears(gated.parts());
                case FeedForward.Plain plain -> weights.linears(List.of(plain.up()));
            }
        }
        weights.norm(spec.norm(), spec.hidden());
        weights.linears(List.of(spec.head().weight()));
        return weights;
    }

    @Override
    public Tensor apply(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor " + name);
        }
        return tensor;
    }

    Map<String, Tensor> tensors() {
        return tensors;
    }

    /// The values of a tensor, row-major.
    float[] values(String name) {
        return apply(name).data().toArray(FLOAT);
    }

    /// An F32 tensor on a copy of `values`.
    static Tensor tensor(String name, Shape shape, float[] values) {
        MemorySegment data = MemorySegment.ofArray(new byte[values.length * Float.BYTES]);
        for (int i = 0; i < values.length; i++) {
            data.set(FLOAT, (long) i * Float.BYTES, values[i]);
        }
        return new Tensor(name, ElementType.F32, shape, data);
    }

    private void linears(List<Linear> maps) {
        for (Linear map : maps) {
            matrix(map.weight(), map.out(), map.in());
            map.bias().ifPresent(bias -> vector(bias, map.out(), 0, 0.5));
        }
    }

    private void norm(Norm norm, int length) {
        vector(norm.weight(), length, 1, 0.3);
        norm.bias().ifPresent(bias -> vector(bias, length, 0, 0.3));
    }

    private void matrix(String name, int out, int in) {
        put(name, Shape.of(out, in), 0, 2 / Math.sqrt(in));
    }

    private void vector(String name, int length, double mean, double deviation) {
        put(name, Shape.of(length), mean, deviation);
    }

    private void put(String name, Shape shape, double mean, double deviation) {
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian(mean, deviation);
        }
        tensors.putIfAbsent(name, tensor(name, shape, values));
    }
}
