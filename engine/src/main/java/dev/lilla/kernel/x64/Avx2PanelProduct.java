package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.BELOW;
import static dev.lilla.kernel.x64.Condition.EQUAL;
import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R11;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RBX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.Vec.ymm;

import dev.lilla.kernel.x64.PanelProduct.Argument;

/// Generates the product of panels with one tile of rows for AVX2: what [PanelProduct] is for AVX-512, with the
/// same arguments, panels and tiles.
///
/// 16 registers hold the sums of 4 rows (3 of floats) and no more, see [Avx2Rows]. So a panel streams by once
/// for every 4 rows of the tile, from the second-level cache after the first time; a weight is unpacked once
/// for these 4.
///
/// | registers | hold |
/// | --- | --- |
/// | r9, rsi | the panel from its beginning, and streaming |
/// | rdx, r11 | the bytes and the fields of the tile's current rows, streaming |
/// | rbx | the number of their first, times 4 |
/// | rcx, r10 | blocks and panels that are left |
/// | r8 | the next row of results |
///
/// A sum depends on nothing but its row and its weights, as in [PanelProduct]: any number of rows gives the
/// same bits.
final class Avx2PanelProduct {
    private static final int LINE = 64;
    private static final int HALF_LINE = LINE / 2;

    /// What is free when results are stored: masks, bias and results of both halves, and a factor.
    private static final int MASKS = 8;

    private static final int BIAS = 10;
    private static final Vec FACTOR = ymm(12);
    private static final Vec RESULT = ymm(13);

    private final Assembler asm = new Assembler();
    private final PanelLayout layout;
    private final int rows;
    private final ByteDots dots;
    private final Prefetch prefetch;

    private Avx2PanelProduct(PanelLayout layout, int rows, ByteDots dots, Prefetch prefetch) {
        if (rows < 1 || rows > layout.encoding().tileRows()) {
            throw new IllegalArgumentException("a tile of " + rows + " rows for " + layout);
        }
        this.layout = layout;
        this.rows = rows;
        this.dots = dots;
        this.prefetch = prefetch;
    }

    /// The code for tiles of `rows` rows.
    static byte[] assemble(PanelLayout layout, int rows, ByteDots dots, Prefetch prefetch) {
        return new Avx2PanelProduct(layout, rows, dots, prefetch).assemble();
    }

    private static Mem argument(Argument argument) {
        return Mem.at(RDI, argument.offset());
    }

    private byte[] assemble() {
        Label panel = new Label();
        Label done = new Label();
        asm.endbr64();
        asm.push(RBX);
        asm.mov(R9, argument(Argument.PANELS));
        asm.mov(R10, argument(Argument.PANEL_COUNT));
        some(1).constant();
        asm.test(R10, R10);
        asm.jump(EQUAL, done);
        asm.align(LINE);
        asm.bind(panel);
        asm.mov(R8, argument(Argument.Y));
        asm.mov(RBX, 0);
        allRows();
        asm.mov(R9, RSI);
        nextPanel();
        asm.sub(R10, 1);
        asm.jump(NOT_EQUAL, panel);
        asm.bind(done);
        asm.vzeroupper();
        asm.pop(RBX);
        asm.ret();
        return asm.finish();
    }

    private Avx2Rows some(int count) {
        return new Avx2Rows(asm, dots, layout, rows, count);
    }

    /// As many at once as fit, then the rest.
    private void allRows() {
        int most = Avx2Rows.most(layout.encoding());
        int rest = rows % most;
        int whole = rows - rest;
        if (whole > 0) {
            Label next = new Label();
            asm.bind(next);
            rows(some(most));
            asm.add(RBX, most * Float.BYTES);
            if (whole > most) {
                asm.cmp(RBX, whole * Float.BYTES);
                asm.jump(BELOW, next);
            }
        }
        if (rest > 0) {
            rows(some(rest));
        }
    }

    private void rows(Avx2Rows some) {
        boolean isFloats = layout.encoding() == RowEncoding.FLOATS;
        for (int half = 0; half < 2; half++) {
            for (int t = 0; t < some.count(); t++) {
                zero(some.sum(half, t));
                if (isFloats) {
                    zero(some.oddSum(half, t));
                }
            }
        }
        asm.mov(RSI, R9);
        asm.mov(RCX, argument(Argument.BLOCKS));
        asm.mov(R11, argument(Argument.TILE));
        PanelStream stream = new PanelStream(asm, layout, rows, prefetch);
        if (isFloats) {
            asm.lea(RDX, Mem.at(R11, RBX, 1, 0));
            stream.blocks(Avx2PanelUnpacker.of(some), RDX);
        } else {
            asm.lea(RDX, Mem.at(R11, RBX, RowEncoding.BLOCK_COLUMNS / Float.BYTES, 0));
            asm.add(R11, RBX);
            stream.blocks(Avx2PanelUnpacker.of(some), RDX, R11);
        }
        store(some);
    }

