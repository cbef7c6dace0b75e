package dev.lilla.kernel;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Operands for kernel tests: at odd addresses, with NaN all around, so that what is read or written beside them shows.
final class KernelOperands implements AutoCloseable {
    private static final int GUARD = 256;
    private static final int DIRT = 0x7FC0_BEEF;

    private final Arena arena = Arena.ofShared();
    private final SplittableRandom random;

    KernelOperands(long seed) {
        random = new SplittableRandom(seed);
    }

    Scratch scratch() {
        return new Scratch(arena);
    }

    /// Zeroed, aligned to 64 bytes.
    MemorySegment memory(long bytes) {
        return arena.allocate(bytes, 64);
    }

    Share share(int from, int to) {
        return new Share(from, to, scratch());
    }

    /// A matrix of normal numbers whose rows are farther apart than they are long.
    HostMatrix matrix(int rows, int columns) {
        int stride = columns + 5;
        long bytes = 4L * rows * stride;
        MemorySegment memory = arena.allocate(bytes + 2 * GUARD + 4, 64);
        for (long i = 0; i + 4 <= memory.byteSize(); i += 4) {
            memory.set(ValueLayout.JAVA_INT, i, DIRT);
        }
        HostMatrix matrix = new HostMatrix(memory, GUARD + 4, rows, columns, stride);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                matrix.set(row, column, (float) normal());
            }
        }
        return matrix;
    }

    HostMatrix copy(HostMatrix x) {
        MemorySegment memory = arena.allocate(x.memory().byteSize(), 64);
        memory.copyFrom(x.memory());
        return new HostMatrix(memory, x.offset(), x.rows(), x.columns(), x.stride());
    }

    /// Whether everything beside the elements is as [#matrix] left it.
    static boolean isCleanAround(HostMatrix x) {
        boolean[] inside = new boolean[(int) (x.memory().byteSize() / 4)];
        for (int row = 0; row < x.rows(); row++) {
            int start = (int) (x.at(row, 0) / 4);
            Arrays.fill(inside, start, start + x.columns(), true);
        }
        for (int i = 0; i < inside.length; i++) {
            if (!inside[i] && x.memory().get(ValueLayout.JAVA_INT, i * 4L) != DIRT) {
                return false;
            }
        }
        return true;
    }

    HostWeight vector(int elements) {
        MemorySegment memory = arena.allocate(4L * elements + 4, 64).asSlice(4);
        for (int i = 0; i < elements; i++) {
            memory.set(HostMatrix.FLOAT, 4L * i, (float) normal());
        }
        return new HostWeight("vector", ElementType.F32, Shape.of(elements), memory);
    }

    /// Random blocks, at an odd address, whose values are finite and not huge.
    HostWeight weight(ElementType type, int out, int in) {
        long bytes = type.byteSize((long) out * in);
        MemorySegment memory = arena.allocate(bytes + 65, 64).asSlice(1, bytes);
        byte[] block = new byte[type.blockBytes()];
        float[] values = new float[type.blockElements()];
        for (long at = 0; at < bytes; at += block.length) {
            do {
                random.nextBytes(block);
                Dequantizer.dequantize(type, MemorySegment.ofArray(block), 0, values, 0, values.length);
            } while (!isModerate(values));
            MemorySegment.copy(block, 0, memory, ValueLayout.JAVA_BYTE, at, block.length);
        }
        return new HostWeight("weight", type, Shape.of(out, in), memory);
    }

    private static boolean isModerate(float[] values) {
        for (float value : values) {
            if (!(Math.abs(value) < 1e6f)) {
                return false;
            }
        }
        return true;
    }

    private double normal() {
        // Sum of twelve uniform numbers: close enough to normal, and the same on every machine.
        double sum = -6;
        for (int i = 0; i < 12; i++) {
            sum += random.nextDouble();
        }
        return sum;
    }

    @Override
    public void close() {
        arena.close();
    }
}
