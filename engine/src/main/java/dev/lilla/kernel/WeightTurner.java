package dev.lilla.kernel;

import dev.lilla.kernel.MatrixKernels.Lines;
import dev.lilla.kernel.x64.ColumnUnpacker;
import dev.lilla.kernel.x64.Factors;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.MatrixPacker.Form;
import dev.lilla.kernel.x64.PanelLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Lays out a weight of any type as the right matrix of products in bf16 whose sums run over its rows:
/// `dx = dy · weight`. Its rows are packed to panels as for the forward pass, these are unpacked to columns
/// of bf16, and the columns are turned, squares of 16 x 16 pairs at a time; what lies between is small
/// enough for the second-level cache.
///
/// @param kernels with masks, on a processor that rounds to bf16
/// @param matrices of the same kernels
record WeightTurner(KernelSet kernels, MatrixKernels matrices) {
    /// Rows that are laid out together; blocks of pairs are multiples of it.
    static final int ROWS = ColumnUnpacker.PANELS_MAX * PanelLayout.ROWS;

    private static final Factors PAIRS = Factors.BF16;

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
        PackedWeight panels = PanelTransposer.passing(kernels, rows, PanelPacker.layout(rows.type()), scratch);
        MemorySegment columns = scratch.memory(ColumnUnpacker.BYTES);
        int pairs = PAIRS.steps(rows.out());
        int step = first / PAIRS.columns();
        for (int column = 0; column < target.columns(); column += ColumnUnpacker.COLUMNS_MAX) {
            unpack(panels, column, columns, scratch.arguments());
            int last = Math.min(column + ColumnUnpacker.COLUMNS_MAX, target.columns());
            for (int vector = column; vector < last; vector += target.lanes()) {
                long place = (long) (vector - column) * ColumnUnpacker.COLUMN_BYTES;
                StridedMatrix words = new StridedMatrix(
                        columns, place, target.lanes(), pairs, ColumnUnpacker.COLUMN_BYTES, Float.BYTES);
                matrices.turn(Form.TRANSPOSE, words, new Lines(block, step, vector), target, scratch.arguments());
            }
        }
        if (first + rows.out() == target.depthOf(block)) {
            for (int panel = 0; panel < target.panels(); panel++) {
                target.fillUp(block, panel);
            }
        }
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

    private static void set(MemorySegment arguments, ColumnUnpacker.Argument argument, long value) {
        arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
    }
}
