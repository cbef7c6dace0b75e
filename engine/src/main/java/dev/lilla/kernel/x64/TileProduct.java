package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.ABOVE_OR_EQUAL;
import static dev.lilla.kernel.x64.Condition.BELOW;
import static dev.lilla.kernel.x64.Condition.EQUAL;
import static dev.lilla.kernel.x64.Condition.GREATER;
import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R11;
import static dev.lilla.kernel.x64.Gpr.R12;
import static dev.lilla.kernel.x64.Gpr.R13;
import static dev.lilla.kernel.x64.Gpr.R14;
import static dev.lilla.kernel.x64.Gpr.R15;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RBP;
import static dev.lilla.kernel.x64.Gpr.RBX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.Vec.zmm;

import java.util.List;

/// Generates the product of panels with many rows in AMX tiles: `y[t, r] = sum_k x[t, k] * weight[r, k]`
/// (prefill).
///
/// # The tiling
///
/// Four tiles of results are computed together, two tiles of rows times two of weights: see
/// [MicroTile]. Its left side are rows of activations, its right side weights, unpacked as
/// [TileLines] shows:
///
/// ```
///                      tmm6: panel 2p     tmm7: panel 2p + 1     <- 32 weight rows
/// tmm4: rows  0 to 15      tmm0               tmm2
/// tmm5: rows 16 to 31      tmm1               tmm3
///       ^ 32 rows of activations
/// ```
///
/// The loops around it:
///
/// ```
/// for each chunk of 512 columns                       R15 steps to come, R11 in this chunk
///   for each pair of panels (32 weight rows)          RBX panels to come, R12 the panel
///     unpack its 512 columns to tiles                 R13: 16 steps * 2 tiles * 1 KiB = 32 KiB
///     for each tile of 32 rows                        R10 to come, R9 the micro tile
///       for each step of 32 columns                   RCX to come, RSI rows, RDX weights
///         4 loads, 4 products
///       store the micro tile, or in the last chunk the results
/// ```
///
/// * 512 columns: unpacked weights of a pair are 32 KiB, which stay in the first-level cache of 48 KiB while all
///   rows pass by. Rows are loaded by `tileloaddt1`, whose hint is not to keep them, so that they do not push the
///   weights out. Blocks of quantized columns (32, 64 or 256) divide 512, so no chunk begins inside one.
/// * Results of a chunk are kept as whole micro tiles of 4 KiB, `[pair][32 rows][4 tiles]`, and loaded again in
///   the next. Storing a tile is slow (about 50 cycles), so there are 4 * 16 products between two times four
///   stores. They stay f32, so this rounds nothing.
/// * During the steps the next micro tile is fetched, four of its 64 cache lines in each of 16 steps.
/// * The caller hands over at most 16 tiles of rows and 32 panels, 512 by 512 results: 1 MiB of sums, half of a
///   second-level cache of 2 MiB. The rows are read from beyond it once for every 512 weight rows.
///
/// A result depends on its row and its weights alone: columns in ascending order, one addition to the sum a
/// step. So it does not change with the rows and weights that are computed with it.
///
/// # What each measure bought
///
/// Figures of the prototype (KERNELS.md 3), TFLOP/s of one core of a Xeon with AMX:
///
/// | | TFLOP/s |
/// | --- | --- |
/// | 2 x 2 tiles, everything by `tileloadd`, so that rows push the weights out of the first level | 1.72 |
/// | rows by `tileloaddt1`, weights stay | 2.5 |
/// | micro tiles contiguous and fetched ahead | +10 to 15 % |
/// | peak with random data, operands in the first level | 2.85 |
/// | peak with both operands streamed from the second | 2.1 |
/// | everything, with unpacking Q4_0 and writing rows: 4096 x 4096, 512 rows; two cores | 1.40; 3.07 |
///
/// Of the 12.3 ms of the last on one core, products took about 9, unpacking 2.2 and writing rows 0.6 to 1.3.
/// Rows are written here while their micro tile is still in the first level.
///
/// This code on two cores of an Emerald Rapids beside busy neighbors, 5632 x 2048, 512 rows: Q4_K 0.7 to
/// 1.5, Q4_0 0.7 to 2.0, from one second to the next. By `tileloadd` alone it is 0.7 where it was 1.0 to
/// 1.5 just before and after; chunks of 256 or 1,024 columns, 16 or 64 panels and 8 tiles of rows are no
/// better, as far as such a machine can tell.
///
/// # Registers beside those above
///
/// | | |
/// | --- | --- |
/// | R8 | 64, the distance of the lines of all tiles in memory |
/// | R14 | the first tile of rows in this chunk |
/// | RBP | bytes of a panel |
/// | k1, k2 | rows that exist in the first and the second panel of the pair |
/// | zmm20-22 | biases of both panels; the scale |
/// | zmm0-4, 26-31 | see [Bf16Unpacker] |
///
/// Tiles are configured when the kernel starts and released when it ends, so no state of theirs outlives a call
/// (64 ns for both): a thread that keeps tiles makes every switch to another save 8 KiB.
public final class TileProduct {
    /// Columns whose unpacked weights are kept.
    public static final int CHUNK_COLUMNS = 512;

