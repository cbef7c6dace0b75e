package dev.lilla.kernel.x64;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrefetchTest {
    /// Families of AMD's processors: Zen 2, Zen 4, Zen 5 and the one after it; Intel's.
    @ParameterizedTest
    @CsvSource({"23,t1+1024", "25,t1+1024", "26,t0+5120", "27,t0+5120", "0,t0+5120"})
    void suitsTheProcessor(int amdFamily, String expected) {
        Prefetch chosen = Prefetch.of(amdFamily);
        Prefetch said = Prefetch.parse(expected);
        assertThat(chosen.isNear()).isEqualTo(said.isNear());
        assertThat(chosen.bytes()).isEqualTo(said.bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"t2+1024", "t0", "1024", "t0+", "t0+-64", "t1+9999999", "T0+64"})
    void refusesWhatIsNoDistance(String words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Prefetch.parse(words))
                .withMessageStartingWith("lilla.prefetch is \"" + words + "\", expected none, or t0 or t1");
    }

    /// Opcodes 0F 18 /1 and /2 (Intel SDM volume 2, PREFETCHh).
    @ParameterizedTest
    @CsvSource({
        "none,''",
        "t0+4096,0f188e001000000f188e40100000",
        "t1+1024,0f1896000400000f189640040000",
    })
    void fetchesTheLinesThatAreAsked(String words, String code) {
        Assembler asm = new Assembler();
        Prefetch.parse(words).lines(asm, Mem.at(Gpr.RSI), false, 0, 2);
        assertThat(HexFormat.of().formatHex(asm.finish())).isEqualTo(code);
    }

    @Test
    void fetchesSplitCodesFurtherAheadWhereThatHelps() {
        Prefetch zen4 = Prefetch.of(25);
        assertThat(zen4.splitBytes()).isGreaterThan(zen4.bytes());
    }
}
