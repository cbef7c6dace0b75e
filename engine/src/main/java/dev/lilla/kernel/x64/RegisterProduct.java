package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;

import org.jspecify.annotations.Nullable;

/// The product of a few rows with a panel, in registers: `C[r][c] += sum_k A[r][k] * B[k][c]`, all f32.
///
/// The register plan, here for 6 rows and 4 vectors of columns of AVX-512:
///
/// ```
///              B[k]:   zmm24   zmm25   zmm26   zmm27      loaded once for all rows
///   A[0][k] in zmm28   zmm0    zmm1    zmm2    zmm3
///   A[1][k] in zmm29   zmm4    zmm5    zmm6    zmm7       one element of A in all lanes,
///   A[2][k] in zmm28   zmm8    ...                        then 4 multiply-adds
///   ...
///   A[5][k] in zmm29   zmm20   zmm21   zmm22   zmm23
/// ```
///
/// A step of `k` is 24 multiply-adds and 10 loads: the former take 12 to 24 cycles (two or one a cycle), the
/// latter 5 to 10, so the multiply-adds are what it waits for. Each sum goes through `k` in order, one element
/// after the other, whatever the shape of the tile: a row has the same bits in any tile. The 24 independent sums
/// hide the 4 cycles of a multiply-add; a single row has 4 to 8.
final class RegisterProduct {
    /// Rows of a tile at most: with 4 vectors of AVX-512, and with 2 of AVX2, all registers are in use.
    static final int ROWS = 6;

    /// Vectors of a tile at most: a single row needs no more to hide the latency.
    private static final int VECTORS_MAX = 8;

    private static final int CACHE_LINE = 64;

    /// Steps of `k` in an iteration.
    private static final int UNROLL = 4;

    private final Assembler asm;
    private final Isa isa;
    private final Tile tile;
    private final int rows;
    private final int vectors;

    /// What is fetched into the second-level cache, line by line, while B is read; or null.
    private @Nullable Mem fetched;

    /// @param rows of the tile, 1 to [#ROWS]
    /// @param vectors columns of the tile, at most [#vectorsMax]
    /// @param leftStride bytes from a row of A, at R8, to the next
    /// @param rightStride bytes from a row of B, at R9, to the next
    /// @param isHalf whether B is f16, and converted on the way into registers
    record Tile(int rows, int vectors, int leftStride, int rightStride, boolean isHalf) {}

    RegisterProduct(Assembler asm, Isa isa, Tile tile) {
        this.asm = asm;
        this.isa = isa;
        this.tile = tile;
        this.rows = tile.rows();
        this.vectors = tile.vectors();
    }

    /// Fetches as many bytes as are read of B, from `place` on, which moves with R9.
    void fetch(Mem place) {
        fetched = place;
    }

    /// Vectors that fit beside so many rows: `rows * vectors` sums, the vectors of B, two elements of A. A single
    /// row multiplies with B in memory.
    static int vectorsMax(Isa isa, int rows, boolean isHalf) {
        int registers = isa.hasMasks() ? 32 : 16;
        return rows == 1 && !isHalf ? VECTORS_MAX : Math.min(VECTORS_MAX, (registers - 2) / (rows + 1));
    }

    /// The register of a sum.
    Vec sum(int row, int vector) {
        return isa.vector(row * vectors + vector);
    }

    private boolean isLoaded() {
        return rows > 1 || tile.isHalf();
    }

    private Vec right(int vector) {
        return isa.vector(rows * vectors + vector);
    }

    private Vec left(int row) {
        return isa.vector(rows * vectors + (isLoaded() ? vectors : 0) + row % 2);
    }

    /// Makes all sums zero.
    void clear() {
        for (int i = 0; i < rows * vectors; i++) {
            asm.vpxor(isa.vector(i), isa.vector(i), isa.vector(i));
        }
    }

    /// Adds `count` steps.
    void addAll(int count) {
        if (count >= UNROLL) {
            Label loop = new Label();
            asm.mov(R10, count / UNROLL);
            asm.bind(loop);
            for (int k = 0; k < UNROLL; k++) {
                addStep(k);
            }
            advance(UNROLL);
            asm.sub(R10, 1);
            asm.jump(Condition.NOT_EQUAL, loop);
        }
        for (int k = 0; k < count % UNROLL; k++) {
            addStep(k);
        }
    }

    /// Adds as many steps as R10 says, at least one.
    void addCounted() {
        Label loop = new Label();
        Label rest = new Label();
        Label single = new Label();
        Label done = new Label();
        asm.sub(R10, UNROLL);
        asm.jump(Condition.BELOW, rest);
        asm.bind(loop);
        for (int k = 0; k < UNROLL; k++) {
            addStep(k);
        }
        advance(UNROLL);
        asm.sub(R10, UNROLL);
        asm.jump(Condition.ABOVE_OR_EQUAL, loop);
        asm.bind(rest);
        asm.add(R10, UNROLL);
        asm.jump(Condition.EQUAL, done);
        asm.bind(single);
        addStep(0);
        advance(1);
        asm.sub(R10, 1);
        asm.jump(Condition.NOT_EQUAL, single);
        asm.bind(done);
    }

    private void advance(int steps) {
        asm.add(R8, steps * Float.BYTES);
        asm.add(R9, steps * tile.rightStride());
    }

    private void addStep(int k) {
        for (int c = 0; isLoaded() && c < vectors; c++) {
            if (tile.isHalf()) {
                asm.vcvtph2ps(right(c), place(k, c));
            } else {
                asm.vmovups(right(c), place(k, c));
            }
        }
        if (fetched != null) {
            for (int i = 0; i < tile.rightStride(); i += CACHE_LINE) {
                asm.prefetcht1(fetched.plus(k * tile.rightStride() + i));
            }
        }
        for (int r = 0; r < rows; r++) {
            asm.vbroadcastss(left(r + k), Mem.at(R8, r * tile.leftStride() + k * Float.BYTES));
            for (int c = 0; c < vectors; c++) {
                asm.vfmadd231ps(sum(r, c), left(r + k), isLoaded() ? right(c) : place(k, c));
            }
        }
    }

    private Mem place(int k, int vector) {
        int bytes = isa.vectorBits() / (tile.isHalf() ? 16 : 8);
        return Mem.at(R9, k * tile.rightStride() + vector * bytes);
    }
}
