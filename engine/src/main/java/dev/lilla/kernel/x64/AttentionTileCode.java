package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.AttentionArguments.BLOCKS;
import static dev.lilla.kernel.x64.AttentionArguments.BLOCK_COUNT;
import static dev.lilla.kernel.x64.AttentionArguments.FACTOR;
import static dev.lilla.kernel.x64.AttentionArguments.PAIRS;
import static dev.lilla.kernel.x64.AttentionArguments.QUERIES;
import static dev.lilla.kernel.x64.AttentionArguments.RECORDS;
import static dev.lilla.kernel.x64.AttentionArguments.RECORD_BYTES;
import static dev.lilla.kernel.x64.AttentionArguments.RECORD_KEPT;
import static dev.lilla.kernel.x64.AttentionArguments.RECORD_QUERY;
import static dev.lilla.kernel.x64.AttentionArguments.ROWS;
import static dev.lilla.kernel.x64.AttentionArguments.SCORES;
import static dev.lilla.kernel.x64.AttentionArguments.STATES;
import static dev.lilla.kernel.x64.AttentionArguments.SUMS;
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
import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.MicroTile.LINE;
import static dev.lilla.kernel.x64.MicroTile.STEP_COLUMNS;
import static dev.lilla.kernel.x64.MicroTile.TILE_BYTES;
import static dev.lilla.kernel.x64.MicroTile.TILE_ROWS;
import static dev.lilla.kernel.x64.Vec.zmm;

import dev.lilla.kernel.x64.AttentionShape.CacheFormat;
import java.util.List;

/// Attention of many query rows over cache blocks of one K/V head that **all** of them see whole, in AMX tiles: the
/// twin of [AttentionCode], which goes through the blocks at the edges of what a row sees, before and behind these,
/// and continues the same partial results.
///
/// Queries, keys, values and weights are rounded to bf16, sums stay f32:
///
/// ```
///              64 tokens                 64 tokens                   stride
///            ┌───────────┐             ┌───────────┐             ┌───────────┐
///            │ keys in   │ headDim / 2 │           │             │ values in │ 32 pairs
///            │ pairs     │ pairs       │           │             │ pairs     │ of tokens
///            └───────────┘             └───────────┘             └───────────┘
///  ┌───────┐ ┌───────────┐   softmax   ┌───────────┐   product   ┌───────────┐  kept * sums so far
///  │queries│ │ scores    │  ─────────> │ weights   │ ──────────> │ sums of   │ ──────────> sums
///  └───────┘ └───────────┘  row by row └───────────┘             │ the block │
///   headDim   16 rows at a time         bf16, in place           └───────────┘
/// ```
///
/// Keys lie transposed and values token by token, so in both products two neighboring rows of a plane are the pairs
/// along k that a tile of the right side wants. They are made once a block for all rows:
///
/// ```
/// plane   row 2j:      a0 a1 a2 ...      tile   line j: a0 b0 | a1 b1 | ... | a15 b15    16 lines, 1 KiB
///         row 2j + 1:  b0 b1 b2 ...             the next tile: columns 16 to 31
/// ```
///
/// **What it costs** (cycles of one row and block, 64 elements a head): the products 8 each, where vectors take 128;
/// the softmax some 50; the sums 4 vectors through memory; pairs 15, with 64 rows to share them. So the softmax is
/// what is left. Sums leave the tiles through memory and not into them again: the row's factor `kept` has to be
/// applied to what was summed before, which vectors do anyway.
///
/// That all rows see all keys keeps this free of masks, and of products of weight 0 with values that a row must not
/// see and that might be no numbers. Rows behind the last of a tile of 16 are computed and not used.
///
/// | | |
/// | --- | --- |
/// | RBX, R12 | next block address, blocks left |
/// | R14, R15 | record of the row, rows left |
/// | RBP, R11 | its scores, its query or partial result |
/// | tmm0 to 3 | sums; tmm4 the left side; tmm5 to 7 the right side in turn |
/// | zmm31 | the order of pairs |
public final class AttentionTileCode {
    /// Memory for rows is that of a multiple of so many.
    public static final int ROW_GRAIN = TILE_ROWS;

    private static final int TOKEN_TILES = TOKENS / TILE_ROWS;
    private static final int TOKEN_STEPS = TOKENS / STEP_COLUMNS;

    /// Lines in registers at a time.
    private static final int LINES = 4;

    private static final List<Gpr> SAVED = List.of(RBX, RBP, R12, R13, R14, R15);
    private static final List<Tile> COLUMNS = List.of(Tile.TMM0, Tile.TMM1, Tile.TMM2, Tile.TMM3);
    private static final Tile LEFT = Tile.TMM4;
    private static final List<Tile> RIGHT = List.of(Tile.TMM5, Tile.TMM6, Tile.TMM7);
    private static final Vec ORDER = zmm(31);

    private final Assembler asm = new Assembler();
    private final AttentionShape shape;
    private final CacheUnpacking unpacking;
    private final boolean unpacks;

