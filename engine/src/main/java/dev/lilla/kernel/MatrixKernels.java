package dev.lilla.kernel;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Factors;
import dev.lilla.kernel.x64.Kernel;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.MatrixPacker;
import dev.lilla.kernel.x64.MatrixPacker.Form;
import dev.lilla.kernel.x64.MatrixProduct;
import dev.lilla.kernel.x64.MatrixTileProduct;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.Set;

/// The pieces of a matrix product in machine code, each for one worker: laying out parts of the
/// operands, and multiplying a part of C, here on vectors ([MatrixTiles] has what tiles do otherwise).
/// No address reaches a kernel unless what it touches lies inside its memory.
final class MatrixKernels {
    private static final int WORD = Float.BYTES;
    private static final int PAGE = 4096;

    private final KernelSet kernels;
    private final Set<CpuFeature> features;

    MatrixKernels(KernelSet kernels, Set<CpuFeature> features) {
        this.kernels = kernels;
        this.features = Set.copyOf(features);
    }

    /// What a precision comes to on this processor.
    ///
    /// @param depth elements along k
    MatrixUnit unit(Precision precision, int depth) {
        return MatrixUnit.of(kernels.isa(), features, precision, depth);
    }

    /// What multiplies on [MatrixUnit#BF16_TILES].
    MatrixTiles tiles() {
        return new MatrixTiles(kernels);
    }

    /// What lays out weights as stored where factors are bf16.
    WeightTurner weightTurner() {
        return new WeightTurner(kernels, this);
    }

    /// What lays out the left operand for [#tiles].
    TileRows tileRows() {
        return new TileRows(kernels);
    }

    int lanes() {
        return kernels.isa().lanes();
    }

    /// Rows that are multiplied at a time.
    int rowGrain(MatrixUnit unit) {
        return unit == MatrixUnit.BF16_TILES ? MatrixTileProduct.ROWS : MatrixProduct.rowsMax(kernels.isa());
    }

    /// Panels in memory of at least [MatrixPanels#bytes].
    MatrixPanels panels(MatrixUnit unit, int depth, int columns, MemorySegment memory) {
        return new MatrixPanels(unit, depth, columns, lanes(), memory);
    }

    /// Lays out rows of B whose elements are neighbors.
    ///
    /// @param rows some of B, from its row `from` on, within one block; an even `from` for pairs
    void packRows(StridedMatrix rows, int from, MatrixPanels target, MemorySegment arguments) {
        int block = from / target.blockDepth();
        Factors factors = target.unit().factors();
        int step = from % target.blockDepth() / factors.columns();
        if (!rows.hasWholeRows()
                || rows.columns() != target.columns()
                || from % factors.columns() != 0
                || rows.rows() > target.depthOf(block) - from % target.blockDepth()) {
            throw new IllegalArgumentException("rows " + from + " to " + (from + rows.rows()) + " of " + rows.columns()
                    + " columns do not lie in a block of " + target);
        }
        boolean isEnd = from % target.blockDepth() + rows.rows() == target.depthOf(block);
        Kernel kernel = kernels.matrixPacker(factors == Factors.BF16 ? Form.PAIRS : Form.COPY);
        for (int panel = 0; panel < target.panels(); panel++) {
            int column = panel * target.panelColumns();
            set(arguments, MatrixPacker.Argument.SOURCE, rows.address(0, column));
            set(arguments, MatrixPacker.Argument.SOURCE_ROW, rows.rowBytes());
            set(arguments, MatrixPacker.Argument.ROWS, rows.rows());
            set(arguments, MatrixPacker.Argument.COLUMNS, Math.min(target.panelColumns(), target.columns() - column));
            int rowBytes = target.rowBytes(panel);
            long place = target.offset(block, panel) + (long) step * rowBytes;
            set(arguments, MatrixPacker.Argument.TARGET, target.memory().address() + place);
            set(arguments, MatrixPacker.Argument.TARGET_ROW, rowBytes);
            kernel.call(arguments.address());
            if (isEnd) {
                target.fillUp(block, panel);
            }
        }
    }

    /// Lays out one panel of one block of B, whose columns are rows of `turned`.
    ///
    /// @param turned Bᵀ, `[columns, depth]`, whose elements along k are neighbors
    void packColumns(StridedMatrix turned, int block, int panel, MatrixPanels target, Scratch scratch) {
        requireTurned(turned, target.depth(), target);
        Form form = target.unit().factors() == Factors.BF16 ? Form.TRANSPOSE_PAIRS : Form.TRANSPOSE;
        Strip strip = new Strip(block, panel, block * target.blockDepth(), target.depthOf(block));
        turn(form, turned, strip, target, scratch);
    }

    /// The same of words that are pairs of bf16 already.
    ///
    /// @param turned Bᵀ, `[columns, depth / 2]`
    void packPairs(StridedMatrix turned, int block, int panel, MatrixPanels target, Scratch scratch) {
        if (target.unit().factors() != Factors.BF16) {
            throw new IllegalArgumentException("pairs of bf16 into " + target);
        }
        requireTurned(turned, target.unit().factors().steps(target.depth()), target);
        int words = Factors.BF16.steps(target.depthOf(block));
        Strip strip = new Strip(block, panel, block * target.unit().blockSteps(), words);
        turn(Form.TRANSPOSE, turned, strip, target, scratch);
    }