    /// Columns of a tile.
    static final int STEP_COLUMNS = MicroTile.STEP_COLUMNS;

    /// Bytes of two tiles: 32 rows of activations, or of weights.
    static final int STEP_BYTES = 2 * MicroTile.TILE_BYTES;

    private static final int CHUNK_STEPS = CHUNK_COLUMNS / STEP_COLUMNS;

    private static final int LINE = MicroTile.LINE;

    /// The unpacked columns of a pair of panels.
    public static final int WEIGHT_BYTES = CHUNK_STEPS * STEP_BYTES;

    /// The results of 32 rows and a pair of panels.
    public static final int MICRO_BYTES = MicroTile.BYTES;

    /// Lines of the next micro tile fetched in each step: all 64 in 16 steps.
    private static final int LINES_PER_STEP = MICRO_BYTES / LINE / CHUNK_STEPS;

    private static final List<Gpr> SAVED = List.of(RBX, RBP, R12, R13, R14, R15);

    private final Assembler asm = new Assembler();
    private final MicroTile micro = new MicroTile(asm, 2, 2);
    private final PanelLayout layout;
    private final Bf16Unpacker unpacker;

    /// The fields of the argument block, 8 bytes each.
    public enum Argument {
        /// Address of the first panel.
        PANELS,
        /// Bytes from one panel to the next.
        PANEL_BYTES,
        /// At least 1.
        PANEL_COUNT,
        /// Blocks of a panel.
        BLOCKS,
        /// Address of all rows, [RowEncoding#BF16].
        X,
        /// Bytes of `X` from one chunk of columns to the next.
        CHUNK_BYTES,
        /// Steps of 32 columns.
        STEPS,
        /// The first tile of 32 rows that is computed.
        FIRST_TILE,
        /// Tiles that are computed, at least 1.
        TILES,
        /// Rows in these tiles.
        ROWS,
        /// Address of [#WEIGHT_BYTES] for unpacked weights, aligned to 64 bytes.
        WEIGHTS,
        /// Address of [#MICRO_BYTES] for each pair of panels and tile of rows, aligned to 64 bytes.
        SUMS,
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
        /// A bit for each row of the last pair of panels that exists; the second panel's from bit 16 on.
        LAST_LANES,
        /// The kernel's own: the results and the biases of this pair, the results and the number of the rows to
        /// come.
        PAIR_Y,
        PAIR_BIAS,
        ROW_Y,
        ROWS_LEFT;

        @SuppressWarnings("EnumOrdinal") // the order of the layout
        public int offset() {
            return 8 * ordinal();
        }
    }

    private TileProduct(PanelLayout layout) {
        this.layout = layout;
        this.unpacker = new Bf16Unpacker(layout, asm, new TileLines(asm));
    }

    static byte[] assemble(PanelLayout layout) {
        return new TileProduct(layout).assemble();
    }

