package dev.lilla.kernel.x64;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What is refused. Right products have passed wherever a test of products has used them.
class MatrixSelfTestTest {
    private static final Set<CpuFeature> FEATURES = CpuFeature.ofThisMachine().orElse(Set.of());

    @BeforeEach
    void needsAvx512() {
        assumeTrue(Isa.AVX512.missing(FEATURES).isEmpty(), "no AVX-512 here");
    }

    private static MatrixSelfTest test(byte[] code) {
        return new MatrixSelfTest(CodeMemory.publish("test", code).orElseThrow(), Isa.AVX512);
    }

    /// Code that returns and does nothing else.
    private static byte[] nothing() {
        Assembler asm = new Assembler();
        asm.endbr64();
        asm.ret();
        return asm.finish();
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,2", "2,1", "2,2"})
    void refusesProductsOnTilesThatDoNothing(int down, int across) {
        assertThatIllegalStateException()
                .isThrownBy(() -> test(nothing()).tileProduct(down, across))
                .withMessageContaining("result [0, 0] is 0.25")
                .withMessageContaining("-Dlilla.kernels=vector");
    }

    @ParameterizedTest
    @EnumSource
    void refusesPackersThatDoNothing(MatrixPacker.Form form) {
        assertThatIllegalStateException()
                .isThrownBy(() -> test(nothing()).packer(form))
                .withMessageContaining("element [0, 0]");
    }

    @ParameterizedTest
    @EnumSource
    void passesRightPackers(MatrixPacker.Form form) {
        assumeTrue(
                form.factors() == Factors.F32 || FEATURES.contains(CpuFeature.AVX512_BF16), "no bf16 in vectors here");
        MatrixSelfTest test = test(MatrixPacker.assemble(Isa.AVX512, form));
        assertThatCode(() -> test.packer(form)).doesNotThrowAnyException();
    }
}
