package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class QuantizerTest {
    @Nested
    class Blocks {
        /// SHA-256 of what ggml's own quantizers (llama.cpp c392e50, compiled with `gcc -O3`, no importance matrix)
        /// write for [#uneven], 8192 values.
        @ParameterizedTest
        @CsvSource({
            "Q4_0, 0369042a3538886ccf97ad2f51a4d5d4402c505e28a373e5066bb4e341d081a0",
            "Q4_1, 0f2a52ef24b901578ac8f48fff171f5f972394cd149819b17945cbfbedda82ca",
            "Q5_0, f47fd555dc07716d61b8d94a03ac8ae6b120615e11328adcf0419f96a5255660",
            "Q5_1, 9ea92724ff4f49172ddbce5cd9257e7f68142a1f95aa5e64aabf26de8fafb71c",
            "Q8_0, 2bf77d69a73322b821e697b2f0f3e2ecaae78e7d260e24858684015038a6ee08",
            "Q2_K, 9e81bb3aa3eb243dc15c61207b08ddde16a4750ca768d8d155eb0940a0da62f1",
            "Q3_K, 1410db1a76b15e1fa11fdc79a447f1a84bbbba8443c0777a551bb57d10b4c759",
            "Q4_K, a25a63832819c4372184732d6dd10ac31d87c7b9eec0db6c4024550426b4b83a",
            "Q5_K, e651f0a0a452d1fae3dd5e1ee24d0b68adb8754aaa60018adfd072d6ed7fcb30",
            "Q6_K, d921843af4e673fdabccc73c4d68806024f3acbd7edba908f4937ddbdb8ee761",
            "IQ4_NL, f24718482b7a751b0e9189b431ae5a771677395610531a13b1ffda65ad7c1e8d",
            "IQ4_XS, 22a69fafcae18ce6c0f2cf75ad4911f4374750fd477b96f2be253483db7e8a69",
        })
        void packsTheBytesThatGgmlPacks(ElementType type, String sha256) throws NoSuchAlgorithmException {
            byte[] packed = quantized(type, uneven(8192));
            assertThat(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(packed)))
                    .isEqualTo(sha256);
        }

        @ParameterizedTest
        @EnumSource(mode = Mode.MATCH_ALL, names = "I?Q.*")
        void storesZerosAsZeros(ElementType type) {
            for (float value : dequantized(type, quantized(type, new float[512]))) {
                assertThat(value == 0).isTrue();
            }
        }

        @ParameterizedTest
        @EnumSource(mode = Mode.MATCH_ALL, names = "I?Q.*")
        void staysCloserWithMoreBits(ElementType type) {
            float[] values = smooth(4096);
            float[] unpacked = dequantized(type, quantized(type, values));
            double bits = 8.0 * type.blockBytes() / type.blockElements();
            assertThat(relativeError(values, unpacked))
                    .isLessThan(2 * Math.pow(2, -bits + 1))
                    .isPositive();
        }

        @ParameterizedTest
        @EnumSource(mode = Mode.MATCH_ALL, names = "I?Q.*")
        void packsPartsAsTheWhole(ElementType type) {
            float[] values = uneven(1024);
            byte[] whole = quantized(type, values);
            byte[] parts = new byte[whole.length + 1];
            MemorySegment target = MemorySegment.ofArray(parts);
            int half = whole.length / 2;
            Quantizer.quantize(type, values, 512, 512, target, 1 + half);
            Quantizer.quantize(type, values, 0, 512, target, 1);
            assertThat(Arrays.copyOfRange(parts, 1, parts.length)).isEqualTo(whole);
        }

        @ParameterizedTest
        @EnumSource(mode = Mode.MATCH_ALL, names = "I?Q.*")
        void survivesValuesThatAreNoNumbers(ElementType type) {
            float[] values = uneven(512);
            values[3] = Float.NaN;
            values[40] = Float.POSITIVE_INFINITY;
            values[300] = Float.NEGATIVE_INFINITY;
            values[500] = Float.MAX_VALUE;
            assertThat(quantized(type, values)).isNotEmpty();
        }
    }

    @Nested
    class PlainTypes {
        @Test
        void roundsToTheNearestBfloat16AndTiesToEven() {
            assertThat(bfloat16(1f)).isEqualTo(0x3F80);
            assertThat(bfloat16(Float.intBitsToFloat(0x3F808000))).isEqualTo(0x3F80);
            assertThat(bfloat16(Float.intBitsToFloat(0x3F818000))).isEqualTo(0x3F82);
            assertThat(bfloat16(Float.intBitsToFloat(0x3F808001))).isEqualTo(0x3F81);
            assertThat(bfloat16(-0f)).isEqualTo(0x8000);
            assertThat(bfloat16(Float.MAX_VALUE)).isEqualTo(0x7F80);
        }

        @Test
        void keepsNanWhateverItsPayload() {
            assertThat(bfloat16(Float.NaN)).isEqualTo(0x7FC0);
            assertThat(bfloat16(Float.intBitsToFloat(0x7F800001))).isEqualTo(0x7FC0);
            assertThat(bfloat16(Float.intBitsToFloat(0xFFFFFFFF))).isEqualTo(0xFFFF);
            byte[] half = quantized(ElementType.F16, new float[] {Float.NaN});
            assertThat(dequantized(ElementType.F16, half)).containsExactly(Float.NaN);
        }

        @ParameterizedTest
        @EnumSource(names = {"F64", "F32"})
        void keepsEveryF32(ElementType type) {
            float[] values = {Float.MIN_VALUE, -0f, 3.4e38f, 0.1f};
            assertThat(dequantized(type, quantized(type, values))).containsExactly(values);
        }

        @Test
        void roundsToTheNearestHalf() {
            float[] values = {1f, 1f + 0x1p-11f, 1f + 3 * 0x1p-11f, 65520f, 0x1p-25f};
            float[] halves = {1f, 1f, 1f + 0x1p-9f, Float.POSITIVE_INFINITY, 0f};
            assertThat(dequantized(ElementType.F16, quantized(ElementType.F16, values)))
                    .containsExactly(halves);
        }

        private static int bfloat16(float value) {
            byte[] bytes = quantized(ElementType.BF16, new float[] {value});
            return (bytes[0] & 0xFF) | (bytes[1] & 0xFF) << 8;
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"I64", "I32", "I16", "I8", "U8", "BOOL"})
    void refusesTypesThatAreNotReal(ElementType type) {
        assertThatThrownBy(() -> quantized(type, new float[1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(type.name());
    }

    @Test
    void refusesRangesOutsideTheirMemory() {
        MemorySegment target = MemorySegment.ofArray(new byte[34]);
        assertThatThrownBy(() -> Quantizer.quantize(ElementType.Q8_0, new float[32], 1, 32, target, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Quantizer.quantize(ElementType.Q8_0, new float[32], 0, 32, target, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Quantizer.quantize(ElementType.Q8_0, new float[40], 0, 33, target, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void roundsHalvesOfEightBitsAwayFromZero() {
        float[] values = new float[32];
        values[0] = 127;
        values[1] = 2.5f;
        values[2] = -2.5f;
        values[3] = 0.49999997f;
        assertThat(dequantized(ElementType.Q8_0, quantized(ElementType.Q8_0, values)))
                .startsWith(127f, 3f, -3f, 0f)
                .satisfies(unpacked -> assertThat(unpacked[31]).isCloseTo(0f, within(0f)));
    }

    /// Cubes of uniform numbers, in groups of 16 of very different size, each thirteenth all zero.
    private static float[] uneven(int count) {
        float[] values = new float[count];
        int state = 1;
        for (int i = 0; i < count; i++) {
            state = state * 1664525 + 1013904223;
            float uniform = ((state >>> 8) - 8388608) * 0x1p-23f;
            int group = i / 16;
            values[i] = group % 13 == 12 ? 0 : uniform * uniform * uniform * Math.scalb(1f, -2 * (group % 11));
        }
        return values;
    }

    private static float[] smooth(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.sin(i * 0.7) * 0.05f;
        }
        return values;
    }

    private static double relativeError(float[] values, float[] unpacked) {
        double error = 0;
        double power = 0;
        for (int i = 0; i < values.length; i++) {
            error += Math.pow(values[i] - unpacked[i], 2);
            power += Math.pow(values[i], 2);
        }
        return Math.sqrt(error / power);
    }

    private static byte[] quantized(ElementType type, float[] values) {
        byte[] packed = new byte[Math.toIntExact(type.byteSize(values.length))];
        Quantizer.quantize(type, values, 0, values.length, MemorySegment.ofArray(packed), 0);
        return packed;
    }

    private static float[] dequantized(ElementType type, byte[] packed) {
        float[] values = new float[packed.length / type.blockBytes() * type.blockElements()];
        Dequantizer.dequantize(type, MemorySegment.ofArray(packed), 0, values, 0, values.length);
        return values;
    }
}
