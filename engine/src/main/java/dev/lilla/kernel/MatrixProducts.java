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
/// Three passes: A is rounded if its factors are to be bf16, B is laid out in panels, once for all workers, and
/// C is computed in tiles of some rows and columns. Each element of C takes its addends in one order, whatever
/// the tiles: results do not depend on the number of workers.
final class MatrixProducts {
    /// Columns of a tile of C: as many as [MatrixPanels#BLOCK_STEPS] was chosen for.
    private static final int TILE_COLUMNS = 128;

    /// Rows of a tile of C, in rows of a kernel's tile. The panels come from the third level or memory once for
    /// them: 512 bytes in 16 * 4 * 24 cycles.
    private static final int TILE_ROW_TILES = 16;

    /// Fewest tiles a worker should get, so that one that is late does not keep the others waiting long.
    private static final int TILES_PER_WORKER = 4;

    /// Bytes of panels at a time. A larger B is multiplied in parts along k.
    private static final long PANEL_BYTES_MAX = 64L << 20;

    /// Rows of B that are laid out together: they lie in the second-level cache while their panels are written.
    private static final int PACKED_ROWS = 16;

    private final MatrixKernels kernels;
    private final Shares shares;
    private final Scratch left;
    private final Scratch right;

    /// @param arena for what operands are laid out in
    MatrixProducts(MatrixKernels kernels, Shares shares, Arena arena) {
        this.kernels = kernels;
        this.shares = shares;
        this.left = new Scratch(arena);
        this.right = new Scratch(arena);
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
        multiply(
                kernels.factors(precision), a, b.hasWholeRows() ? new Rows(b) : new Columns(b.transposed()), c, ending);
    }

    /// `C += A · weight` with a weight of any type, `[k, n]`.
    void multiply(Precision precision, StridedMatrix a, HostWeight weight, HostMatrix c) {
        multiply(kernels.factors(precision), a, new Stored(weight), c, new Ending(1, true));
    }

    /// `C = scale * A · weightᵀ`, or added to C, with a weight `[n, k]` of f32, or one that
    /// [#readsPairs] is true of.
    void multiplyTurned(Precision precision, StridedMatrix a, HostWeight weight, HostMatrix c, Ending ending) {
        Factors factors = kernels.factors(precision);
        Right right = weight.type() == ElementType.F32
                ? new Columns(StridedMatrix.of(weight))
                : new PairColumns(StridedMatrix.pairs(weight), weight.in());
        multiply(factors, a, right, c, ending);
    }

    /// Whether [#multiplyTurned] takes a weight of bf16 at this precision.
    boolean readsPairs(HostWeight weight, Precision precision) {
        return weight.type() == ElementType.BF16 && weight.in() % 2 == 0 && kernels.factors(precision) == Factors.BF16;
    }

    private void multiply(Factors factors, StridedMatrix a, Right b, HostMatrix c, Ending ending) {
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
        StridedMatrix words = factors == Factors.BF16 ? round(a) : a;
        int part = partDepth(factors, b);
        for (int from = 0; from < b.depth(); from += part) {
            int depth = Math.min(part, b.depth() - from);
            MemorySegment memory = right.memory(MatrixPanels.bytes(factors, depth, b.columns(), kernels.lanes()));
            MatrixPanels panels = kernels.panels(factors, depth, b.columns(), memory);
            b.pack(from, panels);
            tiles(words, from / factors.columns(), panels, c, new Ending(ending.scale(), ending.adds() || from > 0));
        }
    }

    private static void clear(HostMatrix c) {
        for (int row = 0; row < c.rows(); row++) {
            c.memory().asSlice(c.at(row, 0), (long) c.columns() * Float.BYTES).fill((byte) 0);
        }
    }

    /// Elements along k that are multiplied at a time: whole blocks.
    private int partDepth(Factors factors, Right b) {
        int block = MatrixPanels.BLOCK_STEPS * factors.columns();
        long blockBytes = MatrixPanels.bytes(factors, block, b.columns(), kernels.lanes());
        long blocks = Math.clamp(PANEL_BYTES_MAX / blockBytes, 1, Integer.MAX_VALUE / block);
        return (int) blocks * block;
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

    private void tiles(StridedMatrix a, int firstStep, MatrixPanels b, HostMatrix c, Ending ending) {
        int rows = kernels.tileRows() * TILE_ROW_TILES;
        int panels = TILE_COLUMNS / b.panelColumns();
        int wanted = TILES_PER_WORKER * shares.threads();
        while (count(c, rows, b, panels) < wanted && rows > 2 * kernels.tileRows()) {
            rows /= 2;
        }
        int tileRows = rows;
        int across = Math.ceilDiv(b.panels(), panels);
        // Neighbors share a part of A, or where B is the larger, of B.
        shares.run(count(c, tileRows, b, panels), (long) b.depth() * tileRows * TILE_COLUMNS / 8, share -> {
            for (int tile = share.from(); tile < share.to(); tile++) {
                int row = tile / across * tileRows;
                int panel = tile % across * panels;
                Part part =
                        new Part(row, Math.min(row + tileRows, c.rows()), panel, Math.min(panel + panels, b.panels()));
                kernels.multiply(a, firstStep, b, c, part, ending, share.scratch());
            }
        });
    }

    private static int count(HostMatrix c, int rows, MatrixPanels b, int panels) {
        return Math.multiplyExact(Math.ceilDiv(c.rows(), rows), Math.ceilDiv(b.panels(), panels));
    }

    /// Groups of rows of a part of B, each within one block.
    private static int groups(MatrixPanels target) {
        return Math.ceilDiv(target.depth(), PACKED_ROWS);
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
            shares.run(groups(target), (long) PACKED_ROWS * b.columns(), share -> {
                for (int group = share.from(); group < share.to(); group++) {
                    int row = group * PACKED_ROWS;
                    int rows = Math.min(PACKED_ROWS, target.depth() - row);
                    kernels.packRows(
                            b.rows(from + row, rows),
                            row,
                            target,
                            share.scratch().arguments());
                }
            });
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

    /// B as a stored weight: its rows are unpacked, a few at a time.
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
            shares.run(groups(target), 8L * PACKED_ROWS * columns(), share -> {
                float[] row = share.scratch().floats(columns());
                long rowBytes = (long) columns() * Float.BYTES;
                MemorySegment memory = share.scratch().memory(PACKED_ROWS * rowBytes);
                for (int group = share.from(); group < share.to(); group++) {
                    int first = group * PACKED_ROWS;
                    int rows = Math.min(PACKED_ROWS, target.depth() - first);
                    for (int i = 0; i < rows; i++) {
                        weight.copyRow(from + (long) first + i, row);
                        MemorySegment.copy(row, 0, memory, HostMatrix.FLOAT, i * rowBytes, columns());
                    }
                    StridedMatrix unpacked = new StridedMatrix(memory, 0, rows, columns(), rowBytes, Float.BYTES);
                    kernels.packRows(unpacked, first, target, share.scratch().arguments());
                }
            });
        }
    }
}
