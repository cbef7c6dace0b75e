package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.AttentionArguments.BLOCKS;
import static dev.lilla.kernel.x64.AttentionArguments.BLOCK_COUNT;
import static dev.lilla.kernel.x64.AttentionArguments.COUNT;
import static dev.lilla.kernel.x64.AttentionArguments.CURRENT;
import static dev.lilla.kernel.x64.AttentionArguments.FACTOR;
import static dev.lilla.kernel.x64.AttentionArguments.QUERIES;
import static dev.lilla.kernel.x64.AttentionArguments.REACH;
import static dev.lilla.kernel.x64.AttentionArguments.RECORDS;
import static dev.lilla.kernel.x64.AttentionArguments.RECORD_BYTES;
import static dev.lilla.kernel.x64.AttentionArguments.RECORD_KEPT;
import static dev.lilla.kernel.x64.AttentionArguments.RECORD_POSITION;
import static dev.lilla.kernel.x64.AttentionArguments.RECORD_QUERY;
import static dev.lilla.kernel.x64.AttentionArguments.RECORD_RUN;
import static dev.lilla.kernel.x64.AttentionArguments.ROWS;
import static dev.lilla.kernel.x64.AttentionArguments.SCORES;
import static dev.lilla.kernel.x64.AttentionArguments.START;
import static dev.lilla.kernel.x64.AttentionArguments.STATES;
import static dev.lilla.kernel.x64.AttentionShape.SCORE_BYTES;
import static dev.lilla.kernel.x64.AttentionShape.TOKENS;
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

import dev.lilla.kernel.x64.AttentionShape.CacheFormat;

/// Attention of some query rows over cache blocks of one K/V head, with a running softmax (Milakov and
/// Gimelshein, arXiv 1805.02867): scores of one block at a time, never of all keys.
///
/// For each block of 64 keys, all in first- and second-level cache:
///
/// ```
///              64 tokens                64 tokens                    stride
///            ┌───────────┐            ┌───────────┐              ┌───────────┐
///            │ keys,     │ headDim    │           │              │ values,   │ 64 tokens
///            │ transposed│            │           │              │ as stored │
///            └───────────┘            │           │              └───────────┘
///  ┌───────┐ ┌───────────┐  softmax   │           │   product    ┌───────────┐
///  │queries│ │ scores    │ ─────────> │ weights   │ ───────────> │ sums of   │ rows
///  └───────┘ └───────────┘ row by row └───────────┘              │ values    │
///   headDim   6 rows a tile            in place                  └───────────┘
/// ```
///
/// Both products are [RegisterProduct]s: the lanes of a vector are tokens in the first and elements of the head in
/// the second, so nothing is summed across lanes. Keys and values that are not f32 are unpacked once a block for
/// all rows.
///
/// A row's operations are the same in whatever tile it falls, and in the same order. A block that it does not see
/// leaves its partial result as it is; keys of a block that it does not see have weight 0 and, as their values
/// might be no numbers, are not multiplied at all.
///
/// Registers: RDI arguments, RBX next block address, R12 blocks left, R13 position of the block's first key, RDX
/// reach, R14 record of the row, R15 rows left, RBP its scores, R11 its query or partial result; RAX, RCX, RSI,
/// R8 to R10 free.
public final class AttentionCode {
    /// Rows up to which halves are converted in the products, once a tile, instead of once a block into a panel.
    /// A tile of 6 rows has 4 conversions beside its 24 multiply-adds: on Zen 4 they run beside them (a group of
    /// 8 heads 1.3 times as fast at 512 keys, in the cache), where they share ports with them (Intel) they are a
    /// third more work.
    public static final int FEW_ROWS = 2 * RegisterProduct.ROWS;

    private final Assembler asm = new Assembler();
    private final AttentionShape shape;
    private final CacheUnpacking unpacking;
    private final boolean unpacks;
    private final boolean isHalf;
    private final boolean fetches;

