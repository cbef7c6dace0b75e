package dev.lilla.kernel;

import dev.lilla.kernel.MatrixKernels.Ending;
import dev.lilla.kernel.MatrixKernels.Part;
import dev.lilla.kernel.x64.Factors;
import dev.lilla.tensor.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Products of whole matrices, cut into shares for the workers: `C = scale * A · B`, or added to C, with f32
/// operands in either order, see [StridedMatrix].
///
/// Three passes: A is rounded if its factors are to be bf16, B is laid out in panels, once for all
/// workers, and C is computed in parts of some rows and columns. Each element of C takes its addends in
/// one order, whatever the parts: results do not depend on the number of workers.
final class MatrixProducts {
    /// Fewest columns of a part of C; [MatrixUnit#partColumns] are the most.
    private static final int PART_COLUMNS_MIN = 128;

    /// Rows of a part of C at most and at least, in rows that a kernel computes at a time. The panels
    /// come from the third level or memory once for them: for vectors 512 bytes in 16 * 4 * 24 cycles,
    /// for tiles 2 KiB in 16 * 64.
    private static final int PART_ROWS_MAX = 16;

    private static final int PART_ROWS_MIN = 2;

    /// Fewest parts a worker should get, so that one that is late does not keep the others waiting long.
    private static final int PARTS_PER_WORKER = 4;

    /// Bytes of panels at a time. A larger B is multiplied in parts along k.
    private static final long PANEL_BYTES_MAX = 64L << 20;

    /// Rows of B that are laid out together: they lie in the second-level cache while their panels are written.
    private static final int PACKED_ROWS = 16;

    private final MatrixKernels kernels;
    private final Shares shares;
    private final long panelBytesMax;
    private final Scratch left;
    private final Scratch right;

    /// @param arena for what operands are laid out in
    MatrixProducts(MatrixKernels kernels, Shares shares, Arena arena) {
        this(kernels, shares, PANEL_BYTES_MAX, arena);
    }

    /// @param panelBytesMax at a time, but for one block of k
    MatrixProducts(MatrixKernels kernels, Shares shares, long panelBytesMax, Arena arena) {
        this.kernels = kernels;
        this.shares = shares;
        this.panelBytesMax = panelBytesMax;
        this.left = new Scratch(arena);
        this.right = new Scratch(arena);
    }

    /// The left operand, laid out.
    private interface Left {
        /// See [MatrixKernels#multiply].
        ///
        /// @param from the element along k that meets the first row of `b`
        void multiply(int from, MatrixPanels b, HostMatrix c, Part part, Ending ending, Scratch scratch);
    }

    /// The right operand: how parts of it are laid out.
    private interface Right {
        int depth();

        int columns();

        /// Lays out rows `from` to `from + target.depth()`.
        void pack(int from, MatrixPanels target);
    }

    /// A product of f32 matrices.
    ///
    /// @param a `[m, k]`
    /// @param b `[k, n]`
    /// @param c `[m, n]`
    void multiply(Precision precision, StridedMatrix a, StridedMatrix b, HostMatrix c, Ending ending) {
        multiply(precision, a, b.hasWholeRows() ? new Rows(b) : new Columns(b.transposed()), c, ending);
    }

    /// `C += A · weight` with a weight of any type, `[k, n]`.
    void multiply(Precision precision, StridedMatrix a, HostWeight weight, HostMatrix c) {
        multiply(precision, a, new Stored(weight), c, new Ending(1, true));
    }

    /// `C = scale * A · weightᵀ`, or added to C, with a weight `[n, k]` of f32, or one that
    /// [#readsPairs] is true of.
    void multiplyTurned(Precision precision, StridedMatrix a, HostWeight weight, HostMatrix c, Ending ending) {
        Right right = weight.type() == ElementType.F32
                ? new Columns(StridedMatrix.of(weight))
                : new PairColumns(StridedMatrix.pairs(weight), weight.in());
        multiply(precision, a, right, c, ending);
    }

    /// Whether [#multiplyTurned] takes a weight of bf16 at this precision.
    boolean readsPairs(HostWeight weight, Precision precision) {
        return weight.type() == ElementType.BF16
                && weight.in() % 2 == 0
                && kernels.unit(precision, weight.in()).factors() == Factors.BF16;
    }

