package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class DequantizerTest {
    @Nested
    class PlainTypes {
        @Test
        void keepsF32Unchanged() {
            MemorySegment source =
                    bytes(9).putFloat(1, -0.0f).putFloat(5, 1e-42f).segment();
            float[] target = new float[2];
            Dequantizer.dequantize(ElementType.F32, source, 1, target, 0, 2);
            assertThat(target).containsExactly(-0.0f, 1e-42f);
        }

        @Test
        void roundsF64ToTheNearestF32() {
            MemorySegment source = bytes(11).putDouble(3, 0.1).segment();
            float[] target = new float[1];
            Dequantizer.dequantize(ElementType.F64, source, 3, target, 0, 1);
            assertThat(target).containsExactly(0.1f);
        }

        @Test
        void widensBothKindsOfHalves() {
            MemorySegment source =
                    bytes(5).putShort(1, 0x3C00).putShort(3, 0x3F80).segment();
            float[] target = new float[2];
            Dequantizer.dequantize(ElementType.F16, source, 1, target, 0, 1);
            Dequantizer.dequantize(ElementType.BF16, source, 3, target, 1, 1);
            assertThat(target).containsExactly(1f, 1f);
        }
    }

    @Nested
    class Rows {
        @Test
        void readsTheRowAskedFor() {
            MemorySegment source = bytes(24)
                    .putFloat(0, 1)
                    .putFloat(4, 2)
                    .putFloat(8, 3)
                    .putFloat(12, 4)
                    .putFloat(16, 5)
                    .putFloat(20, 6)
                    .segment();
            Tensor tensor = new Tensor("t", ElementType.F32, Shape.of(2, 3), source);
            assertThat(Dequantizer.row(tensor, 1)).containsExactly(4, 5, 6);
        }

        @Test
        void refusesARowThatIsNotThere() {
            Tensor tensor = new Tensor("t", ElementType.F16, Shape.of(2, 1), MemorySegment.ofArray(new byte[4]));
            assertThatThrownBy(() -> Dequantizer.row(tensor, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> Dequantizer.row(tensor, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ALL, names = "I?Q.*")
    void unpacksALongRowAsItsBlocksOneByOne(ElementType type) {
        int blocks = 37;
        byte[] bytes = new byte[blocks * type.blockBytes()];
        RandomGenerator.of("L64X128MixRandom").nextBytes(bytes);
        MemorySegment source = MemorySegment.ofArray(bytes);
        int elements = type.blockElements();
        float[] together = new float[blocks * elements];
        float[] single = new float[blocks * elements];
        Dequantizer.dequantize(type, source, 0, together, 0, together.length);
        for (int block = 0; block < blocks; block++) {
            Dequantizer.dequantize(type, source, (long) block * type.blockBytes(), single, block * elements, elements);
        }
        assertThat(together).containsExactly(single);
    }

    @ParameterizedTest
    @EnumSource(names = {"I64", "I32", "I16", "I8", "U8", "BOOL"})
    void refusesNumbersThatAreNotReal(ElementType type) {
        MemorySegment source = MemorySegment.ofArray(new byte[8]);
        assertThatThrownBy(() -> Dequantizer.dequantize(type, source, 0, new float[1], 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(type.name());
    }

    @Test
    void refusesPartsOfABlock() {
        MemorySegment source = MemorySegment.ofArray(new byte[64]);
        assertThatThrownBy(() -> Dequantizer.dequantize(ElementType.Q4_0, source, 0, new float[33], 0, 33))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesRangesOutsideTheirMemory() {
        MemorySegment source = MemorySegment.ofArray(new byte[36]);
        assertThatThrownBy(() -> Dequantizer.dequantize(ElementType.Q4_0, source, 19, new float[32], 0, 32))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Dequantizer.dequantize(ElementType.Q4_0, source, 0, new float[32], 1, 32))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static Bytes bytes(int size) {
        return new Bytes(ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN));
    }

    private record Bytes(ByteBuffer buffer) {
        Bytes putFloat(int at, float value) {
            buffer.putFloat(at, value);
            return this;
        }

        Bytes putDouble(int at, double value) {
            buffer.putDouble(at, value);
            return this;
        }

        Bytes putShort(int at, int value) {
            buffer.putShort(at, (short) value);
            return this;
        }

        MemorySegment segment() {
            return MemorySegment.ofBuffer(buffer);
        }
    }
}
