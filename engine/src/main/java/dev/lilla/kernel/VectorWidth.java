package dev.lilla.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The vector width of this program: constants, since the compiler makes machine instructions of vector operations only
/// where it knows the species. Set once, by the system property `lilla.vector.bits` (128, 256 or 512), otherwise the
/// widest the processor has.
final class VectorWidth {
    static final int BITS = bits();
    static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, VectorShape.forBitSize(BITS));
    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, VectorShape.forBitSize(BITS));
    static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(BITS / 2));

    /// As many bytes as float lanes, but at least 8: there is no narrower species.
    static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, BITS / 4)));

    /// Floats in a vector: 4, 8 or 16.
    static final int LANES = FLOATS.length();

    /// Bytes of a vector.
    static final int STEP = BITS / 8;

    private VectorWidth() {}

    private static int bits() {
        // HostOptions has checked it.
        return Integer.getInteger(
                HostOptions.VECTOR_BITS, Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512));
    }
}