    private AttentionCode(AttentionShape shape, boolean isForFew) {
        this.shape = shape;
        this.unpacking = new CacheUnpacking(asm, shape);
        this.isHalf = isForFew && shape.format() == CacheFormat.F16;
        this.unpacks = !isHalf && shape.format() != CacheFormat.F32;
        this.fetches = isForFew && !unpacks;
    }

    /// Code that fills [AttentionArguments#STATES] from the blocks.
    public static byte[] generate(AttentionShape shape) {
        AttentionCode code = new AttentionCode(shape, false);
        code.emit();
        return code.asm.finish();
    }

    /// The same, to the same bits, for at most [#FEW_ROWS] rows, which memory has to keep up with: halves are
    /// converted on their way into registers, and what is needed next is fetched while the products go on.
    public static byte[] generateForFew(AttentionShape shape) {
        AttentionCode code = new AttentionCode(shape, true);
        code.emit();
        return code.asm.finish();
    }

    private void emit() {
        Label blocks = new Label();
        Gpr[] saved = {RBX, RBP, R12, R13, R14, R15};
        asm.endbr64();
        for (Gpr register : saved) {
            asm.push(register);
        }
        asm.mov(RBX, Mem.at(RDI, BLOCKS));
        asm.mov(R12, Mem.at(RDI, BLOCK_COUNT));
        asm.mov(R13, Mem.at(RDI, START));
        asm.mov(RDX, Mem.at(RDI, REACH));
        begin();
        asm.align(32);
        asm.bind(blocks);
        unpacking.keysOfBlock(unpacks);
        asm.mov(Mem.at(RDI, CURRENT), R8);
        eachTile(this::scoreTile);
        new SoftmaxCode(asm, shape).rows();
        unpacking.valuesOfBlock(unpacks);
        asm.mov(Mem.at(RDI, CURRENT), R8);
        eachValueTile();
        asm.add(RBX, Long.BYTES);
        asm.add(R13, TOKENS);
        asm.sub(R12, 1);
        asm.jump(Condition.NOT_EQUAL, blocks);
        asm.vzeroupper();
        for (int i = saved.length - 1; i >= 0; i--) {
            asm.pop(saved[i]);
        }
        asm.ret();
    }

    private Vec vector(int number) {
        return shape.isa().vector(number);
    }

    /// Copies the queries, times the factor, and begins the partial results.
    private void begin() {
        Label loop = new Label();
        RowTail tail = new RowTail(asm, shape);
        PartialResult result = new PartialResult(asm, shape, vector(2), vector(3));
        tail.prepare();
        firstRow();
        asm.mov(R11, Mem.at(RDI, QUERIES));
        asm.mov(R8, Mem.at(RDI, STATES));
        asm.vbroadcastss(vector(1), Mem.at(RDI, FACTOR));
        result.prepare();
        asm.bind(loop);
        asm.mov(RAX, Mem.at(R14, RECORD_QUERY));
        for (int i = 0; i < (shape.headDim() + shape.lanes() - 1) / shape.lanes(); i++) {
            tail.load(vector(0), RAX, i);
            asm.vmulps(vector(0), vector(0), vector(1));
            asm.vmovups(Mem.at(R11, i * shape.vectorBytes()), vector(0));
        }
        result.begin(R8);
        asm.add(R14, RECORD_BYTES);
        asm.add(R11, shape.rowBytes());
        asm.add(R8, shape.stateBytes());
        asm.sub(R15, 1);
        asm.jump(Condition.NOT_EQUAL, loop);
    }

    private void firstRow() {
        asm.mov(R14, Mem.at(RDI, RECORDS));
        asm.mov(R15, Mem.at(RDI, ROWS));
        asm.mov(RBP, Mem.at(RDI, SCORES));
    }

    private interface Tile {
        void emit(int rows);
    }

