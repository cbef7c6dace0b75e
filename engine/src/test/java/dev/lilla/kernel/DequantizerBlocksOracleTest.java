package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Safetensors;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class DequantizerBlocksOracleTest {
    private static final String RAW = ".raw";

    private final Safetensors goldens = Safetensors.open(Oracle.path("golden/quant/blocks.safetensors"));

    @AfterEach
    void close() {
        goldens.close();
    }

    @TestFactory
    Stream<DynamicTest> unpacksEveryBlockTypeToTheSameBits() {
        List<String> names = goldens.tensors().keySet().stream()
                .filter(name -> name.endsWith(RAW) && goldens.contains(valuesOf(name)))
                .toList();
        assertThat(names).isNotEmpty();
        return names.stream().map(name -> DynamicTest.dynamicTest(name, () -> assertUnpacked(name)));
    }

    @Test
    void unpacksEveryHalfToTheSameBits() {
        Tensor bits = goldens.tensor("half.bits");
        assertSameBits(unpacked(ElementType.F16, bits), goldens.tensor("half.f16_as_f32"));
        assertSameBits(unpacked(ElementType.BF16, bits), goldens.tensor("half.bf16_as_f32"));
    }

    private void assertUnpacked(String name) {
        String[] parts = name.split("\\.");
        ElementType type = ElementType.valueOf(parts[parts.length - 2]);
        assertSameBits(unpacked(type, goldens.tensor(name)), goldens.tensor(valuesOf(name)));
    }

    private static String valuesOf(String raw) {
        String stem = raw.substring(0, raw.length() - RAW.length());
        return raw.startsWith("quantize.") ? stem + ".dequantized_f32" : stem + ".f32";
    }

    /// All elements, read at an odd address and written behind a prefix.
    private static float[] unpacked(ElementType type, Tensor raw) {
        int elements = Math.toIntExact(raw.data().byteSize() / type.blockBytes() * type.blockElements());
        float[] values = new float[elements + 3];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(raw.data().byteSize() + 1, 64);
            memory.asSlice(1).copyFrom(raw.data());
            Dequantizer.dequantize(type, memory, 1, values, 3, elements);
        }
        return Arrays.copyOfRange(values, 3, values.length);
    }

    /// Equal in every bit, but for the payload of a NaN: converting a half on x86 quiets it.
    private static void assertSameBits(float[] actual, Tensor expected) {
        float[] values = Oracle.floats(expected);
        assertThat(actual).hasSameSizeAs(values);
        for (int i = 0; i < values.length; i++) {
            assertThat(Float.floatToIntBits(actual[i]))
                    .as("element %d: %s, expected %s", i, actual[i], values[i])
                    .isEqualTo(Float.floatToIntBits(values[i]));
        }
    }
}