    private void multiply(Precision precision, StridedMatrix a, Right b, HostMatrix c, Ending ending) {
        if (a.rows() != c.rows() || a.columns() != b.depth() || b.columns() != c.columns()) {
            throw new IllegalArgumentException("a product of [" + a.rows() + ", " + a.columns() + "] and [" + b.depth()
                    + ", " + b.columns() + "] into " + c);
        }
        if (c.rows() == 0 || c.columns() == 0) {
            return;
        }
        if (a.columns() == 0) {
            if (!ending.adds()) {
                clear(c);
            }
            return;
        }
        MatrixUnit unit = kernels.unit(precision, b.depth());
        Left words = left(unit, a);
        int part = partDepth(unit, b);
        for (int from = 0; from < b.depth(); from += part) {
            int depth = Math.min(part, b.depth() - from);
            MemorySegment memory = right.memory(MatrixPanels.bytes(unit, depth, b.columns(), kernels.lanes()));
            MatrixPanels panels = kernels.panels(unit, depth, b.columns(), memory);
            b.pack(from, panels);
            parts(words, from, panels, c, new Ending(ending.scale(), ending.adds() || from > 0));
        }
    }

    private static void clear(HostMatrix c) {
        for (int row = 0; row < c.rows(); row++) {
            c.memory().asSlice(c.at(row, 0), (long) c.columns() * Float.BYTES).fill((byte) 0);
        }
    }

    /// Elements along k that are multiplied at a time: whole blocks.
    private int partDepth(MatrixUnit unit, Right b) {
        int block = unit.blockSteps() * unit.factors().columns();
        long blockBytes = MatrixPanels.bytes(unit, block, b.columns(), kernels.lanes());
        long blocks = Math.clamp(panelBytesMax / blockBytes, 1, Integer.MAX_VALUE / block);
        return (int) blocks * block;
    }

    private Left left(MatrixUnit unit, StridedMatrix a) {
        return switch (unit) {
            case F32_VECTORS -> words(a, 1);
            case BF16_VECTORS -> words(round(a), Factors.BF16.columns());
            case BF16_TILES -> tiles(a);
        };
    }

    private Left words(StridedMatrix a, int columns) {
        return (from, b, c, part, ending, scratch) -> kernels.multiply(a, from / columns, b, c, part, ending, scratch);
    }

    private Left tiles(StridedMatrix a) {
        MatrixTiles tiles = kernels.tiles();
        EncodedRows rows = tiles.rows(a, left.memory(tiles.bytes(a)));
        long steps = (long) a.rows() * a.columns() / rows.tiles();
        shares.run(rows.tiles(), steps, share -> kernels.tileRows().encode(a, rows, share));
        return (from, b, c, part, ending, scratch) -> tiles.multiply(rows, from, b, c, part, ending, scratch);
    }

    private StridedMatrix round(StridedMatrix a) {
        StridedMatrix rounded = kernels.rounded(a, left.memory(kernels.roundedBytes(a)));
        int units = kernels.roundUnits(a);
        shares.run(
                units,
                (long) a.rows() * a.columns() / units,
                share -> kernels.round(
                        a, rounded, share.from(), share.to(), share.scratch().arguments()));
        return rounded;
    }

    private void parts(Left a, int from, MatrixPanels b, HostMatrix c, Ending ending) {
        Cut cut = cut(b, c);
        int across = Math.ceilDiv(b.panels(), cut.panels());
        // Neighbors share a part of A, or where B is the larger, of B.
        long steps = (long) b.depth() * cut.rows() * cut.panels() * b.panelColumns() / 8;
        shares.run(cut.count(b, c), steps, share -> {
            for (int i = share.from(); i < share.to(); i++) {
                int row = i / across * cut.rows();
                int panel = i % across * cut.panels();
                int toRow = Math.min(row + cut.rows(), c.rows());
                Part part = new Part(row, toRow, panel, Math.min(panel + cut.panels(), b.panels()));
                a.multiply(from, b, c, part, ending, share.scratch());
            }
        });
    }

    /// Rows and panels of a part of C.
    private record Cut(int rows, int panels) {
        int count(MatrixPanels b, HostMatrix c) {
            return Math.multiplyExact(Math.ceilDiv(c.rows(), rows), Math.ceilDiv(b.panels(), panels));
        }
    }

    /// Halves the longer side until there are parts enough.
    private Cut cut(MatrixPanels b, HostMatrix c) {
        int grain = kernels.rowGrain(b.unit());
        int rows = grain * PART_ROWS_MAX;
        int columns = b.unit().partColumns();
        Cut cut = new Cut(rows, columns / b.panelColumns());
        while (cut.count(b, c) < PARTS_PER_WORKER * shares.threads()) {
            boolean cutsRows = rows > PART_ROWS_MIN * grain;
            if (columns > PART_COLUMNS_MIN && (columns >= rows || !cutsRows)) {
                columns /= 2;
            } else if (cutsRows) {
                rows /= 2;
            } else {
                break;
            }
            cut = new Cut(rows, columns / b.panelColumns());
        }
        return cut;
    }