    /// Goes through all rows in tiles of six, then one of what is left.
    private void eachTile(Tile tile) {
        Label next = new Label();
        Label done = new Label();
        Label[] labels = labels();
        firstRow();
        asm.mov(R11, Mem.at(RDI, QUERIES));
        asm.bind(next);
        asm.test(R15, R15);
        asm.jump(Condition.EQUAL, done);
        asm.mov(RSI, R15);
        dispatch(labels);
        for (int rows = 1; rows <= RegisterProduct.ROWS; rows++) {
            asm.bind(labels[rows]);
            tile.emit(rows);
            asm.add(R14, rows * RECORD_BYTES);
            asm.add(RBP, rows * SCORE_BYTES);
            asm.add(R11, rows * shape.rowBytes());
            asm.sub(R15, rows);
            asm.jmp(next);
        }
        asm.bind(done);
    }

    private static Label[] labels() {
        Label[] labels = new Label[RegisterProduct.ROWS + 1];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = new Label();
        }
        return labels;
    }

    /// Jumps to the label of RSI rows, or of six if it is more.
    private void dispatch(Label[] labels) {
        for (int rows = RegisterProduct.ROWS; rows > 1; rows--) {
            asm.cmp(RSI, rows);
            asm.jump(Condition.ABOVE_OR_EQUAL, labels[rows]);
        }
        asm.jmp(labels[1]);
    }

    /// Scores of `rows` rows with all 64 keys, unless none of the rows sees any of them.
    private void scoreTile(int rows) {
        Label skip = new Label();
        asm.movsxd(RAX, Mem.at(R14, (rows - 1) * RECORD_BYTES + RECORD_POSITION));
        asm.cmp(RAX, R13);
        asm.jump(Condition.LESS, skip);
        asm.movsxd(RAX, Mem.at(R14, RECORD_POSITION));
        asm.sub(RAX, RDX);
        asm.sub(RAX, TOKENS - 1);
        asm.cmp(RAX, R13);
        asm.jump(Condition.GREATER, skip);
        asm.mov(RCX, Mem.at(RDI, CURRENT));
        int all = TOKENS / shape.lanes();
        for (int first = 0, vectors; first < all; first += vectors) {
            vectors = evenly(all, first, rows);
            RegisterProduct product = new RegisterProduct(
                    asm,
                    shape.isa(),
                    new RegisterProduct.Tile(rows, vectors, shape.rowBytes(), TOKENS * elementBytes(), isHalf));
            if (fetches && first == 0) {
                product.fetch(Mem.at(R9, shape.keyBytes()));
            }
            asm.mov(R8, R11);
            asm.lea(R9, Mem.at(RCX, first * shape.lanes() * elementBytes()));
            product.clear();
            product.addAll(shape.headDim());
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < vectors; c++) {
                    asm.vmovups(Mem.at(RBP, r * SCORE_BYTES + (first + c) * shape.vectorBytes()), product.sum(r, c));
                }
            }
        }
        asm.bind(skip);
    }

    /// Of keys and values as the products read them.
    private int elementBytes() {
        return isHalf ? 2 : Float.BYTES;
    }

    /// How many of `all` vectors the tile that begins at vector `first` takes, so that all take about the same.
    private int evenly(int all, int first, int rows) {
        int tiles = Math.ceilDiv(all, RegisterProduct.vectorsMax(shape.isa(), rows, isHalf));
        return Math.min(Math.ceilDiv(all, tiles), all - first);
    }

    /// Adds the block's values to the sums of all rows: six at a time where all see the whole block, otherwise as
    /// many as have the same position and so see the same keys.
    private void eachValueTile() {
        Label next = new Label();
        Label partly = new Label();
        Label ready = new Label();
        Label skip = new Label();
        Label done = new Label();
        firstRow();
        asm.mov(R11, Mem.at(RDI, STATES));
        asm.bind(next);
        asm.test(R15, R15);
        asm.jump(Condition.EQUAL, done);
        asm.mov(RSI, RegisterProduct.ROWS);
        asm.cmp(R15, RSI);
        asm.cmov(Condition.BELOW, RSI, R15);
        asm.movsxd(RAX, Mem.at(R14, RECORD_POSITION));
        asm.lea(RCX, Mem.at(R13, TOKENS - 1));
        asm.cmp(RAX, RCX);
        asm.jump(Condition.LESS, partly);
        asm.mov(R8, RSI);
        asm.shl(R8, 5);
        asm.movsxd(R8, Mem.at(R14, R8, 1, RECORD_POSITION - RECORD_BYTES));
        asm.sub(R8, RDX);
        asm.cmp(R8, R13);
        asm.jump(Condition.LESS_OR_EQUAL, ready);
        asm.bind(partly);
        asm.movsxd(RCX, Mem.at(R14, RECORD_RUN));
        asm.cmp(RCX, RSI);
        asm.cmov(Condition.LESS, RSI, RCX);
        asm.bind(ready);
        // RAX = keys seen, from RCX on; R10 how many.
        new KeyRange(asm).compute(skip);
        asm.mov(R10, RAX);
        asm.sub(R10, RCX);
        asm.lea(RAX, Mem.at(RBP, RCX, 4, 0));
        asm.imul(RCX, RCX, shape.stride() * elementBytes());
        asm.add(RCX, Mem.at(RDI, CURRENT));
        Label[] labels = labels();
        dispatch(labels);
        for (int rows = 1; rows <= RegisterProduct.ROWS; rows++) {
            asm.bind(labels[rows]);
            valueTile(rows);
            advanceStates(rows);
            asm.jmp(next);
        }
        asm.bind(skip);
        asm.sub(R15, RSI);
        asm.imul(RAX, RSI, RECORD_BYTES);
        asm.add(R14, RAX);
        asm.imul(RAX, RSI, SCORE_BYTES);
        asm.add(RBP, RAX);
        asm.imul(RAX, RSI, shape.stateBytes());
        asm.add(R11, RAX);
        asm.jmp(next);
        asm.bind(done);
    }

    private void advanceStates(int rows) {
        asm.add(R14, rows * RECORD_BYTES);
        asm.add(RBP, rows * SCORE_BYTES);
        asm.add(R11, rows * shape.stateBytes());
        asm.sub(R15, rows);
    }

    /// Weights at RAX, values at RCX, R10 keys.
    private void valueTile(int rows) {
        int all = shape.stride() / shape.lanes();
        asm.mov(Mem.at(RDI, COUNT), R10);
        if (fetches) {
            distanceToNextKeys();
        }
        for (int first = 0, vectors; first < all; first += vectors) {
            vectors = evenly(all, first, rows);
            RegisterProduct product = new RegisterProduct(
                    asm,
                    shape.isa(),
                    new RegisterProduct.Tile(rows, vectors, SCORE_BYTES, shape.stride() * elementBytes(), isHalf));
            if (fetches && first == 0) {
                product.fetch(Mem.at(R9, RSI, 1, 0));
            }
            Vec kept = vector(shape.isa().hasMasks() ? 31 : 15);
            for (int r = 0; r < rows; r++) {
                asm.vbroadcastss(kept, Mem.at(R14, r * RECORD_BYTES + RECORD_KEPT));
                for (int c = 0; c < vectors; c++) {
                    asm.vmulps(product.sum(r, c), kept, state(r, first + c));
                }
            }
            asm.mov(R8, RAX);
            asm.lea(R9, Mem.at(RCX, first * shape.lanes() * elementBytes()));
            if (first > 0) {
                asm.mov(R10, Mem.at(RDI, COUNT));
            }
            product.addCounted();
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < vectors; c++) {
                    asm.vmovups(state(r, first + c), product.sum(r, c));
                }
            }
        }
    }

    /// RSI = from the values of this block to the keys of the next; R8 is lost.
    private void distanceToNextKeys() {
        unpacking.nextBlock(RSI);
        asm.mov(R8, Mem.at(RDI, CURRENT));
        asm.sub(RSI, R8);
    }

    private Mem state(int row, int vector) {
        return Mem.at(R11, row * shape.stateBytes() + vector * shape.vectorBytes());
    }
}
