package dev.lilla.kernel;

import static dev.lilla.kernel.VectorWidth.FLOATS;
import static dev.lilla.kernel.VectorWidth.LANES;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/// Operations element by element and norms. The last, partial vector of a row is read and written under a mask.
final class VectorElements {
    private VectorElements() {}

    private static FloatVector load(MemorySegment memory, long at) {
        return FloatVector.fromMemorySegment(FLOATS, memory, at, ByteOrder.LITTLE_ENDIAN);
    }

    private static FloatVector load(HostMatrix x, int row, int i, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(FLOATS, x.memory(), x.at(row, i), ByteOrder.LITTLE_ENDIAN, mask);
    }

    private static FloatVector load(HostWeight x, int i, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(FLOATS, x.data(), i * 4L, ByteOrder.LITTLE_ENDIAN, mask);
    }

    private static void store(FloatVector vector, MemorySegment memory, long at) {
        vector.intoMemorySegment(memory, at, ByteOrder.LITTLE_ENDIAN);
    }

    private static void store(FloatVector vector, HostMatrix x, int row, int i, VectorMask<Float> mask) {
        vector.intoMemorySegment(x.memory(), x.at(row, i), ByteOrder.LITTLE_ENDIAN, mask);
    }

    /// The sum of the lanes, in halves: the built-in reduction leaves the order to the compiler.
    ///
    /// @param spare address of room for a vector
    static float sum(FloatVector lanes, long spare) {
        VectorMemory.store(lanes, spare);
        return VectorMatmul.reduceVector(spare);
    }

    static void rmsNorm(HostMatrix x, int row, NormWeights norm, HostMatrix y, long spare) {
        double mean = squares(x, row, 0, spare) / x.columns();
        scale(x, row, norm, new Shift(0, (float) (1 / Math.sqrt(mean + norm.epsilon()))), y);
    }

    static void layerNorm(HostMatrix x, int row, NormWeights norm, HostMatrix y, long spare) {
        FloatVector sums = FloatVector.zero(FLOATS);
        int whole = FLOATS.loopBound(x.columns());
        for (int i = 0; i < whole; i += LANES) {
            sums = sums.add(load(x.memory(), x.at(row, i)));
        }
        if (whole < x.columns()) {
            sums = sums.add(load(x, row, whole, FLOATS.indexInRange(whole, x.columns())));
        }
        float mean = sum(sums, spare) / x.columns();
        double variance = (double) squares(x, row, mean, spare) / x.columns();
        scale(x, row, norm, new Shift(mean, (float) (1 / Math.sqrt(variance + norm.epsilon()))), y);
    }

    /// `(x - mean) * factor`.
    private record Shift(float mean, float factor) {}

    private static float squares(HostMatrix x, int row, float mean, long spare) {
        FloatVector sums = FloatVector.zero(FLOATS);
        int whole = FLOATS.loopBound(x.columns());
        for (int i = 0; i < whole; i += LANES) {
            FloatVector v = load(x.memory(), x.at(row, i)).sub(mean);
            sums = v.fma(v, sums);
        }
        if (whole < x.columns()) {
            VectorMask<Float> mask = FLOATS.indexInRange(whole, x.columns());
            FloatVector v = load(x, row, whole, mask).sub(mean);
            sums = FloatVector.zero(FLOATS).blend(v.mul(v), mask).add(sums);
        }
        return sum(sums, spare);
    }

    private static void scale(HostMatrix x, int row, NormWeights norm, Shift shift, HostMatrix y) {
        MemorySegment weight = norm.weight().data();
        HostWeight bias = norm.bias();
        int whole = FLOATS.loopBound(x.columns());
        for (int i = 0; i < whole; i += LANES) {
            FloatVector v = load(x.memory(), x.at(row, i)).sub(shift.mean()).mul(shift.factor());
            v = v.mul(load(weight, i * 4L));
            store(bias == null ? v : v.add(load(bias.data(), i * 4L)), y.memory(), y.at(row, i));
        }
        if (whole < x.columns()) {
            VectorMask<Float> mask = FLOATS.indexInRange(whole, x.columns());
            FloatVector v = load(x, row, whole, mask).sub(shift.mean()).mul(shift.factor());
            v = v.mul(load(norm.weight(), whole, mask));
            store(bias == null ? v : v.add(load(bias, whole, mask)), y, row, whole, mask);
        }
    }

    /// `out = function(gate) * up`, or without the factor if `up` is null.
    static void gate(ActivationFunction function, HostMatrix gate, @Nullable HostMatrix up, HostMatrix out, int row) {
        int whole = FLOATS.loopBound(gate.columns());
        for (int i = 0; i < whole; i += LANES) {
            FloatVector v = VectorMath.activate(function, load(gate.memory(), gate.at(row, i)));
            store(up == null ? v : v.mul(load(up.memory(), up.at(row, i))), out.memory(), out.at(row, i));
        }
        if (whole < gate.columns()) {
            VectorMask<Float> mask = FLOATS.indexInRange(whole, gate.columns());
            FloatVector v = VectorMath.activate(function, load(gate, row, whole, mask));
            store(up == null ? v : v.mul(load(up, row, whole, mask)), out, row, whole, mask);
        }
    }

    static void add(HostMatrix x, HostMatrix y, int row) {
        int whole = FLOATS.loopBound(x.columns());
        for (int i = 0; i < whole; i += LANES) {
            store(load(x.memory(), x.at(row, i)).add(load(y.memory(), y.at(row, i))), y.memory(), y.at(row, i));
        }
        if (whole < x.columns()) {
            VectorMask<Float> mask = FLOATS.indexInRange(whole, x.columns());
            store(load(x, row, whole, mask).add(load(y, row, whole, mask)), y, row, whole, mask);
        }
    }

    static void softCap(HostMatrix x, float cap, int row) {
        int whole = FLOATS.loopBound(x.columns());
        for (int i = 0; i < whole; i += LANES) {
            store(VectorMath.tanh(load(x.memory(), x.at(row, i)).div(cap)).mul(cap), x.memory(), x.at(row, i));
        }
        if (whole < x.columns()) {
            VectorMask<Float> mask = FLOATS.indexInRange(whole, x.columns());
            store(VectorMath.tanh(load(x, row, whole, mask).div(cap)).mul(cap), x, row, whole, mask);
        }
    }

    /// Turns elements at `first` with those at `second` by the angles of a row, of [RotaryStyle#HALF_SPLIT].
    static void rotate(MemorySegment memory, long first, long second, RotaryAngles angles, int row) {
        int pairs = angles.frequencies().inverse().length;
        int whole = FLOATS.loopBound(pairs);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector cosine =
                    load(angles.cosines().memory(), angles.cosines().at(row, i));
            FloatVector sine = load(angles.sines().memory(), angles.sines().at(row, i));
            FloatVector a = load(memory, first + i * 4L);
            FloatVector b = load(memory, second + i * 4L);
            store(a.mul(cosine).sub(b.mul(sine)), memory, first + i * 4L);
            store(a.mul(sine).add(b.mul(cosine)), memory, second + i * 4L);
        }
        for (int i = whole; i < pairs; i++) {
            rotateOne(memory, first + i * 4L, second + i * 4L, angles.cosine(row, i), angles.sine(row, i));
        }
    }

    static void rotateOne(MemorySegment memory, long first, long second, float cosine, float sine) {
        float a = memory.get(HostMatrix.FLOAT, first);
        float b = memory.get(HostMatrix.FLOAT, second);
        memory.set(HostMatrix.FLOAT, first, a * cosine - b * sine);
        memory.set(HostMatrix.FLOAT, second, a * sine + b * cosine);
    }
}
