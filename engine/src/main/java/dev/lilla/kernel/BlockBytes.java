package dev.lilla.kernel;

/// Fields of a stored block: little-endian numbers in a byte array.
final class BlockBytes {
    private BlockBytes() {}

    static int unsigned(byte[] block, int at) {
        return block[at] & 0xFF;
    }

    static int bits32(byte[] block, int at) {
        return unsigned(block, at)
                | unsigned(block, at + 1) << 8
                | unsigned(block, at + 2) << 16
                | unsigned(block, at + 3) << 24;
    }

    static int bits16(byte[] block, int at) {
        return unsigned(block, at) | unsigned(block, at + 1) << 8;
    }

    static float half(byte[] block, int at) {
        return Float.float16ToFloat((short) bits16(block, at));
    }

    static void putBits16(byte[] block, int at, int value) {
        block[at] = (byte) value;
        block[at + 1] = (byte) (value >> 8);
    }

    static void putBits32(byte[] block, int at, int value) {
        putBits16(block, at, value);
        putBits16(block, at + 2, value >> 16);
    }

    /// Stores the nearest half, ties to even, and returns the value stored.
    static float putHalf(byte[] block, int at, float value) {
        short half = Float.floatToFloat16(value);
        putBits16(block, at, half);
        return Float.float16ToFloat(half);
    }
}
