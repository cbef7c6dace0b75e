package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RDI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What goes across lanes; loads, stores and tails are covered by the kernels that use them.
class LaneCodeTest {
    @ParameterizedTest
    @EnumSource(
            value = Isa.class,
            names = {"AVX2", "AVX512"})
    void sumsAndFindsTheLargestOfAllLanes(Isa isa) {
        assumeTrue(
                CpuFeature.ofThisMachine().filter(f -> isa.missing(f).isEmpty()).isPresent());
        Kernel kernel = acrossLanes(isa);
        int lanes = isa.lanes();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(4L * (lanes + 2), 4);
            for (int largest = 0; largest < lanes; largest++) {
                for (int lane = 0; lane < lanes; lane++) {
                    x.setAtIndex(ValueLayout.JAVA_FLOAT, lane, lane == largest ? -1 : -2 - lane);
                }
                kernel.call(x.address());
                float others = -2 * lanes - lanes * (lanes - 1) / 2f;
                assertThat(x.getAtIndex(ValueLayout.JAVA_FLOAT, lanes)).isEqualTo(-1);
                assertThat(x.getAtIndex(ValueLayout.JAVA_FLOAT, lanes + 1L)).isEqualTo(others + largest + 1);
            }
        }
    }

    /// Behind a vector: its largest lane, then its sum.
    private static Kernel acrossLanes(Isa isa) {
        Assembler asm = new Assembler();
        LaneCode lanes = new LaneCode(asm, isa);
        asm.endbr64();
        lanes.load(lanes.vector(0), Mem.at(RDI), LaneCode.Part.WHOLE);
        asm.vmovups(lanes.vector(2), lanes.vector(0));
        lanes.max(lanes.vector(0), lanes.vector(1));
        lanes.sum(lanes.vector(2), lanes.vector(1));
        asm.vmovss(Mem.at(RDI, lanes.bytes()), lanes.vector(0).xmm());
        asm.vmovss(Mem.at(RDI, lanes.bytes() + 4), lanes.vector(2).xmm());
        asm.vzeroupper();
        asm.ret();
        return CodeMemory.publish("across lanes", asm.finish()).orElseThrow();
    }
}