    private static Mem argument(Argument argument) {
        return Mem.at(RDI, argument.offset());
    }

    private void copy(Argument from, Argument to) {
        asm.mov(RAX, argument(from));
        asm.mov(argument(to), RAX);
    }

    private void advance(Argument pointer, int bytes) {
        asm.mov(RAX, argument(pointer));
        asm.add(RAX, bytes);
        asm.mov(argument(pointer), RAX);
    }

    private byte[] assemble() {
        Label chunk = new Label();
        Label pair = new Label();
        Label done = new Label();
        begin();
        asm.bind(chunk);
        asm.mov(R11, CHUNK_STEPS);
        asm.cmp(R15, R11);
        asm.cmov(BELOW, R11, R15);
        asm.mov(R12, argument(Argument.PANELS));
        asm.mov(RBX, argument(Argument.PANEL_COUNT));
        asm.mov(R9, argument(Argument.SUMS));
        copy(Argument.Y, Argument.PAIR_Y);
        copy(Argument.BIAS, Argument.PAIR_BIAS);
        asm.bind(pair);
        unpack();
        lanes();
        multiply();
        nextPair(pair);
        asm.sub(R15, R11);
        asm.jump(EQUAL, done);
        int blocks = CHUNK_COLUMNS / layout.blockColumns();
        advance(Argument.PANELS, blocks * layout.blockBytes());
        advance(Argument.BLOCKS, -blocks);
        asm.add(R14, argument(Argument.CHUNK_BYTES));
        asm.jmp(chunk);
        asm.bind(done);
        asm.tilerelease();
        asm.vzeroupper();
        for (Gpr saved : SAVED.reversed()) {
            asm.pop(saved);
        }
        asm.ret();
        return asm.finish();
    }

    private void begin() {
        asm.endbr64();
        for (Gpr saved : SAVED) {
            asm.push(saved);
        }
        MicroTile.configure(asm);
        asm.mov(R8, LINE);
        asm.mov(R13, argument(Argument.WEIGHTS));
        asm.mov(R14, argument(Argument.X));
        asm.mov(R15, argument(Argument.STEPS));
        asm.mov(RBP, argument(Argument.PANEL_BYTES));
        asm.vbroadcastss(zmm(22), argument(Argument.SCALE));
        unpacker.constants();
    }

    /// Unpacks this chunk of a pair of panels: its first panel to the even tiles, its second to the odd ones.
    /// Where there is no second, what is there from before is multiplied, and its results are not stored.
    private void unpack() {
        Label panel = new Label();
        Label end = new Label();
        asm.mov(R10, RBX);
        asm.mov(RSI, R12);
        asm.mov(RDX, R13);
        asm.bind(panel);
        asm.mov(RCX, CHUNK_COLUMNS / layout.blockColumns());
        asm.mov(RAX, argument(Argument.BLOCKS));
        asm.cmp(RAX, RCX);
        asm.cmov(BELOW, RCX, RAX);
        unpacker.blocks();
        asm.cmp(R10, RBX);
        asm.jump(NOT_EQUAL, end);
        asm.sub(R10, 1);
        asm.jump(EQUAL, end);
        asm.lea(RSI, Mem.at(R12, RBP, 1, 0));
        asm.lea(RDX, Mem.at(R13, MicroTile.TILE_BYTES));
        asm.jmp(panel);
        asm.bind(end);
    }

    /// The masks and the biases of a pair.
    private void lanes() {
        Label whole = new Label();
        Label without = new Label();
        asm.mov(RAX, 0xFFFFFFFFL);
        asm.cmp(RBX, 3);
        asm.jump(ABOVE_OR_EQUAL, whole);
        asm.mov(RAX, argument(Argument.LAST_LANES));
        asm.bind(whole);
        micro.masks(RAX);
        asm.vpxor(zmm(20), zmm(20), zmm(20));
        asm.vpxor(zmm(21), zmm(21), zmm(21));
        asm.mov(RAX, argument(Argument.PAIR_BIAS));
        asm.test(RAX, RAX);
        asm.jump(EQUAL, without);
        asm.vmovups(zmm(20).zeroed(MicroTile.mask(0)), Mem.at(RAX));
        asm.vmovups(zmm(21).zeroed(MicroTile.mask(1)), Mem.at(RAX, LINE));
        asm.add(RAX, 2 * LINE);
        asm.mov(argument(Argument.PAIR_BIAS), RAX);
        asm.bind(without);
    }

