package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.EQUAL;
import static dev.lilla.kernel.x64.Condition.LESS;
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
import static dev.lilla.kernel.x64.Mask.K1;
import static dev.lilla.kernel.x64.Mask.K2;

/// Generates what lays out f32 matrices for a [MatrixProduct], and rounds them where its factors are bf16.
///
/// Half of an element's cycle each, at most: a panel is made once and met by every row of A, so that packing
/// stays a few hundredths of a product of hundreds of rows.
public final class MatrixPacker {
    private static final Gpr[] POINTERS = {R8, R9, R10, R11};

    private final Assembler asm = new Assembler();
    private final LaneCode lanes;
    private final Form form;

    /// What is written of a source of `rows` and `columns`. A row of the target is padded to whole vectors.
    public enum Form {
        /// Row `k` of the target = row `k`: B into panels, where its rows are whole.
        COPY(Factors.F32),
        /// Row `k` of the target = rows `2k` and `2k + 1` as pairs, after an odd last row zeros.
        PAIRS(Factors.BF16),
        /// Row `k` of the target = column `k`, of as many rows as a vector has lanes: B into panels, where its
        /// columns are whole.
        TRANSPOSE(Factors.F32),
        /// Row `k` of the target = columns `2k` and `2k + 1` as pairs, after an odd last column zeros.
        TRANSPOSE_PAIRS(Factors.BF16),
        /// Row `r` of the target = row `r` in bf16, its columns as pairs: A where its rows are whole.
        ROUND(Factors.BF16),
        /// A tile for every 32 rows, whose line `c` = column `c` with its rows as pairs, filled up with
        /// zeros to 16 lines of 32: A for a [MatrixTileProduct], where its columns are whole. Of 16
        /// columns at most.
        TILES(Factors.BF16);

        private final Factors factors;

        Form(Factors factors) {
            this.factors = factors;
        }

        public Factors factors() {
            return factors;
        }
    }

    /// The fields of the argument block, 8 bytes each.
    public enum Argument {
        SOURCE,
        /// Bytes from one row of the source to the next.
        SOURCE_ROW,
        /// At least 1; the lanes of a vector where a form transposes.
        ROWS,
        /// f32 of a row, at least 1.
        COLUMNS,
        TARGET,
        /// Bytes from one row of the target, or one tile, to the next.
        TARGET_ROW;

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

    private MatrixPacker(Isa isa, Form form) {
        if (form.factors() == Factors.BF16 && !isa.hasMasks()) {
            throw new IllegalArgumentException(isa + " does not round to " + form.factors());
        }
        this.lanes = new LaneCode(asm, isa);
        this.form = form;
    }

    static byte[] assemble(Isa isa, Form form) {
        return new MatrixPacker(isa, form).assemble();
    }

    private byte[] assemble() {
        asm.endbr64();
        asm.push(RBX);
        asm.mov(R8, Argument.SOURCE.at());
        asm.mov(RSI, Argument.SOURCE_ROW.at());
        asm.mov(RCX, Argument.ROWS.at());
        asm.mov(RDX, Argument.TARGET.at());
        asm.mov(RBX, Argument.TARGET_ROW.at());
        switch (form) {
            case COPY -> copy();
            case PAIRS -> pairs();
            case TRANSPOSE, TRANSPOSE_PAIRS -> transpose();
            case ROUND -> round();
            case TILES -> tiles();
        }
        asm.pop(RBX);
        asm.vzeroupper();
        asm.ret();
        return asm.finish();
    }

    private void prepareTail() {
        asm.mov(R10, Argument.COLUMNS.at());
        lanes.tail(R10, RAX);
    }

    private void copy() {
        prepareTail();
        Label row = new Label();
        asm.bind(row);
        asm.mov(R10, Argument.COLUMNS.at());
        lanes.eachVector(RAX, R10, MatrixProduct.VECTORS, (part, step) -> {
            Vec values = lanes.vector(step);
            lanes.load(values, Mem.at(R8, RAX, 1, step * lanes.bytes()), part);
            asm.vmovups(Mem.at(RDX, RAX, 1, step * lanes.bytes()), values);
        });
        asm.add(R8, RSI);
        asm.add(RDX, RBX);
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, row);
    }

    private void pairs() {
        prepareTail();
        asm.vmovups(interleaving(), PairCode.order(asm));
        Label pair = new Label();
        Label single = new Label();
        Label done = new Label();
        asm.sub(RCX, 2);
        asm.jump(LESS, single);
        asm.bind(pair);
        asm.lea(R9, Mem.at(R8, RSI, 1, 0));
        pairRow(second -> lanes.load(second.to(), second.from(), second.part()));
        asm.lea(R8, Mem.at(R9, RSI, 1, 0));
        asm.add(RDX, RBX);
        asm.sub(RCX, 2);
        asm.jump(Condition.GREATER_OR_EQUAL, pair);
        asm.bind(single);
        asm.cmp(RCX, -1);
        asm.jump(NOT_EQUAL, done);
        pairRow(second -> asm.vpxor(second.to(), second.to(), second.to()));
        asm.bind(done);
    }