    /// Steps along the head, and tiles of elements of a value.
    private final int headSteps;

    private final int valueTiles;

    private AttentionTileCode(AttentionShape shape) {
        this.shape = shape;
        this.unpacking = new CacheUnpacking(asm, shape);
        this.unpacks = shape.format() != CacheFormat.F32;
        this.headSteps = Math.ceilDiv(shape.headDim(), STEP_COLUMNS);
        this.valueTiles = shape.stride() / TILE_ROWS;
    }

    /// Code that adds blocks to [AttentionArguments#STATES].
    public static byte[] generate(AttentionShape shape) {
        AttentionTileCode code = new AttentionTileCode(shape);
        code.emit();
        return code.asm.finish();
    }

    /// Bytes at [AttentionArguments#PAIRS] for heads of so many elements.
    public static int pairBytes(int headDim) {
        return Math.ceilDiv(headDim, STEP_COLUMNS) * TOKEN_TILES * TILE_BYTES;
    }

    private void emit() {
        Label block = new Label();
        asm.endbr64();
        for (Gpr register : SAVED) {
            asm.push(register);
        }
        MicroTile.configure(asm);
        asm.mov(RBX, Mem.at(RDI, BLOCKS));
        asm.mov(R12, Mem.at(RDI, BLOCK_COUNT));
        begin();
        asm.vmovups(ORDER, PairCode.order(asm));
        asm.align(LINE / 2);
        asm.bind(block);
        unpacking.keysOfBlock(unpacks);
        pairRows(shape.headDim(), TOKEN_TILES, SCORE_BYTES);
        eachTile(QUERIES, this::score);
        new SoftmaxCode(asm, shape).pairsOfWholeRows();
        unpacking.valuesOfBlock(unpacks);
        pairRows(TOKENS, valueTiles, shape.rowBytes());
        eachTile(STATES, this::addValues);
        asm.add(RBX, Long.BYTES);
        asm.sub(R12, 1);
        asm.jump(Condition.NOT_EQUAL, block);
        asm.tilerelease();
        asm.vzeroupper();
        for (Gpr register : SAVED.reversed()) {
            asm.pop(register);
        }
        asm.ret();
    }

    /// Of a row of queries.
    private int queryBytes() {
        return headSteps * LINE;
    }

    /// The queries, times the factor, as rows of bf16 filled up with zeros; the partial results, unless they go on.
    private void begin() {
        Label loop = new Label();
        RowTail tail = new RowTail(asm, shape);
        PartialResult result = new PartialResult(asm, shape, zmm(3), zmm(4));
        tail.prepare();
        asm.mov(R14, Mem.at(RDI, RECORDS));
        asm.mov(R15, Mem.at(RDI, ROWS));
        asm.mov(R11, Mem.at(RDI, QUERIES));
        asm.mov(R8, Mem.at(RDI, STATES));
        asm.vbroadcastss(zmm(2), Mem.at(RDI, FACTOR));
        result.prepare();
        asm.bind(loop);
        asm.mov(RAX, Mem.at(R14, RECORD_QUERY));
        for (int step = 0; step < headSteps; step++) {
            for (int half = 0; half < 2; half++) {
                int vector = 2 * step + half;
                if (vector * shape.lanes() < shape.headDim()) {
                    tail.load(zmm(half), RAX, vector);
                    asm.vmulps(zmm(half), zmm(half), zmm(2));
                } else {
                    asm.vpxor(zmm(half), zmm(half), zmm(half));
                }
            }
            asm.vcvtne2ps2bf16(zmm(0), zmm(1), zmm(0));
            asm.vmovups(Mem.at(R11, step * LINE), zmm(0));
        }
        result.begin(R8);
        asm.add(R14, RECORD_BYTES);
        asm.add(R11, queryBytes());
        asm.add(R8, shape.stateBytes());
        asm.sub(R15, 1);
        asm.jump(Condition.NOT_EQUAL, loop);
    }

    /// Makes tiles `[step][tile][16 lines]` of the plane's rows at R8; lines behind the last row become zero.
    ///
    /// @param tiles of a row
    /// @param rowBytes from one row to the next
    private void pairRows(int rows, int tiles, int rowBytes) {
        asm.mov(R9, Mem.at(RDI, PAIRS));
        for (int first = 0; first < rows; first += STEP_COLUMNS) {
            int pairs = Math.min(STEP_COLUMNS, rows - first) / 2;
            if (pairs > 0) {
                Label line = new Label();
                asm.mov(R10, pairs);
                asm.bind(line);
                pairLine(tiles, rowBytes, true);
                asm.add(R8, 2 * rowBytes);
                asm.add(R9, LINE);
                asm.sub(R10, 1);
                asm.jump(Condition.NOT_EQUAL, line);
            }
            int lines = pairs;
            if (rows - first < STEP_COLUMNS && rows % 2 == 1) {
                pairLine(tiles, rowBytes, false);
                asm.add(R9, LINE);
                lines++;
            }
            asm.vpxor(zmm(0), zmm(0), zmm(0));
            for (; lines < TILE_ROWS; lines++) {
                for (int tile = 0; tile < tiles; tile++) {
                    asm.vmovups(Mem.at(R9, tile * TILE_BYTES), zmm(0));
                }
                asm.add(R9, LINE);
            }
            asm.add(R9, (tiles - 1) * TILE_BYTES);
        }
    }

