package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.BELOW;
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

/// Generates the product of matrices in AMX tiles: `C[m, n] = scale * sum_k A[m, k] * B[k, n]`, stored
/// or added to what is there, with A and B in bf16 and sums in f32. The twin of [MatrixProduct] with
/// [Factors#BF16], for training.
///
/// C is cut into micro tiles of 32 x 32 sums ([MicroTile] has the registers), whose k goes by in steps
/// of 32:
///
/// ```
///                       B, panels of 32 columns       one panel: k = 0, 1 | 32 pairs | 128 bytes
///                      +--------+--------+--                     k = 2, 3 | 32 pairs |
///                  k | | 32     | 32     |                       ...
///                    v | columns| columns|            a tile of B: 16 such lines, the left or the
///             k ->     +--------+--------+--                       right 64 bytes of each
///           +--------+ +--------+--------+--
///   A, 32   | tile   | | micro  | micro  |            order: for each panel of B          RBX to come, R12
///   rows at | tile   | | tile   | tile   |                     for each 32 rows of A     R13 rows to come, R14
///   a time  +--------+ +--------+--------+--                     for each step of k      RCX to come, RSI, RDX
///           | ...    |                                             4 loads, 4 products
/// ```
///
/// **B** lies in the very panels that [MatrixProduct] reads: its pairs along k are what a tile of B
/// wants, so tiles are loaded from there, lines 128 bytes apart (64 in a panel of 16 columns). Only k
/// is filled up with zeros to whole steps. **A** is laid out in tiles ([RowEncoding#BF16]),
/// `[32 rows][step][2][16][32]`, rows and k filled up with zeros. So tails are exact: zeros times zeros
/// are added.
///
/// **What it waits for.** A step is 4 products of 16 cycles, 64, and 4 loads of 8, 32; with one row or
/// one column of tiles 2 products and 3 loads, 32 and 24. The products are what it waits for as long as
/// one operand comes from the first-level cache. So a call has 16 steps at most, 512 elements along k,
/// of which a panel takes 32 KiB. They stay there (48 KiB) while all rows stream past from the second
/// level by `tileloaddt1`: 2 KiB in 64 cycles, half of the 64 bytes a cycle that it gives at most.
///
/// Results leave the tiles once a call: 4 `tilestored` of about 50 cycles each, and 64 vectors that are
/// scaled, added and stored under masks, some 2 cycles each. That is about 330 cycles behind the 1,024
/// of 16 steps, or less where they overlap with the next steps; longer runs would have to read the
/// panel from the second level, which costs more ([TileProduct] has the figures of both). The lines of
/// C are fetched during the steps, two rows in each of 16.
///
/// | | |
/// | --- | --- |
/// | R8 | 64, the distance of the lines of tiles of A and of sums |
/// | R9 | the distance of the lines of tiles of B |
/// | R10, RBP | C of the micro tile, and of the panel |
/// | R11 | where sums are put down |
/// | R15 | bytes from one row of C to the next |
/// | zmm0, 1 | a row of the micro tile |
/// | zmm2 | the scale |
/// | k1, k2 | columns of the panel that exist |
///
/// A sum takes one addend a step, in the order of k: the sum of its even products and that of its odd
/// ones, added. It depends on nothing but its row and its column: results do not depend on how C is
/// cut. They differ in last digits from those of [MatrixProduct], which adds pair by pair. Numbers
/// below the least normal one are zero.
///
/// Tiles are configured when the kernel starts and released when it ends ([TileProduct] says why).
/// Its speed has been measured in whole steps of training alone (benchmarks/README.md).
public final class MatrixTileProduct {
    /// Rows of A that are computed at a time.
    public static final int ROWS = MicroTile.ROWS;

    /// Rows of a tile: so many or fewer take a kernel of one.
    public static final int TILE_ROWS = MicroTile.TILE_ROWS;

    /// Pairs along k of a step: lines of a tile of B.
    public static final int STEP_PAIRS = MicroTile.STEP_COLUMNS / 2;

    /// Steps of a call at most: those of a chunk of A.
    public static final int STEPS_MAX = TileProduct.CHUNK_COLUMNS / MicroTile.STEP_COLUMNS;

    /// Where sums are put down.
    public static final int SUMS_BYTES = MicroTile.BYTES;

    private static final int LINE = MicroTile.LINE;
    private static final Vec SCALE = zmm(2);
    private static final List<Gpr> SAVED = List.of(RBX, RBP, R12, R13, R14, R15);

    private final Assembler asm = new Assembler();
    private final int down;
    private final int across;
    private final MicroTile micro;

