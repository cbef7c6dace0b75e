package dev.lilla.kernel;

import dev.lilla.kernel.x64.ColumnUnpacker;
import dev.lilla.kernel.x64.Factors;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.MatrixPacker;
import dev.lilla.kernel.x64.PanelLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Lays out a weight of any type as the right matrix of products in bf16 whose sums run over its rows: `dx = dy ·
/// weight`. Its rows are packed to panels as for the forward pass, these are unpacked to columns of bf16, and the
/// columns
/// are turned, squares of 16 x 16 pairs at a time; what lies between is small enough for the second-level cache.
///
/// @param kernels with masks, on a processor that rounds to bf16
record WeightTurner(KernelSet kernels) {
    /// Rows that are laid out together; blocks of pairs are multiples of it.
    static final int ROWS = ColumnUnpacker.PANELS_MAX * PanelLayout.ROWS;

    private static final Factors PAIRS = Factors.BF16;
    private static final int WORD = Float.BYTES;

    /// Lays out up to [#ROWS] rows of B.
    ///
    /// @param rows those of B from its row `from` on, as stored
    /// @param from a multiple of [#ROWS]
    void pack(HostWeight rows, int from, MatrixPanels target, Scratch scratch) {
        int block = from / target.blockDepth();
        int first = from % target.blockDepth();
        boolean fits = target.unit().factors() == PAIRS
                && target.blockDepth() % ROWS == 0
                && from % ROWS == 0
                && rows.out() <= ROWS
                && rows.out() <= target.depthOf(block) - first
                && rows.in() == target.columns();
        if (!fits) {
            throw new IllegalArgumentException("rows from " + from + " on, " + rows + ", into " + target);
        }
        PackedWeight panels = panels(rows, scratch);
        MemorySegment columns = scratch.memory(ColumnUnpacker.BYTES);
        for (int column = 0; column < target.columns(); column += ColumnUnpacker.COLUMNS_MAX) {
            unpack(panels, column, columns, scratch.arguments());
            int last = Math.min(column + ColumnUnpacker.COLUMNS_MAX, target.columns());
            for (int vector = column; vector < last; vector += target.lanes()) {
                long source = columns.address() + (long) (vector - column) * ColumnUnpacker.COLUMN_BYTES;
                turn(source, PAIRS.steps(rows.out()), vector, from, target, scratch.arguments());
            }
        }
        if (first + rows.out() == target.depthOf(block)) {
            for (int panel = 0; panel < target.panels(); panel++) {
                target.fillUp(block, panel);
            }
        }
    }

    private PackedWeight panels(HostWeight rows, Scratch scratch) {
        PanelLayout layout = PanelPacker.layout(rows.type());
        long bytes = PackedWeight.bytes(layout, rows.out(), rows.in());
        MemorySegment memory = scratch.staging(bytes).asSlice(0, bytes);
        PackedWeight panels = new PackedWeight(layout, rows.out(), rows.in(), memory);
        if (rows.out() % PanelLayout.ROWS != 0) {
            long last = (panels.panels() - 1) * panels.panelBytes();
            memory.asSlice(last).fill((byte) 0);
        }
        PanelTransposer.pack(kernels, rows, panels, new Share(0, panels.panels(), scratch));
        return panels;
    }

    /// All rows of the columns from `column` on, up to [ColumnUnpacker#COLUMNS_MAX].
    private void unpack(PackedWeight panels, int column, MemorySegment target, MemorySegment arguments) {
        PanelLayout layout = panels.layout();
        int columns = Math.min(ColumnUnpacker.COLUMNS_MAX, panels.in() - column);
        long first = (long) column / layout.blockColumns() * layout.blockBytes();
        set(arguments, ColumnUnpacker.Argument.BLOCK, panels.data().address() + first);
        set(arguments, ColumnUnpacker.Argument.BLOCKS, layout.blocks(columns));
        set(arguments, ColumnUnpacker.Argument.PANEL_BYTES, panels.panelBytes());
        set(arguments, ColumnUnpacker.Argument.PANELS, panels.panels());
        set(arguments, ColumnUnpacker.Argument.TARGET, target.address());
        kernels.columnUnpacker(layout).call(arguments.address());
    }

    /// A vector of columns.
    ///
    /// @param words pairs of rows
    /// @param from the row of B that is the first of them
    private void turn(long source, int words, int column, int from, MatrixPanels target, MemorySegment arguments) {
        int block = from / target.blockDepth();
        int step = from % target.blockDepth() / PAIRS.columns();
        int panel = column / target.panelColumns();
        int rowBytes = target.rowBytes(panel);
        long place =
                target.offset(block, panel) + (long) step * rowBytes + (long) (column % target.panelColumns()) * WORD;
        set(arguments, MatrixPacker.Argument.SOURCE, source);
        set(arguments, MatrixPacker.Argument.SOURCE_ROW, ColumnUnpacker.COLUMN_BYTES);
        set(arguments, MatrixPacker.Argument.ROWS, target.lanes());
        set(arguments, MatrixPacker.Argument.COLUMNS, words);
        set(arguments, MatrixPacker.Argument.TARGET, target.memory().address() + place);
        set(arguments, MatrixPacker.Argument.TARGET_ROW, rowBytes);
        kernels.matrixPacker(MatrixPacker.Form.TRANSPOSE).call(arguments.address());
    }

    private static void set(MemorySegment arguments, ColumnUnpacker.Argument argument, long value) {
        arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
    }

    private static void set(MemorySegment arguments, MatrixPacker.Argument argument, long value) {
        arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
    }
}