    private static void requireTurned(StridedMatrix turned, int columns, MatrixPanels target) {
        if (!turned.hasWholeRows() || turned.rows() != target.columns() || turned.columns() != columns) {
            throw new IllegalArgumentException(
                    "[" + turned.rows() + ", " + turned.columns() + "] turned into " + target);
        }
    }

    /// One panel of one block, and the words of each row of the source that it is made of: `depth` from `k` on.
    private record Strip(int block, int panel, int k, int depth) {}

    private void turn(Form form, StridedMatrix turned, Strip strip, MatrixPanels target, Scratch scratch) {
        int block = Objects.checkIndex(strip.block(), target.blocks());
        int panel = Objects.checkIndex(strip.panel(), target.panels());
        for (int vector = 0; vector < target.rowBytes(panel) / WORD / lanes(); vector++) {
            int column = panel * target.panelColumns() + vector * lanes();
            StridedMatrix words = column + lanes() <= target.columns()
                    ? turned.rows(column, lanes()).columns(strip.k(), strip.depth())
                    : filledUp(turned, column, strip, scratch);
            turn(form, words, new Lines(block, 0, column), target, scratch.arguments());
        }
        target.fillUp(block, panel);
    }

    /// Where a vector of columns of B goes: into lines of a panel.
    ///
    /// @param step of the block, that of the first line
    /// @param column of the first lane
    record Lines(int block, int step, int column) {}

    /// Turns the words of a vector of columns.
    ///
    /// @param words a row for each lane
    void turn(Form form, StridedMatrix words, Lines lines, MatrixPanels target, MemorySegment arguments) {
        int panel = lines.column() / target.panelColumns();
        int rowBytes = target.rowBytes(panel);
        long place = target.offset(lines.block(), panel)
                + (long) lines.step() * rowBytes
                + (long) (lines.column() % target.panelColumns()) * WORD;
        set(arguments, MatrixPacker.Argument.SOURCE, words.address(0, 0));
        set(arguments, MatrixPacker.Argument.SOURCE_ROW, words.rowBytes());
        set(arguments, MatrixPacker.Argument.ROWS, words.rows());
        set(arguments, MatrixPacker.Argument.COLUMNS, words.columns());
        set(arguments, MatrixPacker.Argument.TARGET, target.memory().address() + place);
        set(arguments, MatrixPacker.Argument.TARGET_ROW, rowBytes);
        kernels.matrixPacker(form).call(arguments.address());
    }

    /// A copy of the last rows of a matrix, from row `row` on, that goes on with zeros up to a vector.
    private StridedMatrix filledUp(StridedMatrix turned, int row, Strip strip, Scratch scratch) {
        long bytes = (long) strip.depth() * WORD;
        MemorySegment copy = scratch.staging(lanes() * bytes);
        int rows = turned.rows() - row;
        for (int i = 0; i < rows; i++) {
            long from = turned.address(row + i, strip.k()) - turned.memory().address();
            MemorySegment.copy(turned.memory(), from, copy, i * bytes, bytes);
        }
        copy.asSlice(rows * bytes, (lanes() - rows) * bytes).fill((byte) 0);
        return new StridedMatrix(copy, 0, lanes(), strip.depth(), bytes, WORD);
    }

    /// How [#round] lays out `a`: as words, two neighbors along k in each, in memory of at least [#roundedBytes].
    StridedMatrix rounded(StridedMatrix a, MemorySegment memory) {
        int words = Factors.BF16.steps(a.columns());
        return a.hasWholeRows()
                ? new StridedMatrix(memory, 0, a.rows(), words, distance(words), WORD)
                : new StridedMatrix(memory, 0, a.rows(), words, WORD, distance(a.rows()));
    }

    long roundedBytes(StridedMatrix a) {
        int words = Factors.BF16.steps(a.columns());
        return a.hasWholeRows() ? a.rows() * distance(words) : words * distance(a.rows());
    }

    /// Bytes from one row of so many words to the next: whole vectors, but no multiple of a page, which would put
    /// neighbors of many rows into one set of a cache.
    private long distance(int words) {
        int vector = lanes() * WORD;
        long bytes = (long) Math.ceilDiv(words, lanes()) * vector;
        return bytes % PAGE == 0 ? bytes + vector : bytes;
    }

