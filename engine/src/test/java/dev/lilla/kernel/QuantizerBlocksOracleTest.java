package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Safetensors;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class QuantizerBlocksOracleTest {
    private static final String PREFIX = "quantize.";
    private static final String RAW = ".raw";

    private final Safetensors goldens = Safetensors.open(Oracle.path("golden/quant/blocks.safetensors"));

    @AfterEach
    void close() {
        goldens.close();
    }

    @TestFactory
    Stream<DynamicTest> packsTheSameBytes() {
        List<String> names = goldens.tensors().keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && name.endsWith(RAW))
                .toList();
        assertThat(names).isNotEmpty();
        return names.stream().map(name -> DynamicTest.dynamicTest(name, () -> assertPacked(name)));
    }

    private void assertPacked(String name) {
        ElementType type = ElementType.valueOf(name.substring(PREFIX.length(), name.length() - RAW.length()));
        Tensor expected = goldens.tensor(name);
        float[] input = Oracle.floats(goldens.tensor(PREFIX + "input_f32"));
        byte[] packed = new byte[Math.toIntExact(expected.data().byteSize()) + 1];
        Quantizer.quantize(type, input, 0, input.length, MemorySegment.ofArray(packed), 1);
        byte[] bytes = expected.data().toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < bytes.length; i++) {
            assertThat(packed[i + 1])
                    .as("byte %d of block %d", i % type.blockBytes(), i / type.blockBytes())
                    .isEqualTo(bytes[i]);
        }
    }
}
