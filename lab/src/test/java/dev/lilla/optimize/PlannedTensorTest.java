package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.TensorDescription;
import dev.lilla.kernel.Dequantizer;
import dev.lilla.kernel.Quantizer;
import dev.lilla.model.family.RowOrder;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlannedTensorTest {
    @Test
    void takesRowsInTheOrderAskedFor() {
        Tensor source = matrix(3, 2, 1, 2, 3, 4, 5, 6);
        PlannedTensor planned = PlannedTensor.of(description(2, 2), source, RowOrder.range(1, 2), 0);
        assertThat(written(planned)).containsExactly(3, 4, 5, 6);
    }

    @Test
    void addsToEveryElement() {
        PlannedTensor planned = PlannedTensor.of(description(1, 2), matrix(1, 2, -1, 0.5f), RowOrder.range(0, 1), 1);
        assertThat(written(planned)).containsExactly(0, 1.5f);
    }

    @Test
    void takesElementsOfVectorsAsRows() {
        Tensor source = new Tensor("v", ElementType.F32, Shape.of(4), floats(1, 2, 3, 4));
        TensorDescription target = new TensorDescription("w", ElementType.F32, Shape.of(2));
        assertThat(written(PlannedTensor.of(target, source, RowOrder.range(2, 2), 0)))
                .containsExactly(3, 4);
    }

    @Test
    void putsPartsTogetherAgain() {
        Tensor even = matrix(2, 1, 10, 30);
        Tensor odd = matrix(1, 1, 20);
        PlannedTensor planned = PlannedTensor.assembled(
                description(3, 1),
                List.of(matrix(1, 1, 10), odd, matrix(1, 1, 30)),
                List.of(RowOrder.range(0, 1), RowOrder.range(1, 1), RowOrder.range(2, 1)),
                0);
        assertThat(written(planned)).containsExactly(10, 20, 30);
        assertThatThrownBy(() ->
                        PlannedTensor.assembled(description(4, 1), List.of(even), List.of(RowOrder.range(0, 2)), 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("row 2");
    }

    /// More than one chunk: 3000 rows of 2048 halves are 12 MB.
    @Test
    void writesLongTensorsInPartsAndInOrder() {
        int rows = 3000;
        int columns = 2048;
        float[] values = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            values[row * columns] = row;
        }
        Tensor source = matrix(rows, columns, values);
        TensorDescription target = new TensorDescription("t", ElementType.F16, Shape.of(rows, columns));
        int[] parts = {0};
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PlannedTensor.whole(target, source).write(part -> {
            parts[0]++;
            out.writeBytes(part.toArray(ValueLayout.JAVA_BYTE));
        });
        assertThat(parts[0]).isGreaterThan(1);
        Tensor found = new Tensor("t", ElementType.F16, target.shape(), MemorySegment.ofArray(out.toByteArray()));
        for (int row = 0; row < rows; row++) {
            assertThat(Dequantizer.row(found, row)[0]).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(row)));
        }
    }

    @Test
    void copiesQuantizedRowsWithoutRequantizing() {
        byte[] blocks = new byte[2 * 34];
        float[] values = new float[64];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        Quantizer.quantize(ElementType.Q8_0, values, 0, 64, MemorySegment.ofArray(blocks), 0);
        Tensor source = new Tensor("q", ElementType.Q8_0, Shape.of(2, 32), MemorySegment.ofArray(blocks));
        TensorDescription target = new TensorDescription("q", ElementType.Q8_0, Shape.of(2, 32));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PlannedTensor.whole(target, source).write(part -> out.writeBytes(part.toArray(ValueLayout.JAVA_BYTE)));
        assertThat(out.toByteArray()).isEqualTo(blocks);
    }

    private static float[] written(PlannedTensor planned) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        planned.write(part -> out.writeBytes(part.toArray(ValueLayout.JAVA_BYTE)));
        return MemorySegment.ofArray(out.toByteArray()).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    private static TensorDescription description(int rows, int columns) {
        return new TensorDescription("t", ElementType.F32, Shape.of(rows, columns));
    }

    private static Tensor matrix(int rows, int columns, float... values) {
        return new Tensor("m", ElementType.F32, Shape.of(rows, columns), floats(values));
    }

    private static MemorySegment floats(float... values) {
        return MemorySegment.ofArray(values);
    }
}
