package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Vec.xmm;
import static dev.lilla.kernel.x64.Vec.zmm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Labels, constants and padding, against bytes of the GNU assembler.
class CodeBufferTest {
    private final Assembler asm = new Assembler();

    private String hex() {
        return HexFormat.of().formatHex(asm.finish());
    }

    @Test
    void resolvesJumpsAndConstants() {
        Label again = new Label();
        Label done = new Label();
        Mem lanes = asm.constants(IntStream.range(0, 16).toArray());
        asm.xor(RAX, RAX);
        asm.align(16);
        asm.bind(again);
        asm.vaddps(zmm(0), zmm(0), lanes);
        asm.vaddps(zmm(0), zmm(0), asm.constant(1f).broadcast());
        asm.sub(RCX, 1);
        asm.jump(Condition.EQUAL, done);
        asm.jump(Condition.NOT_EQUAL, again);
        asm.bind(done);
        asm.vshufps(zmm(1), zmm(2), lanes, 0x44);
        asm.imul(RAX, asm.constant(1f).plus(4));
        asm.lea(RDX, Mem.at(again));
        asm.ret();
        String nops9 = "660f1f840000000000";
        assertThat(hex())
                .isEqualTo("4831c0" + nops9 + "0f1f4000"
                        + "62f17c48580566000000"
                        + "62f17c5858059c000000"
                        + "4883e901"
                        + "0f8402000000"
                        + "75e0"
                        + "62f16c48c60d4500000044"
                        + "480faf0581000000"
                        + "488d15c6ffffff"
                        + "c3" + nops9.repeat(5) + "0f1f840000000000"
                        + "00000000010000000200000003000000040000000500000006000000070000000800000009000000"
                        + "0a0000000b0000000c0000000d0000000e0000000f000000"
                        + "0000803f");
    }

    @ParameterizedTest
    @CsvSource({
        "15, 90",
        "14, 6690",
        "13, 0f1f00",
        "12, 0f1f4000",
        "11, 0f1f440000",
        "10, 660f1f440000",
        "9, 0f1f8000000000",
        "8, 0f1f840000000000",
        "7, 660f1f840000000000",
        "6, 660f1f84000000000090",
        "16, ''"
    })
    void fillsWithTheLongestInstructionsThatDoNothing(int position, String padding) {
        for (int i = 0; i < position; i++) {
            asm.ret();
        }
        asm.align(16);
        assertThat(hex()).isEqualTo("c3".repeat(position) + padding);
    }

    @Nested
    class Constants {
        @Test
        void areAlignedToTheirSizeWhateverTheOrderTheyAreAskedForIn() {
            Mem one = asm.constant(new byte[] {1});
            Mem four = asm.constant(2);
            Mem sixteen = asm.constants(3, 3, 3, 3);
            Mem table = asm.constant(new byte[256]);
            asm.ret();
            byte[] code = asm.finish();
            assertThat(code).hasSize(64 + 256 + 16 + 4 + 1);
            assertThat(position(table)).isEqualTo(64);
            assertThat(position(sixteen)).isEqualTo(320);
            assertThat(position(four)).isEqualTo(336);
            assertThat(position(one)).isEqualTo(340);
            assertThat(code[336]).isEqualTo((byte) 2);
        }

        private int position(Mem constant) {
            return Objects.requireNonNull(constant.label()).position();
        }

        @Test
        void areKeptOnceEach() {
            assertThat(asm.constant(1f)).isEqualTo(asm.constant(0x3F800000));
            asm.ret();
            assertThat(asm.finish()).hasSize(68);
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 3, 48})
        void haveAPowerOfTwoOfBytes(int bytes) {
            assertThatThrownBy(() -> asm.constant(new byte[bytes]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("power of two");
        }
    }

    @Test
    void growsWithTheCode() {
        for (int i = 0; i < 5000; i++) {
            asm.vaddps(xmm(1), xmm(2), xmm(3));
        }
        assertThat(hex()).isEqualTo("c5e858cb".repeat(5000));
    }

    @Nested
    class Refuses {
        @Test
        void aLabelThatIsBoundTwice() {
            Label label = new Label();
            asm.bind(label);
            assertThatThrownBy(() -> asm.bind(label))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("bound twice");
        }

        @Test
        void aLabelThatIsNeverBound() {
            asm.jmp(new Label());
            assertThatThrownBy(asm::finish)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("never bound");
        }

        @Test
        void codeWithoutEnd() {
            assertThatThrownBy(() -> {
                        for (int i = 0; i <= 1 << 20; i++) {
                            asm.ret();
                        }
                    })
                    .isInstanceOf(IllegalStateException.class);
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 12, 128})
        void anAlignmentThatIsNotKept(int boundary) {
            assertThatThrownBy(() -> asm.align(boundary)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
