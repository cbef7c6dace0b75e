package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MatrixUnitTest {
    private static final Set<CpuFeature> ALL = EnumSet.allOf(CpuFeature.class);
    private static final Set<CpuFeature> WITHOUT_BF16 = EnumSet.complementOf(EnumSet.of(CpuFeature.AVX512_BF16));

    @ParameterizedTest
    @EnumSource
    void isVectorsOfF32WhereNothingIsRounded(Isa isa) {
        assertThat(MatrixUnit.of(isa, ALL, Precision.F32, 1000)).isEqualTo(MatrixUnit.F32_VECTORS);
    }

    @Test
    void isVectorsOfF32WhereBf16IsNotMultiplied() {
        assertThat(MatrixUnit.of(Isa.AVX2, ALL, Precision.BF16, 1000)).isEqualTo(MatrixUnit.F32_VECTORS);
        assertThat(MatrixUnit.of(Isa.AVX512, WITHOUT_BF16, Precision.BF16, 1000))
                .isEqualTo(MatrixUnit.F32_VECTORS);
    }

    @Test
    void isVectorsOfBf16WithoutTiles() {
        assertThat(MatrixUnit.of(Isa.AVX512, ALL, Precision.BF16, 1000)).isEqualTo(MatrixUnit.BF16_VECTORS);
    }

    @Test
    void isTilesFromHalfAStepOn() {
        assertThat(MatrixUnit.of(Isa.AMX, ALL, Precision.BF16, 15)).isEqualTo(MatrixUnit.BF16_VECTORS);
        assertThat(MatrixUnit.of(Isa.AMX, ALL, Precision.BF16, 16)).isEqualTo(MatrixUnit.BF16_TILES);
    }

    @ParameterizedTest
    @EnumSource
    void fillsBlocksWithWholeSteps(MatrixUnit unit) {
        assertThat(unit.blockSteps() % unit.stepGrain()).isZero();
    }
}
