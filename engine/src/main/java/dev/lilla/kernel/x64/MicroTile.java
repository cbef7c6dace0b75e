package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Mask.K1;
import static dev.lilla.kernel.x64.Mask.K2;
import static dev.lilla.kernel.x64.Vec.zmm;

/// The heart of products in AMX tiles: sums of up to 32 x 32 f32 that stay in four tile registers while
/// steps of 32 along k go by.
///
/// A tile register holds 16 lines of 64 bytes. `tdpbf16ps C, A, B` adds a product of matrices to a tile
/// of 16 x 16 f32: `A` holds 16 rows with 32 elements along k in bf16, `B` the same 32 of 16 columns, a
/// line for each two of them that lie side by side. That is 16 * 16 * 32 = 8,192 multiplications in 16
/// cycles. Loading a tile takes about 8 cycles, so operands must be used more than once:
///
/// ```
///                     tmm6: columns   tmm7: columns
///                           0 to 15         16 to 31
/// tmm4: rows  0 to 15       tmm0            tmm2           in memory: tmm0, tmm1, tmm2, tmm3, 1 KiB each
/// tmm5: rows 16 to 31       tmm1            tmm3
/// ```
///
/// A step is four loads, 32 cycles, and four products, 64 cycles, which it waits for. Both tiles of a
/// column of tiles are adjacent in memory, so that a row is 64 bytes behind the one before it in all
/// 32.
///
/// Tails are filled up with zeros instead of having smaller tiles: all eight are configured alike.
final class MicroTile {
    /// Rows of a tile, and columns of sums.
    static final int TILE_ROWS = 16;

    /// Elements along k of a step.
    static final int STEP_COLUMNS = 32;

    /// Rows and columns of all four tiles.
    static final int ROWS = 2 * TILE_ROWS;

    static final int LINE = 64;
    static final int TILE_BYTES = TILE_ROWS * LINE;

    /// Of the sums.
    static final int BYTES = 4 * TILE_BYTES;

    /// From the sums of 16 columns to those of the next 16.
    static final int ACROSS = 2 * TILE_BYTES;

    private static final Tile[] SUMS = {Tile.TMM0, Tile.TMM1, Tile.TMM2, Tile.TMM3};
    private static final Tile[] LEFT = {Tile.TMM4, Tile.TMM5};
    private static final Tile[] RIGHT = {Tile.TMM6, Tile.TMM7};

    private final Assembler asm;
    private final int down;
    private final int across;

    /// @param down tiles of rows, 1 or 2
    /// @param across tiles of columns, 1 or 2
    MicroTile(Assembler asm, int down, int across) {
        if (down < 1 || down > LEFT.length || across < 1 || across > RIGHT.length) {
            throw new IllegalArgumentException(down + " by " + across + " tiles");
        }
        this.asm = asm;
        this.down = down;
        this.across = across;
    }

    /// Palette 1; all eight tiles have 16 lines of 64 bytes.
    static void configure(Assembler asm) {
        byte[] bytes = new byte[LINE];
        bytes[0] = 1;
        for (int tile = 0; tile < Tile.values().length; tile++) {
            bytes[16 + 2 * tile] = LINE;
            bytes[48 + tile] = TILE_ROWS;
        }
        asm.ldtilecfg(asm.constant(bytes));
    }

    private interface Sums {
        void emit(Tile tile, int offset);
    }

    private void each(Sums sums) {
        for (int column = 0; column < across; column++) {
            for (int row = 0; row < down; row++) {
                int number = column * LEFT.length + row;
                sums.emit(SUMS[number], number * TILE_BYTES);
            }
        }
    }

    void clear() {
        each((tile, offset) -> asm.tilezero(tile));
    }

    /// @param line has the value [#LINE]
    void load(Gpr from, Gpr line) {
        each((tile, offset) -> asm.tileloadd(tile, Mem.at(from, line, 1, offset)));
    }

    void store(Gpr to, Gpr line) {
        each((tile, offset) -> asm.tilestored(Mem.at(to, line, 1, offset), tile));
    }

    /// One step of 32 along k. The left side is loaded with the hint not to keep it: it streams past a
    /// right side that stays in the first-level cache.
    ///
    /// @param left the first tile of rows; the second is [#TILE_BYTES] behind it
    /// @param right the first tile of columns
    /// @param nextRight bytes from it to the second
    void step(Mem left, Mem right, int nextRight) {
        for (int column = 0; column < across; column++) {
            for (int row = 0; row < down; row++) {
                if (column == 0) {
                    asm.tileloaddt1(LEFT[row], left.plus(row * TILE_BYTES));
                }
                if (row == 0) {
                    asm.tileloadd(RIGHT[column], right.plus(column * nextRight));
                }
                asm.tdpbf16ps(SUMS[column * LEFT.length + row], LEFT[row], RIGHT[column]);
            }
        }
    }

    /// The columns that exist become masks, of the first 16 k1, of the others k2.
    ///
    /// @param lanes a bit for each column; used up
    void masks(Gpr lanes) {
        asm.kmovw(K1, lanes);
        if (across > 1) {
            asm.shr(lanes, TILE_ROWS);
            asm.kmovw(K2, lanes);
        }
    }

    /// Stores rcx rows from rax on, each as `compute` leaves it in zmm0 and zmm1; what exists by
    /// [#masks]. The row's sums are at rdx, and [#ACROSS] behind it.
    ///
    /// @param distance bytes from one row at rax to the next
    void rows(Mem distance, Runnable compute) {
        Label row = new Label();
        asm.bind(row);
        compute.run();
        for (int column = 0; column < across; column++) {
            asm.vmovups(Mem.at(RAX, column * LINE).masked(mask(column)), zmm(column));
        }
        asm.add(RDX, LINE);
        asm.add(RAX, distance);
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, row);
    }

    /// For [#rows]: `scale` times the sums.
    void scale(Vec scale) {
        for (int column = 0; column < across; column++) {
            asm.vmulps(zmm(column), scale, Mem.at(RDX, column * ACROSS));
        }
    }

    /// For [#rows]: what is at rax, and `scale` times the sums.
    void add(Vec scale) {
        for (int column = 0; column < across; column++) {
            asm.vmovups(zmm(column).zeroed(mask(column)), Mem.at(RAX, column * LINE));
            asm.vfmadd231ps(zmm(column), scale, Mem.at(RDX, column * ACROSS));
        }
    }

    /// See [#masks].
    static Mask mask(int column) {
        return column == 0 ? K1 : K2;
    }
}