    private void pairLine(int tiles, int rowBytes, boolean hasSecond) {
        for (int tile = 0; tile < tiles; tile++) {
            Vec first = zmm(2 * (tile % LINES));
            Vec second = zmm(2 * (tile % LINES) + 1);
            asm.vmovups(first, Mem.at(R8, tile * LINE));
            if (hasSecond) {
                asm.vmovups(second, Mem.at(R8, rowBytes + tile * LINE));
            } else {
                asm.vpxor(second, second, second);
            }
            PairCode.pair(asm, first, second, ORDER);
            asm.vmovups(Mem.at(R9, tile * TILE_BYTES), first);
        }
    }

    /// Goes through all rows, 16 at a time. R8 has the pairs, RAX the length of their lines.
    ///
    /// @param operand argument whose rows are at R11
    /// @param tile moves R11 to the next 16
    private void eachTile(int operand, Runnable tile) {
        Label next = new Label();
        asm.mov(R14, Mem.at(RDI, RECORDS));
        asm.mov(R15, Mem.at(RDI, ROWS));
        asm.mov(RBP, Mem.at(RDI, SCORES));
        asm.mov(R11, Mem.at(RDI, operand));
        asm.mov(R8, Mem.at(RDI, PAIRS));
        asm.mov(RAX, LINE);
        asm.bind(next);
        tile.run();
        asm.add(RBP, TILE_ROWS * SCORE_BYTES);
        asm.sub(R15, TILE_ROWS);
        asm.jump(Condition.GREATER, next);
    }

    /// Scores of 16 rows with all 64 keys.
    private void score() {
        asm.mov(R9, queryBytes());
        asm.mov(RCX, SCORE_BYTES);
        product(Mem.at(R11, R9, 1, 0), headSteps, 0, TOKEN_TILES, TOKEN_TILES);
        for (int tile = 0; tile < TOKEN_TILES; tile++) {
            asm.tilestored(Mem.at(RBP, RCX, 1, tile * LINE), COLUMNS.get(tile));
        }
        asm.add(R11, TILE_ROWS * queryBytes());
    }

    /// The values of all 64 tokens, by the weights of 16 rows, to the sums of those that exist.
    private void addValues() {
        asm.mov(R9, SCORE_BYTES);
        asm.mov(RCX, shape.rowBytes());
        asm.mov(RSI, Mem.at(RDI, SUMS));
        for (int first = 0; first < valueTiles; first += COLUMNS.size()) {
            int count = Math.min(COLUMNS.size(), valueTiles - first);
            product(Mem.at(RBP, R9, 1, 0), TOKEN_STEPS, first, count, valueTiles);
            for (int tile = 0; tile < count; tile++) {
                asm.tilestored(Mem.at(RSI, RCX, 1, (first + tile) * LINE), COLUMNS.get(tile));
            }
        }
        Label row = new Label();
        asm.mov(RCX, TILE_ROWS);
        asm.cmp(R15, RCX);
        asm.cmov(Condition.LESS, RCX, R15);
        asm.bind(row);
        asm.vbroadcastss(zmm(0), Mem.at(R14, RECORD_KEPT));
        for (int i = 0; i < valueTiles; i++) {
            Vec sum = zmm(1 + i % LINES);
            asm.vmovups(sum, Mem.at(RSI, i * LINE));
            asm.vfmadd231ps(sum, zmm(0), Mem.at(R11, i * LINE));
            asm.vmovups(Mem.at(R11, i * LINE), sum);
        }
        asm.add(R14, RECORD_BYTES);
        asm.add(R11, shape.stateBytes());
        asm.add(RSI, shape.rowBytes());
        asm.sub(RCX, 1);
        asm.jump(Condition.NOT_EQUAL, row);
    }

    /// Sums of `count` tiles of columns, from tile `first` on, of 16 rows.
    ///
    /// @param left the rows, a line a step
    /// @param all tiles of columns of a step
    private void product(Mem left, int steps, int first, int count, int all) {
        for (int tile = 0; tile < count; tile++) {
            asm.tilezero(COLUMNS.get(tile));
        }
        for (int step = 0; step < steps; step++) {
            asm.tileloadd(LEFT, left.plus(step * LINE));
            for (int tile = 0; tile < count; tile++) {
                Tile right = RIGHT.get((step * count + tile) % RIGHT.size());
                asm.tileloadd(right, Mem.at(R8, RAX, 1, (step * all + first + tile) * TILE_BYTES));
                asm.tdpbf16ps(COLUMNS.get(tile), LEFT, right);
            }
        }
    }
}