    /// Rows `from` to `to` of A rounded, or where its columns are whole, pairs of them; see [#roundUnits].
    void round(StridedMatrix a, StridedMatrix target, int from, int to, MemorySegment arguments) {
        Objects.checkFromToIndex(from, to, roundUnits(a));
        if (from == to) {
            return;
        }
        boolean isWhole = a.hasWholeRows();
        StridedMatrix source = isWhole ? a : a.transposed();
        if (!source.hasWholeRows()) {
            throw new IllegalArgumentException("a matrix of which neither rows nor columns are neighbors");
        }
        int first = isWhole ? from : 2 * from;
        int rows = isWhole ? to - from : Math.min(2 * to, source.rows()) - first;
        set(arguments, MatrixPacker.Argument.SOURCE, source.address(first, 0));
        set(arguments, MatrixPacker.Argument.SOURCE_ROW, source.rowBytes());
        set(arguments, MatrixPacker.Argument.ROWS, rows);
        set(arguments, MatrixPacker.Argument.COLUMNS, source.columns());
        set(arguments, MatrixPacker.Argument.TARGET, isWhole ? target.address(from, 0) : target.address(0, from));
        set(arguments, MatrixPacker.Argument.TARGET_ROW, isWhole ? target.rowBytes() : target.columnBytes());
        kernels.matrixPacker(isWhole ? Form.ROUND : Form.PAIRS).call(arguments.address());
    }

    /// Rows of A, or pairs of columns.
    int roundUnits(StridedMatrix a) {
        return a.hasWholeRows() ? a.rows() : Factors.BF16.steps(a.columns());
    }

    /// What becomes of the sums.
    ///
    /// @param adds whether they are added to C, else stored
    record Ending(float scale, boolean adds) {}

    /// A part of C: rows and panels.
    record Part(int fromRow, int toRow, int fromPanel, int toPanel) {}

    /// `C = scale * A · B`, or `+=`, for a part of C, on vectors.
    ///
    /// @param a words, `[rows, steps]`
    /// @param firstStep the step of A that meets the first row of B
    void multiply(
            StridedMatrix a, int firstStep, MatrixPanels b, HostMatrix c, Part part, Ending ending, Scratch scratch) {
        Objects.checkFromToIndex(part.fromRow(), part.toRow(), Math.min(a.rows(), c.rows()));
        Objects.checkFromToIndex(part.fromPanel(), part.toPanel(), b.panels());
        Objects.checkFromIndexSize(firstStep, b.unit().factors().steps(b.depth()), a.columns());
        if (c.columns() != b.columns() || b.unit() == MatrixUnit.BF16_TILES) {
            throw new IllegalArgumentException("a product of " + b + " into " + c);
        }
        StridedMatrix.of(c);
        int whole = part.toPanel() == b.panels() && b.lastVectors() < MatrixProduct.VECTORS
                ? part.toPanel() - 1
                : part.toPanel();
        for (int block = 0; block < b.blocks(); block++) {
            Ending blockEnding = new Ending(ending.scale(), ending.adds() || block > 0);
            int step = firstStep + block * b.unit().blockSteps();
            int row = part.fromRow();
            while (row < part.toRow()) {
                int rows = Math.min(rowGrain(b.unit()), part.toRow() - row);
                int tiles = (part.toRow() - row) / rows;
                Call call = new Call(a.address(row, step), a, rows, tiles, row);
                run(call, b, block, part.fromPanel(), whole, c, blockEnding, scratch.arguments());
                run(call, b, block, whole, part.toPanel(), c, blockEnding, scratch.arguments());
                row += tiles * rows;
            }
        }
    }

    /// The left side of a call: `tiles` times `rows` rows from `row` on, at `address`.
    private record Call(long address, StridedMatrix a, int rows, int tiles, int row) {}

    private void run(
            Call call,
            MatrixPanels b,
            int block,
            int fromPanel,
            int toPanel,
            HostMatrix c,
            Ending ending,
            MemorySegment arguments) {
        if (fromPanel >= toPanel) {
            return;
        }
        int column = fromPanel * b.panelColumns();
        boolean isLast = toPanel == b.panels();
        set(arguments, MatrixProduct.Argument.A, call.address());
        set(arguments, MatrixProduct.Argument.A_ROW, call.a().rowBytes());
        set(arguments, MatrixProduct.Argument.A_STEP, call.a().columnBytes());
        set(arguments, MatrixProduct.Argument.ROW_TILES, call.tiles());
        set(arguments, MatrixProduct.Argument.B, b.memory().address() + b.offset(block, fromPanel));
        set(arguments, MatrixProduct.Argument.PANELS, toPanel - fromPanel);
        set(arguments, MatrixProduct.Argument.STEPS, b.stepsOf(block));
        set(arguments, MatrixProduct.Argument.C, c.address(call.row(), column));
        set(arguments, MatrixProduct.Argument.C_ROW, (long) c.stride() * WORD);
        set(arguments, MatrixProduct.Argument.ADDS, ending.adds() ? 1 : 0);
        set(arguments, MatrixProduct.Argument.SCALE, Float.floatToRawIntBits(ending.scale()));
        int lastLanes = isLast ? (b.columns() - 1) % lanes() + 1 : lanes();
        set(arguments, MatrixProduct.Argument.LAST_LANES, lastLanes);
        int vectors = isLast && fromPanel == b.panels() - 1 ? b.lastVectors() : MatrixProduct.VECTORS;
        kernels.matrixProduct(b.unit().factors(), call.rows(), vectors).call(arguments.address());
    }

    private static void set(MemorySegment arguments, MatrixProduct.Argument argument, long value) {
        arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
    }

    private static void set(MemorySegment arguments, MatrixPacker.Argument argument, long value) {
        arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
    }
}