    /// The fields of the argument block, 8 bytes each.
    public enum Argument {
        /// Address of the first tile of A, aligned to 64 bytes.
        A,
        /// Bytes from 32 rows of A to the next.
        A_ROWS,
        /// Rows of C; 1 at least.
        ROWS,
        /// Address of the first panel: lines of so many tiles as the kernel is for.
        B,
        /// Bytes from one panel to the next.
        B_PANEL,
        /// Panels; 1 at least.
        PANELS,
        /// Steps of 32 along k, 1 to [#STEPS_MAX].
        STEPS,
        /// Address of the first result.
        C,
        /// Bytes from one row of C to the next.
        C_ROW,
        /// Address of [#SUMS_BYTES], aligned to 64.
        SUMS,
        /// 0 to store results, 1 to add them.
        ADDS,
        /// f32.
        SCALE,
        /// A bit for each column of the last panel that exists in C.
        LAST_LANES;

        @SuppressWarnings("EnumOrdinal") // the order of the layout
        public int offset() {
            return 8 * ordinal();
        }

        public static int bytes() {
            return 8 * values().length;
        }

        private Mem at() {
            return Mem.at(RDI, offset());
        }
    }

    private MatrixTileProduct(int down, int across) {
        this.down = down;
        this.across = across;
        this.micro = new MicroTile(asm, down, across);
    }

    /// The code for micro tiles of so many tiles of rows and of columns, 1 or 2 each.
    static byte[] assemble(int down, int across) {
        return new MatrixTileProduct(down, across).assemble();
    }

    private byte[] assemble() {
        Label panel = new Label();
        begin();
        asm.bind(panel);
        lanes();
        panel();
        asm.add(R12, Argument.B_PANEL.at());
        asm.add(RBP, across * LINE);
        asm.sub(RBX, 1);
        asm.jump(NOT_EQUAL, panel);
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
        asm.mov(R9, (long) across * LINE);
        asm.mov(R11, Argument.SUMS.at());
        asm.mov(R12, Argument.B.at());
        asm.mov(R15, Argument.C_ROW.at());
        asm.mov(RBP, Argument.C.at());
        asm.mov(RBX, Argument.PANELS.at());
        asm.vbroadcastss(SCALE, Argument.SCALE.at());
    }

    private void lanes() {
        Label whole = new Label();
        asm.mov(RAX, 0xFFFFFFFFL);
        asm.cmp(RBX, 1);
        asm.jump(NOT_EQUAL, whole);
        asm.mov(RAX, Argument.LAST_LANES.at());
        asm.bind(whole);
        micro.masks(RAX);
    }

    /// All rows with this panel.
    private void panel() {
        Label rows = new Label();
        asm.mov(R14, Argument.A.at());
        asm.mov(R13, Argument.ROWS.at());
        asm.mov(R10, RBP);
        asm.bind(rows);
        micro.clear();
        steps();
        micro.store(R11, R8);
        store();
        asm.add(R14, Argument.A_ROWS.at());
        asm.sub(R13, down * MicroTile.TILE_ROWS);
        asm.jump(GREATER, rows);
    }

    /// Behind the last row of C lines are fetched that nobody needs, or that do not exist, which does
    /// no harm.
    private void steps() {
        Label step = new Label();
        asm.mov(RSI, R14);
        asm.mov(RDX, R12);
        asm.mov(RAX, R10);
        asm.mov(RCX, Argument.STEPS.at());
        asm.align(LINE / 2);
        asm.bind(step);
        micro.step(Mem.at(RSI, R8, 1, 0), Mem.at(RDX, R9, 1, 0), LINE);
        for (int row = 0; row < down; row++) {
            for (int line = 0; line < across; line++) {
                asm.prefetcht0(Mem.at(RAX, line * LINE));
            }
            asm.add(RAX, R15);
        }
        asm.add(RSI, TileProduct.STEP_BYTES);
        asm.add(RDX, STEP_PAIRS * across * LINE);
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, step);
    }

    /// The rows that exist, from where their sums were put down to C.
    private void store() {
        Label adds = new Label();
        Label stored = new Label();
        asm.mov(RCX, (long) down * MicroTile.TILE_ROWS);
        asm.cmp(R13, RCX);
        asm.cmov(BELOW, RCX, R13);
        asm.mov(RAX, Argument.ADDS.at());
        asm.test(RAX, RAX);
        asm.mov(RAX, R10);
        asm.mov(RDX, R11);
        asm.jump(NOT_EQUAL, adds);
        micro.rows(Argument.C_ROW.at(), () -> micro.scale(SCALE));
        asm.jmp(stored);
        asm.bind(adds);
        micro.rows(Argument.C_ROW.at(), () -> micro.add(SCALE));
        asm.bind(stored);
        asm.mov(R10, RAX);
    }
}
