package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.ABOVE_OR_EQUAL;
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

/// Generates the product of matrices `C[m, n] = scale * sum_k A[m, k] * B[k, n]`, stored or added to what is there.
///
/// C is cut into small tiles whose sums stay in registers for all of k. For each k a tile takes one column of A
/// and one row of B, and multiplies each element of the one with all of the other (Goto and van de Geijn,
/// *Anatomy of High-Performance Matrix Multiplication*, 2008):
///
/// ```
///                        B, packed in panels            one panel:  k = 0 | 32 columns |
///                      +--------+--------+--                        k = 1 | 32 columns |
///                  k | | 32     | 32     |                          ...     128 bytes a step
///                    v | columns| columns|
///             k ->     +--------+--------+--
///           +--------+ +--------+--------+--
///   A, 12   | 12 rows| | tile   | tile   |       order: for each 12 rows of A
///   rows at |        | | 12 x 32|        |                for each panel of B
///   a time  +--------+ +--------+--------+--                for each k: one step of a tile
///           | 12 rows| |
/// ```
///
/// **Registers**, AVX-512 (AVX2: 6 rows, ymm, 12 sums):
///
/// ```
///             B[k]:   zmm24   zmm25        two loads
///  A[0][k] in zmm26   zmm0    zmm1
///  A[1][k] in zmm27   zmm2    zmm3         one element of A in all lanes, then two multiply-adds
///  A[2][k] in zmm26   zmm4    zmm5
///  ...
///  A[11][k] in zmm27  zmm22   zmm23
/// ```
///
/// A step is 24 multiply-adds, 12 broadcasts and 2 loads. Zen 4 starts one multiply-add of 512 bits a cycle and
/// dispatches 6 operations: 24 cycles against (24 + 14 + 6) / 6 = 8; processors that start two need 12. The
/// multiply-adds are what it waits for. A sum gets its next addend after 24 of them, 12 cycles at least, and a
/// multiply-add takes 4: none waits for the last.
///
/// **Memory.** B is read at 128 bytes in 24 cycles, which a second-level cache gives at a sixth of its rate: so the
/// panels of a call should lie there (see the caller), while the 12 rows of A (at 384 steps 18 KiB) stay in the
/// first-level cache until all panels have passed. A is not packed: its elements are broadcast one by one from
/// where they are, any distance apart, so that a transposed A costs nothing.
///
/// A sum takes its addends in the order of k with one fused multiply-add each, whatever the shape of the tile:
/// results do not depend on how C is cut. With [Factors#BF16] a step takes two neighbors along k at once.
public final class MatrixProduct {
    /// Vectors of a panel's row.
    public static final int VECTORS = 2;

    private static final int LINE = 64;

    /// Rows of A that share a pointer: they lie at its place, one and two distances further on.
    private static final int ROWS_PER_POINTER = 3;

    private static final Gpr[] POINTERS = {R8, R11, RBX, RBP};
    private static final Gpr[] SAVED = {RBX, RBP, R12, R13, R14, R15};

    private final Assembler asm = new Assembler();
    private final Isa isa;
    private final Factors factors;
    private final int rows;
    private final int vectors;
    private final LaneCode lanes;

    /// The fields of the argument block, 8 bytes each. A step is one word of 32 bits of A, see [Factors].
    public enum Argument {
        /// Address of the first row's first step.
        A,
        /// Bytes from one row of A to the next.
        A_ROW,
        /// Bytes from one step of A to the next.
        A_STEP,
        /// How many times the rows of a tile; 1 at least.
        ROW_TILES,
        /// Address of the first panel: steps of so many vectors as the kernel is for.
        B,
        /// Panels one behind the other; 1 at least.
        PANELS,
        /// Steps of all; 1 at least.
        STEPS,
        /// Address of the first result.
        C,
        /// Bytes from one row of C to the next.
        C_ROW,
        /// 0 to store results, 1 to add them.
        ADDS,
        /// f32.
        SCALE,
        /// f32 in the last vector of the last panel that exist in C, 1 to [Isa#lanes].
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

    private MatrixProduct(Isa isa, Factors factors, int rows, int vectors) {
        if (rows < 1 || rows > rowsMax(isa) || vectors < 1 || vectors > VECTORS) {
            throw new IllegalArgumentException("a tile of " + rows + " rows and " + vectors + " vectors");
        }
        if (factors == Factors.BF16 && !isa.hasMasks()) {
            throw new IllegalArgumentException(isa + " does not multiply " + factors);
        }
        this.isa = isa;
        this.factors = factors;
        this.rows = rows;
        this.vectors = vectors;
        this.lanes = new LaneCode(asm, isa);
    }

    /// Rows of a tile: with two vectors as many sums as leave room for those of B and two of A.
    public static int rowsMax(Isa isa) {
        return isa.hasMasks() ? 12 : 6;
    }

    /// The code for tiles of `rows` rows and `vectors` vectors.
    static byte[] assemble(Isa isa, Factors factors, int rows, int vectors) {
        return new MatrixProduct(isa, factors, rows, vectors).assemble();
    }