    private void zero(Vec register) {
        asm.vpxor(register, register, register);
    }

    private void store(Avx2Rows some) {
        if (layout.encoding() == RowEncoding.FLOATS) {
            for (int half = 0; half < 2; half++) {
                for (int t = 0; t < some.count(); t++) {
                    asm.vaddps(some.sum(half, t), some.sum(half, t), some.oddSum(half, t));
                }
            }
        }
        Label whole = new Label();
        Label stored = new Label();
        asm.cmp(R10, 1);
        asm.jump(NOT_EQUAL, whole);
        asm.mov(RAX, argument(Argument.LAST_LANES));
        asm.cmp(RAX, (1 << PanelLayout.ROWS) - 1);
        asm.jump(EQUAL, whole);
        masks();
        store(some, true);
        asm.jmp(stored);
        asm.bind(whole);
        store(some, false);
        asm.bind(stored);
    }

    /// The bit of each lane to its sign.
    private void masks() {
        for (int half = 0; half < 2; half++) {
            int[] shifts = new int[Isa.AVX2.lanes()];
            for (int lane = 0; lane < shifts.length; lane++) {
                shifts[lane] = Integer.SIZE - 1 - half * shifts.length - lane;
            }
            asm.vpbroadcastd(ymm(MASKS + half), argument(Argument.LAST_LANES));
            asm.vpsllvd(ymm(MASKS + half), ymm(MASKS + half), asm.constants(shifts));
        }
    }

    private void store(Avx2Rows some, boolean isPartial) {
        Label adds = new Label();
        Label stored = new Label();
        addBias(some, isPartial);
        asm.mov(RAX, argument(Argument.ADDS));
        asm.test(RAX, RAX);
        asm.jump(NOT_EQUAL, adds);
        for (int t = 0; t < some.count(); t++) {
            for (int half = 0; half < 2; half++) {
                put(half, some.sum(half, t), isPartial);
            }
            asm.add(R8, argument(Argument.Y_STRIDE));
        }
        asm.jmp(stored);
        asm.bind(adds);
        asm.vbroadcastss(FACTOR, argument(Argument.SCALE));
        for (int t = 0; t < some.count(); t++) {
            for (int half = 0; half < 2; half++) {
                get(RESULT, R8, half, isPartial);
                asm.vfmadd231ps(RESULT, FACTOR, some.sum(half, t));
                put(half, RESULT, isPartial);
            }
            asm.add(R8, argument(Argument.Y_STRIDE));
        }
        asm.bind(stored);
    }

    private void addBias(Avx2Rows some, boolean isPartial) {
        Label without = new Label();
        asm.mov(RAX, argument(Argument.BIAS));
        asm.test(RAX, RAX);
        asm.jump(EQUAL, without);
        for (int half = 0; half < 2; half++) {
            get(ymm(BIAS + half), RAX, half, isPartial);
            for (int t = 0; t < some.count(); t++) {
                asm.vaddps(some.sum(half, t), some.sum(half, t), ymm(BIAS + half));
            }
        }
        asm.bind(without);
    }

    private void get(Vec target, Gpr address, int half, boolean isPartial) {
        Mem source = Mem.at(address, half * HALF_LINE);
        if (isPartial) {
            asm.vmaskmovps(target, ymm(MASKS + half), source);
        } else {
            asm.vmovups(target, source);
        }
    }

    private void put(int half, Vec source, boolean isPartial) {
        Mem target = Mem.at(R8, half * HALF_LINE);
        if (isPartial) {
            asm.vmaskmovps(target, ymm(MASKS + half), source);
        } else {
            asm.vmovups(target, source);
        }
    }

    /// Results and bias go on by 16 rows of the weight.
    private void nextPanel() {
        Label without = new Label();
        asm.mov(RAX, argument(Argument.Y));
        asm.add(RAX, LINE);
        asm.mov(argument(Argument.Y), RAX);
        asm.mov(RAX, argument(Argument.BIAS));
        asm.test(RAX, RAX);
        asm.jump(EQUAL, without);
        asm.add(RAX, LINE);
        asm.mov(argument(Argument.BIAS), RAX);
        asm.bind(without);
    }
}
