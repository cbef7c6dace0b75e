package dev.lilla.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void sizesQuantizedRowsInWholeBlocks() {
        assertThat(ElementType.Q4_K.byteSize(512)).isEqualTo(288);
        assertThatThrownBy(() -> ElementType.Q4_K.byteSize(128)).hasMessageContaining("256");
    }

    @Test
    void refusesDataOfTheWrongSize() {
        assertThatThrownBy(() -> new Tensor("w", ElementType.F32, Shape.of(2, 3), MemorySegment.ofArray(new byte[23])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("24")
                .hasMessageContaining("23");
    }

    @Test
    void refusesAShapeWhoseProductOverflows() {
        assertThatThrownBy(() -> Shape.of(Long.MAX_VALUE, 3)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void slicesRowsOnTheSameMemory() {
        MemorySegment data = MemorySegment.ofArray(new float[] {1, 2, 3, 4, 5, 6});
        Tensor rows = new Tensor("w", ElementType.F32, Shape.of(3, 2), data).rows(1, 2);
        assertThat(rows.shape()).isEqualTo(Shape.of(2, 2));
        assertThat(rows.data().byteSize()).isEqualTo(16);
        assertThat(String.format(Locale.ROOT, "%s", rows.shape())).isEqualTo("[2, 2]");
    }
}