    /// How the second row of a pair gets into its register.
    private interface SecondRow {
        void load(Load second);
    }

    private record Load(Vec to, Mem from, LaneCode.Part part) {}

    private void pairRow(SecondRow secondRow) {
        asm.mov(R10, Argument.COLUMNS.at());
        lanes.eachVector(RAX, R10, MatrixProduct.VECTORS, (part, step) -> {
            Vec first = lanes.vector(2 * step);
            Vec second = lanes.vector(2 * step + 1);
            lanes.load(first, Mem.at(R8, RAX, 1, step * lanes.bytes()), part);
            secondRow.load(new Load(second, Mem.at(R9, RAX, 1, step * lanes.bytes()), part));
            PairCode.pair(asm, first, second, interleaving());
            asm.vmovups(Mem.at(RDX, RAX, 1, step * lanes.bytes()), first);
        });
    }

    /// Pairs of rows become words, lane by lane a column; the square of a tile's words is turned, so
    /// that those of a column are neighbors.
    private void tiles() {
        Label tile = new Label();
        Label rest = new Label();
        Label done = new Label();
        asm.mov(R10, Argument.COLUMNS.at());
        tailMasks(R10);
        asm.bind(tile);
        asm.cmp(RCX, MicroTile.STEP_COLUMNS);
        asm.jump(LESS, rest);
        tile(LaneCode.Part.WHOLE);
        asm.add(RDX, RBX);
        asm.sub(RCX, MicroTile.STEP_COLUMNS);
        asm.jump(NOT_EQUAL, tile);
        asm.jmp(done);
        asm.bind(rest);
        tile(LaneCode.Part.TAIL);
        asm.bind(done);
    }

    /// @param rows of the tile: all 32, or those in RCX, then zeros
    private void tile(LaneCode.Part rows) {
        asm.vmovups(interleaving(), PairCode.order(asm));
        for (int pair = 0; pair < MatrixTileProduct.STEP_PAIRS; pair++) {
            Vec first = lanes.vector(pair);
            Vec second = lanes.vector(17);
            if (rows == LaneCode.Part.WHOLE) {
                lanes.load(first, Mem.at(R8), LaneCode.Part.TAIL);
                lanes.load(second, Mem.at(R8, RSI, 1, 0), LaneCode.Part.TAIL);
            } else {
                loadWhatIsThere(pair, first, second);
            }
            asm.lea(R8, Mem.at(R8, RSI, 2, 0));
            PairCode.pair(asm, first, second, interleaving());
        }
        turnSquare();
        for (int column = 0; column < MicroTile.TILE_ROWS; column++) {
            asm.vmovups(Mem.at(RDX, column * MicroTile.LINE), lanes.vector(column));
        }
    }

    private void loadWhatIsThere(int pair, Vec first, Vec second) {
        Label loaded = new Label();
        asm.vpxor(first, first, first);
        asm.vpxor(second, second, second);
        asm.cmp(RCX, 2 * pair + 1);
        asm.jump(LESS, loaded);
        lanes.load(first, Mem.at(R8), LaneCode.Part.TAIL);
        asm.jump(EQUAL, loaded);
        lanes.load(second, Mem.at(R8, RSI, 1, 0), LaneCode.Part.TAIL);
        asm.bind(loaded);
    }

    private Vec interleaving() {
        return lanes.vector(16);
    }

