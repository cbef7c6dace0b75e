package dev.lilla.optimize;

import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.RotaryScaling;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/// The tensors by which GGUF states how rotary frequencies are scaled: divisors, one a pair of elements.
final class RotaryTensors {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Original contexts that are tried: powers of two.
    private static final int CONTEXT_MIN = 16;

    private static final int CONTEXT_MAX = 1 << 20;

    /// Relative difference of divisors that rounding explains.
    private static final float CLOSE = 1e-5f;

    private RotaryTensors() {}

    static List<Tensor> of(RotaryEmbedding rotary) {
        return switch (rotary.scaling()) {
            case RotaryScaling.Llama3 llama3 -> List.of(tensor("rope_freqs.weight", divisors(rotary, llama3)));
            case RotaryScaling.Divisors(float[] divisors) -> List.of(tensor("rope_freqs.weight", divisors));
            case RotaryScaling.LongRope longRope ->
                List.of(
                        tensor("rope_factors_long.weight", longRope.longDivisors()),
                        tensor("rope_factors_short.weight", longRope.shortDivisors()));
            case RotaryScaling.None _, RotaryScaling.Linear _, RotaryScaling.DynamicNtk _, RotaryScaling.Yarn _ ->
                List.of();
        };
    }

    /// In single precision and in the order of PyTorch, so that the bits are those that llama.cpp's converter writes.
    private static float[] divisors(RotaryEmbedding rotary, RotaryScaling.Llama3 scaling) {
        float[] divisors = new float[rotary.dim() / 2];
        float low = scaling.lowFrequencyFactor();
        float high = scaling.highFrequencyFactor();
        float context = scaling.originalContext();
        for (int pair = 0; pair < divisors.length; pair++) {
            float exponent = (float) (2 * pair) / rotary.dim();
            float frequency = 1 / (float) Math.pow((float) rotary.base(), exponent);
            float wavelength = 1 / frequency * (float) (2 * Math.PI);
            if (wavelength < context / high) {
                divisors[pair] = 1;
            } else if (wavelength > context / low) {
                divisors[pair] = scaling.factor();
            } else {
                float kept = (1 / wavelength * context - low) / (high - low);
                divisors[pair] = 1 / ((1 - kept) / scaling.factor() + kept);
            }
        }
        return divisors;
    }

    /// The scaling of Llama 3 that has these divisors: its factor is the largest of them, and all published models have
    /// 1 and 4 as the factors of low and high frequencies.
    static Optional<RotaryScaling.Llama3> llama3(RotaryEmbedding rotary, float[] divisors) {
        float factor = 1;
        for (float divisor : divisors) {
            factor = Math.max(factor, divisor);
        }
        for (int context = CONTEXT_MIN; context <= CONTEXT_MAX; context *= 2) {
            RotaryScaling.Llama3 scaling = new RotaryScaling.Llama3(factor, 1, 4, context);
            if (isClose(divisors(rotary, scaling), divisors)) {
                return Optional.of(scaling);
            }
        }
        return Optional.empty();
    }

    private static boolean isClose(float[] found, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            if (Math.abs(found[i] - expected[i]) > CLOSE * expected[i]) {
                return false;
            }
        }
        return true;
    }

    private static Tensor tensor(String name, float[] values) {
        MemorySegment data = MemorySegment.ofArray(new byte[values.length * Float.BYTES]);
        MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
        return new Tensor(name, ElementType.F32, Shape.of(values.length), data);
    }
}
