package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Blocks written by hand, field by field, as `ggml-common.h` lays them out.
class BlockLayoutTest {
    private static final int ONE = 0x3C00;
    private static final int TWO = 0x4000;
    private static final int HALF = 0x3800;

    @Nested
    class SimpleTypes {
        @Test
        void splitsBytesOfQ4IntoLowAndHighHalves() {
            float[] values = decoded(
                    ElementType.Q4_0, block(18).putShort(0, TWO).put(2, 0xF1).put(17, 0x80));
            assertThat(values[0]).isEqualTo((1 - 8) * 2);
            assertThat(values[16]).isEqualTo((15 - 8) * 2);
            assertThat(values[15]).isEqualTo((0 - 8) * 2);
            assertThat(values[31]).isEqualTo(0);
        }

        @Test
        void addsTheMinimumOfQ4() {
            float[] values = decoded(
                    ElementType.Q4_1,
                    block(20).putShort(0, HALF).putShort(2, ONE).put(4, 0x3A));
            assertThat(values[0]).isEqualTo(10 * 0.5f + 1);
            assertThat(values[16]).isEqualTo(3 * 0.5f + 1);
            assertThat(values[1]).isEqualTo(1);
        }

        @Test
        void takesTheFifthBitOfQ5FromItsOwnWord() {
            float[] values = decoded(
                    ElementType.Q5_0,
                    block(22).putShort(0, ONE).putInt(2, 1 << 3 | 1 << 19).put(9, 0x42));
            assertThat(values[3]).isEqualTo(16 + 2 - 16);
            assertThat(values[19]).isEqualTo(16 + 4 - 16);
            assertThat(values[4]).isEqualTo(-16);
        }

        @Test
        void addsTheMinimumOfQ5() {
            float[] values = decoded(
                    ElementType.Q5_1,
                    block(24)
                            .putShort(0, ONE)
                            .putShort(2, TWO)
                            .putInt(4, 1 << 31)
                            .put(23, 0x70));
            assertThat(values[31]).isEqualTo(16 + 7 + 2);
            assertThat(values[15]).isEqualTo(2);
        }

        @Test
        void readsBytesOfQ8AsSigned() {
            float[] values = decoded(
                    ElementType.Q8_0, block(34).putShort(0, HALF).put(2, 0x80).put(33, 0x7F));
            assertThat(values[0]).isEqualTo(-64);
            assertThat(values[31]).isEqualTo(63.5f);
        }
    }

    @Nested
    class SuperBlockTypes {
        /// Element 128 + 16 + 2 is quant 2 of group 9: byte 32 + 16 + 2 of the quants, lowest two bits.
        @Test
        void findsTheTwoBitsOfQ2() {
            Block block =
                    block(84).putShort(80, ONE).putShort(82, ONE).put(9, 0x25).put(16 + 50, 0b11);
            float[] values = decoded(ElementType.Q2_K, block);
            assertThat(values[146]).isEqualTo(5 * 3 - 2);
            assertThat(values[147]).isEqualTo(-2);
            assertThat(values[0]).isEqualTo(0);
        }

        /// Scale 0: low nibble 1, high pair 2, so 33 - 32; the high bit of quant 0 set means it is not below zero.
        @Test
        void subtractsFourFromQ3WhereTheHighBitIsClear() {
            Block block = block(110)
                    .putShort(108, ONE)
                    .put(96, 0x01)
                    .put(104, 0x02)
                    .put(0, 1)
                    .put(32, 0b10)
                    .put(33, 0b01);
            float[] values = decoded(ElementType.Q3_K, block);
            assertThat(values[0]).isEqualTo(2);
            assertThat(values[1]).isEqualTo(1 - 4);
        }

        /// Groups 0-3 have six plain bits; group 5's scale is split over bytes 9 and 1, its minimum over 9 and 5.
        @Test
        void joinsTheScalesOfQ4() {
            Block block = block(144)
                    .putShort(0, ONE)
                    .putShort(2, ONE)
                    .put(4 + 1, 0b10_000011)
                    .put(4 + 5, 0b01_000001)
                    .put(4 + 9, 0x74)
                    .put(16, 0x0F)
                    .put(16 + 64, 0xA0);
            float[] values = decoded(ElementType.Q4_K, block);
            assertThat(values[32]).isEqualTo(-1);
            assertThat(values[64 * 2 + 32]).isEqualTo((4 + 32) * 10 - (7 + 16));
        }

        @Test
        void takesTheFifthBitOfQ5ByGroup() {
            Block block = block(176)
                    .putShort(0, ONE)
                    .put(4 + 0, 1)
                    .put(4 + 1, 1)
                    .put(16, 0b10)
                    .put(48, 0x35);
            float[] values = decoded(ElementType.Q5_K, block);
            assertThat(values[0]).isEqualTo(5);
            assertThat(values[32]).isEqualTo(16 + 3);
        }

        /// Element 96: high nibble of byte 32, top two bits of byte 0 of the high pairs, scale of group 6.
        @Test
        void joinsTheSixBitsOfQ6() {
            Block block = block(210)
                    .putShort(208, ONE)
                    .put(192 + 6, 0xFF)
                    .put(32, 0x50)
                    .put(128, 0b11_000000);
            float[] values = decoded(ElementType.Q6_K, block);
            assertThat(values[96]).isEqualTo(-(5 + 48 - 32));
        }
    }

    @Nested
    class NonlinearTypes {
        @Test
        void looksLevelsUp() {
            float[] values =
                    decoded(ElementType.IQ4_NL, block(18).putShort(0, ONE).put(2, 0xF0));
            assertThat(values[0]).isEqualTo(-127);
            assertThat(values[16]).isEqualTo(113);
        }

        /// Group 3: low nibble in the top of byte 5, high pair at bits 6 and 7 of the word at 2.
        @Test
        void joinsTheScalesOfTheSuperBlock() {
            Block block = block(136)
                    .putShort(0, HALF)
                    .putShort(2, 0b10 << 6)
                    .put(5, 0x40)
                    .put(8 + 48, 0x08);
            float[] values = decoded(ElementType.IQ4_XS, block);
            assertThat(values[96]).isEqualTo(0.5f * (32 + 4 - 32) * 1);
            assertThat(values[97]).isEqualTo(0.5f * 4 * -127);
        }
    }

    private static float[] decoded(ElementType type, Block block) {
        float[] values = new float[type.blockElements()];
        Dequantizer.dequantize(type, MemorySegment.ofBuffer(block.bytes()), 0, values, 0, values.length);
        return values;
    }

    private static Block block(int size) {
        return new Block(ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN));
    }

    private record Block(ByteBuffer bytes) {
        Block put(int at, int value) {
            bytes.put(at, (byte) value);
            return this;
        }

        Block putShort(int at, int value) {
            bytes.putShort(at, (short) value);
            return this;
        }

        Block putInt(int at, int value) {
            bytes.putInt(at, value);
            return this;
        }
    }
}