    /// Lays out some rows of a part of B.
    private interface Group {
        void pack(int first, int rows, Scratch scratch);
    }

    /// Lays out a part of B in groups of `size` rows at most, each within one block.
    private void inGroups(MatrixPanels target, int size, long stepsPerRow, Group group) {
        shares.run(Math.ceilDiv(target.depth(), size), size * stepsPerRow, share -> {
            for (int i = share.from(); i < share.to(); i++) {
                int first = i * size;
                group.pack(first, Math.min(size, target.depth() - first), share.scratch());
            }
        });
    }

    /// B in rows whose elements are neighbors.
    private final class Rows implements Right {
        private final StridedMatrix b;

        Rows(StridedMatrix b) {
            this.b = b;
        }

        @Override
        public int depth() {
            return b.rows();
        }

        @Override
        public int columns() {
            return b.columns();
        }

        @Override
        public void pack(int from, MatrixPanels target) {
            inGroups(
                    target,
                    PACKED_ROWS,
                    b.columns(),
                    (first, rows, scratch) ->
                            kernels.packRows(b.rows(from + first, rows), first, target, scratch.arguments()));
        }
    }

    /// B in columns whose elements are neighbors.
    private final class Columns implements Right {
        private final StridedMatrix turned;

        Columns(StridedMatrix turned) {
            this.turned = turned;
        }

        @Override
        public int depth() {
            return turned.columns();
        }

        @Override
        public int columns() {
            return turned.rows();
        }

        @Override
        public void pack(int from, MatrixPanels target) {
            StridedMatrix part = turned.columns(from, target.depth());
            int blocks = target.blocks();
            long steps = (long) target.panelColumns() * target.depthOf(0);
            shares.run(target.panels() * blocks, steps, share -> {
                for (int unit = share.from(); unit < share.to(); unit++) {
                    kernels.packColumns(part, unit % blocks, unit / blocks, target, share.scratch());
                }
            });
        }
    }

    /// B in columns of bf16, whose neighbors lie in pairs as they are multiplied.
    private final class PairColumns implements Right {
        private final StridedMatrix turned;
        private final int depth;

        /// @param turned Bᵀ in words, `[columns, depth / 2]`
        PairColumns(StridedMatrix turned, int depth) {
            this.turned = turned;
            this.depth = depth;
        }

        @Override
        public int depth() {
            return depth;
        }

        @Override
        public int columns() {
            return turned.rows();
        }

        @Override
        public void pack(int from, MatrixPanels target) {
            StridedMatrix part = turned.columns(from / 2, target.depth() / 2);
            int blocks = target.blocks();
            long steps = (long) target.panelColumns() * target.stepsOf(0);
            shares.run(target.panels() * blocks, steps, share -> {
                for (int unit = share.from(); unit < share.to(); unit++) {
                    kernels.packPairs(part, unit % blocks, unit / blocks, target, share.scratch());
                }
            });
        }
    }

    /// B as a stored weight: its rows are unpacked, a few at a time, by machine code where that makes pairs of bf16.
    private final class Stored implements Right {
        private final HostWeight weight;

        Stored(HostWeight weight) {
            this.weight = weight;
        }

        @Override
        public int depth() {
            return weight.out();
        }

        @Override
        public int columns() {
            return weight.in();
        }

        @Override
        public void pack(int from, MatrixPanels target) {
            if (target.unit().factors() == Factors.BF16) {
                turn(from, target);
            } else {
                unpack(from, target);
            }
        }

        private void turn(int from, MatrixPanels target) {
            WeightTurner turner = kernels.weightTurner();
            inGroups(target, WeightTurner.ROWS, columns(), (first, rows, scratch) -> {
                HostWeight part = weight.rows(from + first, from + first + rows);
                turner.pack(part, first, target, scratch);
            });
        }

        private void unpack(int from, MatrixPanels target) {
            inGroups(target, PACKED_ROWS, 8L * columns(), (first, rows, scratch) -> {
                float[] row = scratch.floats(columns());
                long rowBytes = (long) columns() * Float.BYTES;
                MemorySegment memory = scratch.memory(PACKED_ROWS * rowBytes);
                for (int i = 0; i < rows; i++) {
                    weight.copyRow(from + (long) first + i, row);
                    MemorySegment.copy(row, 0, memory, HostMatrix.FLOAT, i * rowBytes, columns());
                }
                StridedMatrix unpacked = new StridedMatrix(memory, 0, rows, columns(), rowBytes, Float.BYTES);
                kernels.packRows(unpacked, first, target, scratch.arguments());
            });
        }
    }
}
