package dev.lilla.kernel.x64;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KernelSelfTestTest {
    @BeforeEach
    void needsAvx2() {
        Optional<Set<CpuFeature>> features = CpuFeature.ofThisMachine();
        assumeTrue(features.isPresent() && Isa.AVX2.missing(features.get()).isEmpty(), "no AVX2 here");
    }

    private static Kernel kernel(byte[] code) {
        return CodeMemory.publish("test", code).orElseThrow();
    }

    /// Code that returns and does nothing else.
    private static Kernel nothing() {
        Assembler asm = new Assembler();
        asm.endbr64();
        asm.ret();
        return kernel(asm.finish());
    }

    private static Kernel product(PanelLayout layout, int rows) {
        return kernel(Avx2PanelProduct.assemble(layout, rows, ByteDots.MULTIPLY_ADD, Prefetch.ofThisMachine()));
    }

    @ParameterizedTest
    @EnumSource
    void passesRightKernels(PanelLayout layout) {
        for (int rows = 1; rows <= layout.encoding().tileRows(); rows++) {
            int tileRows = rows;
            assertThatCode(() -> KernelSelfTest.panelProduct(product(layout, tileRows), layout, tileRows))
                    .doesNotThrowAnyException();
        }
    }

    /// Products made for another layout of the same size, or for fewer rows, read and write in bounds but
    /// compute something else.
    @ParameterizedTest
    @CsvSource({
        "NIBBLE_SUPER_16,4,NIBBLE_SUPER,4",
        "NIBBLE_SUPER,1,NIBBLE_SUPER_16,1",
        "F16,3,BF16,3",
        "NIBBLES,5,NIBBLES,4",
        "F32,12,F32,11"
    })
    void refusesProductsThatComputeSomethingElse(PanelLayout asked, int rows, PanelLayout made, int madeRows) {
        Kernel wrong = product(made, madeRows);
        assertThatIllegalStateException()
                .isThrownBy(() -> KernelSelfTest.panelProduct(wrong, asked, rows))
                .withMessageContaining("product of " + asked + " with " + rows + " rows")
                .withMessageContaining(", expected ")
                .withMessageContaining("-Dlilla.kernels=vector");
    }

    /// The mask of nibbles, a constant behind the code, loses a bit. (Instructions are not safe to change: what is
    /// one byte from an address may be anywhere.)
    @Test
    void refusesCodeOfWhichABitIsWrong() {
        byte[] code =
                Avx2PanelProduct.assemble(PanelLayout.NIBBLES, 1, ByteDots.MULTIPLY_ADD, Prefetch.ofThisMachine());
        int at = code.length - 4;
        while (code[at] != 0x0F || code[at + 1] != 0x0F || code[at + 2] != 0x0F || code[at + 3] != 0x0F) {
            at--;
        }
        code[at] = 0x0E;
        Kernel kernel = kernel(code);
        assertThatIllegalStateException()
                .isThrownBy(() -> KernelSelfTest.panelProduct(kernel, PanelLayout.NIBBLES, 1))
                .withMessageContaining("product of NIBBLES with 1 rows");
    }

    @Test
    void refusesProductsThatDoNothing() {
        Kernel nothing = nothing();
        assertThatIllegalStateException()
                .isThrownBy(() -> KernelSelfTest.panelProduct(nothing, PanelLayout.NIBBLES, 1))
                .withMessageContaining("its result [0, 0] is 0.25, expected ");
    }

    @Test
    void passesTheRowEncoder() {
        Kernel encoder = kernel(RowEncoder.assemble());
        assertThatCode(() -> KernelSelfTest.rowEncoder(encoder)).doesNotThrowAnyException();
    }

    @Test
    void refusesARowEncoderThatDoesNothing() {
        Kernel nothing = nothing();
        assertThatIllegalStateException()
                .isThrownBy(() -> KernelSelfTest.rowEncoder(nothing))
                .withMessageContaining("row encoder")
                .withMessageContaining("-Dlilla.kernels=vector");
    }
}
