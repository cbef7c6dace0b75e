package dev.lilla.kernel;

import static dev.lilla.kernel.BlockBytes.bits16;
import static dev.lilla.kernel.BlockBytes.bits32;

import dev.lilla.tensor.ElementType;

/// The integers inside stored blocks, one by one: codes, and the scales of their groups. What [Dequantizer]
/// multiplies out, taken apart.
final class StoredCodes {
    private StoredCodes() {}

    /// The code of element `i` of the block at `at`, with the sign it has in the value; of IQ4_XS which level it
    /// is.
    static int code(ElementType type, byte[] block, int at, int i) {
        return switch (type) {
            case Q8_0 -> block[at + 2 + i];
            case Q4_1 -> nibble(block, at + 4, i);
            case Q5_0 -> (nibble(block, at + 6, i) | (bits32(block, at + 2) >>> i & 1) << 4) - 16;
            case Q5_1 -> nibble(block, at + 8, i) | (bits32(block, at + 4) >>> i & 1) << 4;
            case IQ4_NL -> nibble(block, at + 2, i);
            case IQ4_XS -> nibble(block, at + 8 + 16 * (i / 32), i % 32);
            case Q2_K -> twoBits(block, at + 16, i);
            case Q3_K -> twoBits(block, at + 32, i) + 4 * (block[at + i % 32] >> (i / 32) & 1) - 4;
            case Q5_K -> superNibble(block, at + 48, i) + 16 * (block[at + 16 + i % 32] >> (i / 32) & 1);
            case Q6_K -> sixBits(block, at, i) - 32;
            case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL, Q4_0, Q4_K ->
                throw new IllegalArgumentException(type + " is not stored in codes of a byte");
        };
    }

    /// The signed integer scale of 16 elements from `16 * group` on.
    static int scale(ElementType type, byte[] block, int group) {
        return switch (type) {
            case Q3_K -> SuperBlocks.scaleQ3(block, 96, group);
            case Q6_K -> block[192 + group];
            case IQ4_XS -> {
                int low = block[4 + group / 4] >> (group / 2 % 2 * 4) & 15;
                yield (low | (bits16(block, 2) >> (group / 2 * 2) & 3) << 4) - 32;
            }
            default -> throw new IllegalArgumentException(type + " has no signed scale for 16 elements");
        };
    }

    /// The byte at which the f16 scale of a super-block stands.
    static int superScaleAt(ElementType type) {
        return switch (type) {
            case Q3_K -> 108;
            case Q6_K -> 208;
            case IQ4_XS -> 0;
            default -> throw new IllegalArgumentException(type + " has no such scale");
        };
    }

    /// Byte `i` of 16 holds element `i` below and `i + 16` above.
    private static int nibble(byte[] block, int at, int i) {
        return block[at + i % 16] >> (i / 16 * 4) & 15;
    }

    /// Byte `32 p + i` holds elements `64 p + i` below and `64 p + 32 + i` above.
    private static int superNibble(byte[] block, int at, int i) {
        return block[at + i / 64 * 32 + i % 32] >> (i / 32 % 2 * 4) & 15;
    }

    private static int twoBits(byte[] block, int at, int i) {
        int group = i / 16;
        return block[at + SuperBlocks.twoBitByte(group) + i % 16] >> SuperBlocks.twoBitShift(group) & 3;
    }

    private static int sixBits(byte[] block, int at, int i) {
        int group = i / 16;
        int low = block[at + 64 * (group / 8) + group % 4 * 16 + i % 16] >> (group % 8 / 4 * 4) & 15;
        int high = block[at + 128 + 32 * (group / 8) + group % 2 * 16 + i % 16] >> (group % 8 / 2 * 2) & 3;
        return low | high << 4;
    }
}