    private byte[] assemble() {
        asm.endbr64();
        for (Gpr register : SAVED) {
            asm.push(register);
        }
        asm.mov(RSI, Argument.A_ROW.at());
        asm.mov(RAX, Argument.A_STEP.at());
        asm.mov(R12, Argument.A.at());
        asm.mov(R13, Argument.ROW_TILES.at());
        asm.mov(R14, Argument.C.at());
        asm.mov(R15, Argument.C_ROW.at());
        Label rowTile = new Label();
        asm.bind(rowTile);
        asm.mov(R9, Argument.B.at());
        asm.mov(RCX, Argument.PANELS.at());
        asm.mov(RDX, R14);
        Label panel = new Label();
        asm.bind(panel);
        multiply();
        store();
        asm.add(RDX, vectors * lanes.bytes());
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, panel);
        advance(R12, RSI);
        advance(R14, R15);
        asm.sub(R13, 1);
        asm.jump(NOT_EQUAL, rowTile);
        for (int i = SAVED.length - 1; i >= 0; i--) {
            asm.pop(SAVED[i]);
        }
        asm.vzeroupper();
        asm.ret();
        return asm.finish();
    }

    /// `place += rows * distance`.
    private void advance(Gpr place, Gpr distance) {
        asm.imul(R10, distance, rows);
        asm.add(place, R10);
    }

    private Vec sum(int row, int vector) {
        return isa.vector(row * vectors + vector);
    }

    private Vec right(int vector) {
        return isa.vector(rows * vectors + vector);
    }

    private Vec left(int row) {
        return isa.vector(rows * vectors + vectors + row % 2);
    }

    private int pointers() {
        return Math.ceilDiv(rows, ROWS_PER_POINTER);
    }

    private void multiply() {
        for (int i = 0; i < rows * vectors; i++) {
            asm.vpxor(isa.vector(i), isa.vector(i), isa.vector(i));
        }
        asm.mov(POINTERS[0], R12);
        for (int i = 1; i < pointers(); i++) {
            asm.lea(POINTERS[i], Mem.at(POINTERS[i - 1], RSI, 2, 0));
            asm.add(POINTERS[i], RSI);
        }
        asm.mov(R10, Argument.STEPS.at());
        Label step = new Label();
        asm.align(LINE);
        asm.bind(step);
        for (int vector = 0; vector < vectors; vector++) {
            asm.vmovups(right(vector), Mem.at(R9, vector * lanes.bytes()));
        }
        for (int row = 0; row < rows; row++) {
            asm.vbroadcastss(left(row), element(row));
            for (int vector = 0; vector < vectors; vector++) {
                switch (factors) {
                    case F32 -> asm.vfmadd231ps(sum(row, vector), left(row), right(vector));
                    case BF16 -> asm.vdpbf16ps(sum(row, vector), left(row), right(vector));
                }
            }
        }
        for (int i = 0; i < pointers(); i++) {
            asm.add(POINTERS[i], RAX);
        }
        asm.add(R9, vectors * lanes.bytes());
        asm.sub(R10, 1);
        asm.jump(NOT_EQUAL, step);
    }

    /// What this step takes of a row of A.
    private Mem element(int row) {
        Gpr pointer = POINTERS[row / ROWS_PER_POINTER];
        int behind = row % ROWS_PER_POINTER;
        return behind == 0 ? Mem.at(pointer) : Mem.at(pointer, RSI, behind, 0);
    }

    private void store() {
        Label whole = new Label();
        Label stored = new Label();
        asm.vbroadcastss(scale(), Argument.SCALE.at());
        asm.cmp(RCX, 1);
        asm.jump(NOT_EQUAL, whole);
        asm.mov(R10, Argument.LAST_LANES.at());
        asm.cmp(R10, lanes.lanes());
        asm.jump(ABOVE_OR_EQUAL, whole);
        lanes.tail(R10, R8);
        store(LaneCode.Part.TAIL);
        asm.jmp(stored);
        asm.bind(whole);
        store(LaneCode.Part.WHOLE);
        asm.bind(stored);
    }

    /// Not among the sums, nor the register of the tail.
    private Vec scale() {
        return isa.vector(rows * vectors);
    }

    private void store(LaneCode.Part last) {
        Label adds = new Label();
        Label done = new Label();
        asm.mov(R8, RDX);
        asm.mov(R10, Argument.ADDS.at());
        asm.test(R10, R10);
        asm.jump(NOT_EQUAL, adds);
        eachSum(
                (sum, place, part) -> {
                    asm.vmulps(sum, sum, scale());
                    lanes.store(place, sum, part);
                },
                last);
        asm.jmp(done);
        asm.bind(adds);
        Vec before = isa.vector(rows * vectors + 1);
        eachSum(
                (sum, place, part) -> {
                    lanes.load(before, place, part);
                    asm.vfmadd231ps(before, sum, scale());
                    lanes.store(place, before, part);
                },
                last);
        asm.bind(done);
    }

    private interface Ending {
        void emit(Vec sum, Mem place, LaneCode.Part part);
    }

    private void eachSum(Ending ending, LaneCode.Part last) {
        for (int row = 0; row < rows; row++) {
            for (int vector = 0; vector < vectors; vector++) {
                LaneCode.Part part = vector == vectors - 1 ? last : LaneCode.Part.WHOLE;
                ending.emit(sum(row, vector), Mem.at(R8, vector * lanes.bytes()), part);
            }
            asm.add(R8, R15);
        }
    }
}
