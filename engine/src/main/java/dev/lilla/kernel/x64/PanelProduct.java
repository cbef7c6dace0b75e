package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.EQUAL;
import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R11;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.Mask.K1;
import static dev.lilla.kernel.x64.Vec.zmm;

/// Generates the product of panels with one tile of rows for AVX-512: `y[t, r] = sum_k x[t, k] * weight[r, k]`.
///
/// For each panel: the sums of all rows `t` of the tile are kept in registers (lanes are the 16 weights rows `r`)
/// while the panel streams by once; a block is unpacked into eight registers and used for every `t`. So a weight
/// is read and unpacked once for up to 16 rows, and one row (decoding) is the same loop with one accumulator.
///
/// | registers | hold |
/// | --- | --- |
/// | zmm0-15 | sums of each `t`, f32; for float panels two of each |
/// | zmm16-23 | unpacked weights, four columns of 16 rows each |
/// | zmm24-25 | integer sums of the block in turns |
/// | zmm26-29 | scales and offsets |
/// | zmm30, 31 | a constant, an intermediate |
/// | rsi, rdx | the panel and the tile, streaming |
///
/// A sum depends on nothing but its row and its weights: the same blocks in the same order, integers exactly, then
/// one fused multiply-add a group. So 1 row and 16 rows give the same bits.
public final class PanelProduct {
    private static final int LINE = 64;

    final Assembler asm = new Assembler();
    final PanelLayout layout;
    final int rows;
    private final Prefetch prefetch;

    /// The fields of the argument block, 8 bytes each.
    public enum Argument {
        /// Address of the first panel.
        PANELS,
        /// Bytes from one panel to the next.
        PANEL_BYTES,
        PANEL_COUNT,
        /// Address of the tile.
        TILE,
        /// Blocks of a panel.
        BLOCKS,
        /// Address of the first result.
        Y,
        /// Bytes from one row of results to the next.
        Y_STRIDE,
        /// Address of what is added to every row, f32, or 0.
        BIAS,
        /// 0 to store results, 1 to add them times `SCALE`.
        ADDS,
        /// f32.
        SCALE,
        /// A bit for each row of the last panel that exists.
        LAST_LANES;

        @SuppressWarnings("EnumOrdinal") // the order of the layout
        public int offset() {
            return 8 * ordinal();
        }

        public static int bytes() {
            return 8 * values().length;
        }
    }

    private PanelProduct(PanelLayout layout, int rows, Prefetch prefetch) {
        if (rows < 1 || rows > layout.encoding().tileRows()) {
            throw new IllegalArgumentException("a tile of " + rows + " rows for " + layout);
        }
        this.layout = layout;
        this.rows = rows;
        this.prefetch = prefetch;
    }

    /// The code for tiles of `rows` rows.
    static byte[] assemble(PanelLayout layout, int rows, Prefetch prefetch) {
        return new PanelProduct(layout, rows, prefetch).assemble();
    }

    private static Mem argument(Argument argument) {
        return Mem.at(RDI, argument.offset());
    }

    private byte[] assemble() {
        Label panel = new Label();
        Label done = new Label();
        asm.endbr64();
        asm.mov(RSI, argument(Argument.PANELS));
        asm.mov(R10, argument(Argument.PANEL_COUNT));
        asm.mov(R11, argument(Argument.TILE));
        asm.mov(R8, argument(Argument.Y));
        asm.mov(R9, argument(Argument.Y_STRIDE));
        asm.mov(RAX, 0xFFFF);
        asm.kmovw(K1, RAX);
        PanelUnpacker unpacker = PanelUnpacker.of(layout, this);
        unpacker.constants();
        asm.test(R10, R10);
        asm.jump(EQUAL, done);
        asm.align(LINE);
        asm.bind(panel);
        for (int i = 0; i < sums(); i++) {
            asm.vpxor(zmm(i), zmm(i), zmm(i));
        }
        asm.mov(RDX, R11);
        asm.mov(RCX, argument(Argument.BLOCKS));
        new PanelStream(asm, layout, rows, prefetch).blocks(unpacker, RDX);
        store();
        asm.add(R8, PanelLayout.ROWS * Float.BYTES);
        asm.sub(R10, 1);
        asm.jump(NOT_EQUAL, panel);
        asm.bind(done);
        asm.vzeroupper();
        asm.ret();
        return asm.finish();
    }

