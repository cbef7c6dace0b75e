package dev.lilla.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/// Vectors from and to memory, by address. [HostBackend] has checked shapes and lifetimes before a kernel runs.
///
/// Through the segment of a tensor, every access carries the checks of a segment whose class is not known to the
/// compiler; long bodies then exceed the graph in which it inlines (its `NodeCountInliningCutoff`), and the vectors of
/// what is left out are boxed. Through one constant segment most checks fold away.
final class VectorMemory {
    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    @SuppressWarnings("restricted") // the flag --enable-native-access allows it, as for the mapped models
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

    private VectorMemory() {}

    static FloatVector load(long at) {
        return FloatVector.fromMemorySegment(VectorWidth.FLOATS, ALL, at, ORDER);
    }

    static void store(FloatVector vector, long at) {
        vector.intoMemorySegment(ALL, at, ORDER);
    }

    /// As many bytes as float lanes, at least 8.
    static ByteVector bytes(long at) {
        return ByteVector.fromMemorySegment(VectorWidth.BYTES, ALL, at, ORDER);
    }

    static ByteVector sixteenBytes(long at) {
        return ByteVector.fromMemorySegment(ByteVector.SPECIES_128, ALL, at, ORDER);
    }

    static void storeSixteen(ByteVector vector, long at) {
        vector.intoMemorySegment(ALL, at, ORDER);
    }

    /// Shorts, sign-extended.
    static IntVector shorts(long at) {
        return (IntVector) ShortVector.fromMemorySegment(VectorWidth.SHORTS, ALL, at, ORDER)
                .castShape(VectorWidth.INTS, 0);
    }

    static float number(long at) {
        return ALL.get(HostMatrix.FLOAT, at);
    }

    static void set(long at, float value) {
        ALL.set(HostMatrix.FLOAT, at, value);
    }

    static float half(long at) {
        return Float.float16ToFloat(ALL.get(SHORT, at));
    }

    static int bits16(long at) {
        return ALL.get(SHORT, at);
    }

    static int bits32(long at) {
        return ALL.get(INT, at);
    }

    static long bits64(long at) {
        return ALL.get(LONG, at);
    }

    static byte signed(long at) {
        return ALL.get(ValueLayout.JAVA_BYTE, at);
    }

    static int unsigned(long at) {
        return signed(at) & 0xFF;
    }

    static void clear(long at, long bytes) {
        ALL.asSlice(at, bytes).fill((byte) 0);
    }

    static void copy(long from, long to, long bytes) {
        MemorySegment.copy(ALL, from, ALL, to, bytes);
    }
}
