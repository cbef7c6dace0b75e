package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RSP;
import static dev.lilla.kernel.x64.Mask.K1;
import static dev.lilla.kernel.x64.Vec.xmm;
import static dev.lilla.kernel.x64.Vec.ymm;
import static dev.lilla.kernel.x64.Vec.zmm;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// A generator's mistake is an exception, not a kernel that computes something else.
class AssemblerMisuseTest {
    private static void refuses(Consumer<Assembler> generator, String... words) {
        assertThatThrownBy(() -> generator.accept(new Assembler()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(words);
    }

    @Nested
    class Registers {
        @Test
        void ofAvxOnlyInstructionsAreTheLowerSixteen() {
            refuses(asm -> asm.vpsignb(ymm(16), ymm(1), ymm(2)), "registers 0 to 15");
            refuses(asm -> asm.vpsignb(ymm(1), ymm(16), ymm(2)), "registers 0 to 15");
            refuses(asm -> asm.vpsignb(ymm(1), ymm(2), ymm(16)), "registers 0 to 15");
            refuses(asm -> asm.vblendvps(ymm(1), ymm(2), ymm(3), ymm(16)), "registers 0 to 15");
            refuses(asm -> asm.vpdpbusdAvx(xmm(1), xmm(2), xmm(31)), "registers 0 to 15");
            refuses(asm -> asm.vpgatherdd(ymm(1), Mem.gather(RAX, ymm(16), 4, 0), ymm(3)), "registers 0 to 15");
        }

        @Test
        void haveNumbersAndWidthsThatExist() {
            refuses(_ -> zmm(32), "32");
            refuses(_ -> zmm(-1), "-1");
            refuses(_ -> zmm(0).as(64), "64");
        }

        @Test
        void ofAProductOfTilesAreThree() {
            refuses(asm -> asm.tdpbf16ps(Tile.TMM0, Tile.TMM0, Tile.TMM1), "different");
            refuses(asm -> asm.tdpbssd(Tile.TMM0, Tile.TMM1, Tile.TMM1), "different");
        }

        @Test
        void ofAGatherAreThree() {
            refuses(asm -> asm.vpgatherdd(ymm(1), Mem.gather(RAX, ymm(1), 4, 0), ymm(3)), "different");
            refuses(asm -> asm.vpgatherdd(ymm(1), Mem.gather(RAX, ymm(2), 4, 0), ymm(1)), "different");
            refuses(asm -> asm.vpgatherdd(zmm(1), Mem.gather(RAX, zmm(1), 4, 0).masked(K1)), "not its index");
        }
    }

    @Nested
    class Widths {
        @Test
        void areTheSameThroughout() {
            refuses(asm -> asm.vaddps(zmm(1), ymm(2), zmm(3)), "512 bits", "256");
            refuses(asm -> asm.vaddps(ymm(1), ymm(2), zmm(3)), "256 bits");
            refuses(asm -> asm.vmovups(ymm(1), xmm(3)), "256 bits");
            refuses(asm -> asm.vpslld(ymm(1), zmm(3), 4), "256 bits");
            refuses(asm -> asm.vcmpps(K1, zmm(1), ymm(3), 1), "512 bits");
            refuses(asm -> asm.vpgatherdd(zmm(1), Mem.gather(RAX, ymm(2), 4, 0).masked(K1)), "512 bits");
            refuses(asm -> asm.vblendvps(ymm(1), ymm(2), ymm(3), xmm(4)), "256 bits");
        }

        @Test
        void ofConversionsFollowFromTheWiderSide() {
            refuses(asm -> asm.vcvtph2ps(zmm(1), zmm(2)), "256 bits");
            refuses(asm -> asm.vpmovzxbd(zmm(1), ymm(2)), "128 bits");
            refuses(asm -> asm.vcvtps2ph(zmm(1), zmm(2)), "256 bits");
            refuses(asm -> asm.vcvtneps2bf16(zmm(1), zmm(2)), "half the width");
            refuses(asm -> asm.vpmovdb(ymm(1), zmm(2)), "128 bits");
            refuses(asm -> asm.vextractf128(ymm(1), zmm(2), 1), "128 bits");
            refuses(asm -> asm.vinsertf64x4(zmm(1), zmm(2), xmm(2), 1), "256 bits");
            refuses(asm -> asm.vbroadcastss(zmm(1), zmm(2)), "128 bits");
        }

        @Test
        void existForTheInstruction() {
            refuses(asm -> asm.vaddss(zmm(1), zmm(2), zmm(3)), "128 bits");
            refuses(asm -> asm.vaddss(ymm(1), ymm(2), Mem.at(RAX)), "256 bits");
            refuses(asm -> asm.vmovd(zmm(1), RAX), "512 bits");
            refuses(asm -> asm.vmovss(ymm(1), Mem.at(RAX)), "256 bits");
            refuses(asm -> asm.vpermd(xmm(1), xmm(2), xmm(3)), "128 bits");
            refuses(asm -> asm.vextractf128(xmm(1), xmm(2), 0), "128 bits");
            refuses(asm -> asm.vinsertf64x4(ymm(1), ymm(2), ymm(2), 1), "256 bits");
            refuses(asm -> asm.vbroadcasti64x4(ymm(1), Mem.at(RAX)), "256 bits");
            refuses(asm -> asm.vpcmpgtd(zmm(1), zmm(2), zmm(3)), "up to 256 bits");
            refuses(asm -> asm.vcmpps(zmm(1), zmm(2), zmm(3), 1), "up to 256 bits");
            refuses(asm -> asm.vperm2f128(zmm(1), zmm(2), zmm(3), 1), "up to 256 bits");
        }
    }

    @Nested
    class Masks {
        @Test
        void areNotForAvxOnlyInstructions() {
            refuses(asm -> asm.vpsignb(ymm(1).masked(K1), ymm(2), ymm(3)), "no masks");
            refuses(asm -> asm.vmovd(xmm(1).masked(K1), RAX), "no mask");
        }

        @Test
        void areNotForWhatIsRead() {
            refuses(asm -> asm.vaddps(zmm(1), zmm(2).masked(K1), zmm(3)), "target");
            refuses(asm -> asm.vaddps(zmm(1), zmm(2), zmm(3).zeroed(K1)), "target");
            refuses(asm -> asm.vaddps(zmm(1), zmm(2), Mem.at(RAX).masked(K1)), "mask");
            refuses(asm -> asm.vmovups(Mem.at(RAX), zmm(1).masked(K1)), "target");
            refuses(asm -> asm.mov(RAX, Mem.at(RCX).masked(K1)), "mask");
        }

        @Test
        void areNeededByGathers() {
            refuses(asm -> asm.vpgatherdd(zmm(1), Mem.gather(RAX, zmm(2), 4, 0)), "needs a mask");
            refuses(asm -> asm.vpgatherdd(zmm(1).masked(K1), Mem.gather(RAX, zmm(2), 4, 0)), "needs a mask");
        }

        @Test
        void areWhatZeroingNeeds() {
            refuses(_ -> new Vec(1, 512, null, true), "mask");
        }
    }

    @Nested
    class Addresses {
        @Test
        void areBroadcastOnlyWhereTheInstructionDoes() {
            refuses(asm -> asm.vmovups(zmm(1), Mem.at(RAX).broadcast()), "broadcast");
            refuses(asm -> asm.vpshufb(zmm(1), zmm(2), Mem.at(RAX).broadcast()), "broadcast");
            refuses(asm -> asm.vmovups(Mem.at(RAX).broadcast(), zmm(1)), "broadcast");
            refuses(asm -> asm.vpsignb(ymm(1), ymm(2), Mem.at(RAX).broadcast()), "broadcast");
            refuses(asm -> asm.add(RAX, Mem.at(RCX).broadcast()), "broadcast");
        }

        @Test
        void haveAVectorOfIndicesOnlyInGathers() {
            Mem lanes = Mem.gather(RAX, zmm(2), 4, 0);
            refuses(asm -> asm.vaddps(zmm(1), zmm(1), lanes), "gathers");
            refuses(asm -> asm.vmovups(lanes, zmm(1)), "indices");
            refuses(asm -> asm.lea(RAX, lanes), "indices");
            refuses(asm -> asm.prefetcht0(lanes), "indices");
            refuses(asm -> asm.vpgatherdd(zmm(1), Mem.at(RAX).masked(K1)), "gathers");
        }

        @Test
        void areWellFormed() {
            refuses(_ -> Mem.at(RAX, RSP, 1, 0), "rsp");
            refuses(_ -> Mem.at(RAX, RCX, 3, 0), "3");
            refuses(_ -> new Mem(null, null, null, 1, 0, null, false, null), "base");
        }

        @Test
        void ofTilesHaveTheDistanceOfTheRows() {
            refuses(asm -> asm.tileloadd(Tile.TMM1, Mem.at(RAX)), "distance");
            refuses(asm -> asm.tilestored(Mem.at(RAX, RCX, 4, 0), Tile.TMM1), "distance");
        }
    }

    @Test
    void numbersFitTheirByte() {
        refuses(asm -> asm.vpternlogd(zmm(1), zmm(2), zmm(3), 0x1F8), "one byte");
        refuses(asm -> asm.vpshufd(zmm(1), zmm(2), -1), "one byte");
        refuses(asm -> asm.shl(RAX, 64), "64");
    }
}