    private void nextPair(Label pair) {
        advance(Argument.PAIR_Y, 2 * LINE);
        asm.lea(R12, Mem.at(R12, RBP, 2, 0));
        asm.sub(RBX, 2);
        asm.jump(GREATER, pair);
    }

    /// All rows with this pair of panels in this chunk. In a shorter last chunk tiles of rows are closer
    /// together.
    private void multiply() {
        Label tile = new Label();
        Label load = new Label();
        Label start = new Label();
        Label next = new Label();
        copy(Argument.PAIR_Y, Argument.ROW_Y);
        copy(Argument.ROWS, Argument.ROWS_LEFT);
        asm.mov(RSI, argument(Argument.FIRST_TILE));
        asm.imul(RSI, R11);
        asm.shl(RSI, Integer.numberOfTrailingZeros(STEP_BYTES));
        asm.add(RSI, R14);
        asm.mov(R10, argument(Argument.TILES));
        asm.bind(tile);
        asm.cmp(R15, argument(Argument.STEPS));
        asm.jump(NOT_EQUAL, load);
        micro.clear();
        asm.jmp(start);
        asm.bind(load);
        micro.load(R9, R8);
        asm.bind(start);
        steps();
        micro.store(R9, R8);
        asm.cmp(R15, R11);
        asm.jump(NOT_EQUAL, next);
        store();
        asm.bind(next);
        asm.add(R9, MICRO_BYTES);
        asm.sub(R10, 1);
        asm.jump(NOT_EQUAL, tile);
    }

    private void steps() {
        Label step = new Label();
        Label end = new Label();
        asm.mov(RDX, R13);
        asm.lea(RAX, Mem.at(R9, MICRO_BYTES));
        asm.mov(RCX, R11);
        asm.test(RCX, RCX);
        asm.jump(EQUAL, end);
        asm.align(LINE / 2);
        asm.bind(step);
        micro.step(Mem.at(RSI, R8, 1, 0), Mem.at(RDX, R8, 1, 0), MicroTile.TILE_BYTES);
        for (int line = 0; line < LINES_PER_STEP; line++) {
            asm.prefetcht0(Mem.at(RAX, line * LINE));
        }
        asm.add(RAX, LINES_PER_STEP * LINE);
        asm.add(RSI, STEP_BYTES);
        asm.add(RDX, STEP_BYTES);
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, step);
        asm.bind(end);
    }

    /// The sums of up to 32 rows to the results.
    private void store() {
        Label adds = new Label();
        Label stored = new Label();
        asm.mov(RAX, argument(Argument.ROWS_LEFT));
        asm.mov(RCX, MicroTile.ROWS);
        asm.cmp(RAX, RCX);
        asm.cmov(BELOW, RCX, RAX);
        asm.sub(RAX, MicroTile.ROWS);
        asm.mov(argument(Argument.ROWS_LEFT), RAX);
        asm.mov(RDX, argument(Argument.ADDS));
        asm.test(RDX, RDX);
        asm.mov(RDX, R9);
        asm.mov(RAX, argument(Argument.ROW_Y));
        asm.jump(NOT_EQUAL, adds);
        micro.rows(argument(Argument.Y_STRIDE), () -> {
            asm.vaddps(zmm(0), zmm(20), Mem.at(RDX));
            asm.vaddps(zmm(1), zmm(21), Mem.at(RDX, MicroTile.ACROSS));
        });
        asm.jmp(stored);
        asm.bind(adds);
        micro.rows(argument(Argument.Y_STRIDE), () -> micro.add(zmm(22)));
        asm.bind(stored);
        asm.mov(argument(Argument.ROW_Y), RAX);
    }
}