    /// Rows of 32 columns become rows of 16 words, one vector.
    private void round() {
        Label row = new Label();
        asm.mov(R10, Argument.COLUMNS.at());
        asm.and(R10, blockColumns() - 1);
        tailMasks(R10);
        asm.bind(row);
        asm.mov(R9, R8);
        asm.mov(R11, RDX);
        asm.mov(R10, Argument.COLUMNS.at());
        eachBlock(R10, part -> {
            loadBlock(lanes.vector(0), lanes.vector(1), Mem.at(R9), part);
            asm.vmovups(Mem.at(R11), lanes.vector(0));
            asm.add(R9, blockColumns() * Float.BYTES);
            asm.add(R11, lanes.bytes());
        });
        asm.add(R8, RSI);
        asm.add(RDX, RBX);
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, row);
    }

    /// Columns that become the words of a vector.
    private int blockColumns() {
        return lanes.lanes() * form.factors().columns();
    }

    private interface BlockBody {
        void emit(LaneCode.Part part);
    }

    /// @param count columns; in the last, partial block what is left of them
    private void eachBlock(Gpr count, BlockBody body) {
        Label block = new Label();
        Label rest = new Label();
        Label done = new Label();
        asm.sub(count, blockColumns());
        asm.jump(LESS, rest);
        asm.bind(block);
        body.emit(LaneCode.Part.WHOLE);
        asm.sub(count, blockColumns());
        asm.jump(Condition.GREATER_OR_EQUAL, block);
        asm.bind(rest);
        asm.add(count, blockColumns());
        asm.jump(EQUAL, done);
        body.emit(LaneCode.Part.TAIL);
        asm.bind(done);
    }

    /// The masks of a partial block's one or two vectors, of `count` columns.
    private void tailMasks(Gpr count) {
        if (form.factors() == Factors.F32) {
            lanes.tail(count, RAX);
            return;
        }
        asm.mov(RAX, 1);
        asm.shlx(RAX, RAX, count);
        asm.sub(RAX, 1);
        asm.kmovw(K1, RAX);
        asm.shr(RAX, 16);
        asm.kmovw(K2, RAX);
    }

    /// One word a lane of a row's block.
    private void loadBlock(Vec target, Vec spare, Mem source, LaneCode.Part part) {
        lanes.load(target, source, part);
        if (form.factors() == Factors.BF16) {
            Vec second = part == LaneCode.Part.WHOLE ? spare : spare.zeroed(K2);
            asm.vmovups(second, source.plus(lanes.bytes()));
            asm.vcvtne2ps2bf16(target, spare, target);
        }
    }

    /// As many rows as lanes, a square of words at a time.
    private void transpose() {
        int rowsPerPointer = 4;
        asm.lea(RAX, Mem.at(RSI, RSI, 2, 0));
        for (int i = 1; i < lanes.lanes() / rowsPerPointer; i++) {
            asm.lea(POINTERS[i], Mem.at(POINTERS[i - 1], RSI, 4, 0));
        }
        asm.mov(RCX, Argument.COLUMNS.at());
        eachBlock(RCX, part -> {
            if (part == LaneCode.Part.TAIL) {
                asm.push(RAX);
                tailMasks(RCX);
                asm.pop(RAX);
            }
            for (int row = 0; row < lanes.lanes(); row++) {
                Gpr pointer = POINTERS[row / rowsPerPointer];
                Mem source = switch (row % rowsPerPointer) {
                    case 0 -> Mem.at(pointer);
                    case 3 -> Mem.at(pointer, RAX, 1, 0);
                    default -> Mem.at(pointer, RSI, row % rowsPerPointer, 0);
                };
                loadBlock(lanes.vector(row), lanes.vector(31), source, part);
            }
            turnSquare();
            storeSquare(part);
            for (int i = 0; i < lanes.lanes() / rowsPerPointer; i++) {
                asm.add(POINTERS[i], blockColumns() * Float.BYTES);
            }
        });
    }

    /// Registers 0 on: from rows of words to columns, by ever larger units. The other half is used.
    private void turnSquare() {
        int size = lanes.lanes();
        for (int i = 0; i < size; i += 2) {
            asm.vpunpckldq(lanes.vector(size + i), lanes.vector(i), lanes.vector(i + 1));
            asm.vpunpckhdq(lanes.vector(size + i + 1), lanes.vector(i), lanes.vector(i + 1));
        }
        for (int i = 0; i < size; i += 4) {
            for (int half = 0; half < 2; half++) {
                Vec upper = lanes.vector(size + i + half);
                Vec lower = lanes.vector(size + i + 2 + half);
                asm.vpunpcklqdq(lanes.vector(i + 2 * half), upper, lower);
                asm.vpunpckhqdq(lanes.vector(i + 2 * half + 1), upper, lower);
            }
        }
        // Register 4 i + c now has, in its quarter q, column 4 q + c of rows 4 i to 4 i + 3.
        for (int c = 0; c < 4; c++) {
            if (size == 8) {
                Vec low = lanes.vector(size + c);
                asm.vperm2f128(low, lanes.vector(c), lanes.vector(4 + c), 0x20);
                asm.vperm2f128(lanes.vector(4 + c), lanes.vector(c), lanes.vector(4 + c), 0x31);
                asm.vmovups(lanes.vector(c), low);
            } else {
                turnQuarters(c);
            }
        }
    }

    private void turnQuarters(int c) {
        for (int half = 0; half < 2; half++) {
            int order = half == 0 ? 0b01_00_01_00 : 0b11_10_11_10;
            asm.vshuff32x4(lanes.vector(16 + 2 * half), lanes.vector(c), lanes.vector(4 + c), order);
            asm.vshuff32x4(lanes.vector(17 + 2 * half), lanes.vector(8 + c), lanes.vector(12 + c), order);
        }
        for (int half = 0; half < 2; half++) {
            Vec first = lanes.vector(16 + 2 * half);
            Vec second = lanes.vector(17 + 2 * half);
            asm.vshuff32x4(lanes.vector(8 * half + c), first, second, 0b10_00_10_00);
            asm.vshuff32x4(lanes.vector(8 * half + 4 + c), first, second, 0b11_01_11_01);
        }
    }

    /// Of a partial square only the rows that exist, by the columns left in RCX.
    private void storeSquare(LaneCode.Part part) {
        Label done = new Label();
        for (int k = 0; k < lanes.lanes(); k++) {
            asm.vmovups(Mem.at(RDX), lanes.vector(k));
            asm.add(RDX, RBX);
            if (part == LaneCode.Part.TAIL) {
                asm.sub(RCX, form.factors().columns());
                asm.jump(Condition.LESS_OR_EQUAL, done);
            }
        }
        asm.bind(done);
    }
}