    /// Accumulators: for float panels the even and the odd columns of each row have their own, since one addition
    /// takes four cycles and a column of one row would wait for the last.
    private int sums() {
        return layout.encoding() == RowEncoding.FLOATS ? 2 * rows : rows;
    }

    /// A number of row `t` in block `block` of 32 columns of this turn.
    Mem field(RowEncoding.Field field, int block, int t) {
        return Mem.at(RDX, block * layout.encoding().blockBytes(rows) + field.offset(rows, t));
    }

    /// Four bytes of row `t` for all lanes: columns `4 * word` on of block `block`.
    private Mem bytes(int block, int word, int t) {
        return Mem.at(RDX, block * layout.encoding().blockBytes(rows) + t * RowEncoding.BLOCK_COLUMNS + 4 * word)
                .broadcast();
    }

    /// `sum = start + ` the products of row `t` with the unpacked words `from` to `to`.
    void dot(Vec sum, Mem start, int block, int t, int from, int to) {
        start(sum, start, 0);
        addDots(sum, block, t, from, to);
    }

    /// `sum = ` the products of row `t` with the unpacked words `from` to `to`.
    void dot(Vec sum, int block, int t, int from, int to) {
        asm.vpxor(sum, sum, sum);
        addDots(sum, block, t, from, to);
    }

    /// `sum = start >> shift`.
    void start(Vec sum, Mem start, int shift) {
        asm.vpbroadcastd(sum, start);
        if (shift > 0) {
            asm.vpsrad(sum, sum, shift);
        }
    }

    /// `sum += ` the products of row `t` with the unpacked words `from` to `to`.
    void addDots(Vec sum, int block, int t, int from, int to) {
        for (int word = from; word < to; word++) {
            asm.vpdpbusd(sum, zmm(PanelUnpacker.WEIGHTS + word), bytes(block, word, t));
        }
    }

    private void store() {
        Label whole = new Label();
        asm.cmp(R10, 1);
        asm.jump(NOT_EQUAL, whole);
        asm.mov(RAX, argument(Argument.LAST_LANES));
        asm.kmovw(K1, RAX);
        asm.bind(whole);
        if (layout.encoding() == RowEncoding.FLOATS) {
            for (int t = 0; t < rows; t++) {
                asm.vaddps(zmm(t), zmm(t), zmm(rows + t));
            }
        }
        addBias();
        Label adds = new Label();
        Label stored = new Label();
        asm.mov(RAX, argument(Argument.ADDS));
        asm.test(RAX, RAX);
        asm.mov(RAX, R8);
        asm.jump(NOT_EQUAL, adds);
        for (int t = 0; t < rows; t++) {
            asm.vmovups(Mem.at(RAX).masked(K1), zmm(t));
            asm.add(RAX, R9);
        }
        asm.jmp(stored);
        asm.bind(adds);
        asm.vbroadcastss(zmm(31), argument(Argument.SCALE));
        for (int t = 0; t < rows; t++) {
            asm.vmovups(zmm(29).zeroed(K1), Mem.at(RAX));
            asm.vfmadd231ps(zmm(29), zmm(31), zmm(t));
            asm.vmovups(Mem.at(RAX).masked(K1), zmm(29));
            asm.add(RAX, R9);
        }
        asm.bind(stored);
    }

    private void addBias() {
        Label without = new Label();
        asm.mov(RAX, argument(Argument.BIAS));
        asm.test(RAX, RAX);
        asm.jump(EQUAL, without);
        asm.vmovups(zmm(31).zeroed(K1), Mem.at(RAX));
        for (int t = 0; t < rows; t++) {
            asm.vaddps(zmm(t), zmm(t), zmm(31));
        }
        asm.add(RAX, PanelLayout.ROWS * Float.BYTES);
        asm.mov(argument(Argument.BIAS), RAX);
        asm.bind(without);
    }
}
