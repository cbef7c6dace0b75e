package dev.lilla.kernel.x64;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Unpacks panels as [TileProduct] and [ColumnUnpacker] do, on any processor with AVX-512 and bf16: that needs no AMX.
class Bf16UnpackerTest {
    private static final int STEP = RowEncoding.BLOCK_COLUMNS;

    private static Kernel unpacker(PanelLayout layout) {
        Assembler asm = new Assembler();
        asm.endbr64();
        asm.push(Gpr.RBP);
        asm.mov(Gpr.RSI, Mem.at(Gpr.RDI, 0));
        asm.mov(Gpr.RDX, Mem.at(Gpr.RDI, 8));
        asm.mov(Gpr.RCX, Mem.at(Gpr.RDI, 16));
        asm.mov(Gpr.RBP, Mem.at(Gpr.RDI, 24));
        Bf16Unpacker unpacker = new Bf16Unpacker(layout, asm, new TileLines(asm));
        unpacker.constants();
        unpacker.blocks();
        asm.vzeroupper();
        asm.pop(Gpr.RBP);
        asm.ret();
        return CodeMemory.publish("unpacker", asm.finish()).orElseThrow();
    }

    private static float bf16(MemorySegment tiles, int row, int column) {
        long at = (long) column / STEP * TileProduct.STEP_BYTES + column % STEP / 2 * 64L + 4L * row + column % 2 * 2L;
        return Float.intBitsToFloat(tiles.get(ValueLayout.JAVA_SHORT, at) << 16);
    }

    private static void requireBf16() {
        Set<CpuFeature> features = CpuFeature.ofThisMachine().orElse(Set.of());
        assumeTrue(
                Isa.AVX512.missing(features).isEmpty() && features.contains(CpuFeature.AVX512_BF16),
                "no AVX-512 with bf16 here");
    }

    @ParameterizedTest
    @EnumSource
    void roundsEveryWeightOnce(PanelLayout layout) {
        requireBf16();
        PanelSample panels = new PanelSample(layout);
        int columns = panels.columns();
        int steps = Math.ceilDiv(columns, STEP);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stored = arena.allocate(panels.bytes().length, 64);
            MemorySegment.copy(panels.bytes(), 0, stored, ValueLayout.JAVA_BYTE, 0, panels.bytes().length);
            MemorySegment tiles = arena.allocate((long) steps * TileProduct.STEP_BYTES, 64);
            tiles.fill((byte) -1);
            MemorySegment arguments = arena.allocate(64, 64);
            arguments.setAtIndex(ValueLayout.JAVA_LONG, 0, stored.address());
            arguments.setAtIndex(ValueLayout.JAVA_LONG, 1, tiles.address());
            arguments.setAtIndex(ValueLayout.JAVA_LONG, 2, layout.blocks(columns));
            arguments.setAtIndex(ValueLayout.JAVA_LONG, 3, layout.panelBytes(columns));
            unpacker(layout).call(arguments.address());
            for (int row = 0; row < PanelLayout.ROWS; row++) {
                for (int column = 0; column < steps * STEP; column++) {
                    double expected = column < columns ? panels.weight(row, column) : 0;
                    assertThat((double) bf16(tiles, row, column))
                            .as(layout + ", row " + row + ", column " + column)
                            .isCloseTo(expected, within(Math.abs(expected) * 0x1p-8 + 0x1p-16));
                }
            }
        }
    }

    /// The test of a kernel before it serves, which compares each weight of two panels.
    @ParameterizedTest
    @EnumSource
    void putsTheRowsOfAColumnSideBySide(PanelLayout layout) {
        requireBf16();
        new KernelSet(Isa.AVX512, ByteDots.AVX512_VNNI).columnUnpacker(layout);
    }
}
