package dev.lilla.kernel;

import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.Kernel;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.PanelProduct.Argument;
import dev.lilla.kernel.x64.RowEncoder;
import dev.lilla.kernel.x64.RowEncoding;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Linear maps over panels by machine code: encodes rows into tiles, and multiplies tiles with panels.
final class PanelProducts {
    /// Bytes of panels that all tiles pass before the next: together with a tile well inside a second-level cache
    /// of 1 MiB (Zen 4) or 2 MiB (Sapphire Rapids), so that panels are read from memory once.
    private static final int PANEL_GROUP_BYTES = 256 << 10;

    private final KernelSet kernels;
    private final TileProducts tiles;

    PanelProducts(KernelSet kernels) {
        this.kernels = kernels;
        this.tiles = new TileProducts(kernels);
    }

    /// Encodes units `share.from()` to `share.to()` of `x`.
    void encode(HostMatrix x, EncodedRows target, Share share) {
        if (x.rows() != target.rows() || x.columns() != target.columns()) {
            throw new IllegalArgumentException(
                    "rows " + x + " encoded as [" + target.rows() + ", " + target.columns() + "]");
        }
        requireInside(x);
        if (target.encoding() == RowEncoding.BF16) {
            new TileRows(kernels).encode(StridedMatrix.of(x), target, share);
            return;
        }
        for (int unit = share.from(); unit < share.to(); unit++) {
            int tile = unit / target.parts();
            int first = tile * target.encoding().tileRows();
            HostMatrix rows = x.rows(first, target.rowsOf(tile));
            MemorySegment memory = target.memory()
                    .asSlice(target.offset(tile), target.encoding().tileBytes(rows.rows(), rows.columns()));
            if (target.encoding() == RowEncoding.BYTES) {
                encodeBytes(rows, target, unit % target.parts(), memory, share.scratch());
            } else {
                encodeFloats(rows, memory);
            }
        }
    }

    private void encodeBytes(HostMatrix rows, EncodedRows target, int part, MemorySegment tile, Scratch scratch) {
        int count = rows.rows();
        if (rows.columns() % RowEncoding.BLOCK_COLUMNS != 0) {
            throw new IllegalArgumentException("rows of " + rows.columns() + " columns are no whole blocks of 32");
        }
        int blockBytes = RowEncoding.BYTES.blockBytes(count);
        int firstColumn = part * target.columnsOf(0);
        int firstBlock = firstColumn / RowEncoding.BLOCK_COLUMNS;
        int blocks = target.columnsOf(part) / RowEncoding.BLOCK_COLUMNS;
        if (part == target.parts() - 1) {
            tile.asSlice((long) (firstBlock + blocks) * blockBytes).fill((byte) 0);
        }
        MemorySegment encoded = tile.asSlice((long) firstBlock * blockBytes, (long) blocks * blockBytes);
        MemorySegment arguments = scratch.arguments();
        Kernel kernel = kernels.rowEncoder();
        for (int t = 0; t < count; t++) {
            set(arguments, RowEncoder.Argument.ROW.offset(), rows.address(t, firstColumn));
            set(arguments, RowEncoder.Argument.BLOCKS.offset(), blocks);
            set(
                    arguments,
                    RowEncoder.Argument.BYTES.offset(),
                    encoded.address() + (long) t * RowEncoding.BLOCK_COLUMNS);
            set(
                    arguments,
                    RowEncoder.Argument.FIELDS.offset(),
                    encoded.address() + (long) count * RowEncoding.BLOCK_COLUMNS + (long) t * Float.BYTES);
            set(arguments, RowEncoder.Argument.BLOCK_STRIDE.offset(), blockBytes);
            set(arguments, RowEncoder.Argument.FIELD_STRIDE.offset(), (long) count * Float.BYTES);
            kernel.call(arguments.address());
        }
    }

    private static void encodeFloats(HostMatrix rows, MemorySegment tile) {
        int count = rows.rows();
        if (count == 1) {
            long bytes = (long) rows.columns() * Float.BYTES;
            MemorySegment.copy(rows.memory(), rows.at(0, 0), tile, 0, bytes);
            tile.asSlice(bytes).fill((byte) 0);
            return;
        }
        for (int t = 0; t < count; t++) {
            long from = rows.at(t, 0);
            long to = (long) t * Float.BYTES;
            for (int k = 0; k < rows.columns(); k++) {
                tile.set(
                        HostMatrix.FLOAT,
                        to + (long) k * count * Float.BYTES,
                        rows.memory().get(HostMatrix.FLOAT, from + (long) k * Float.BYTES));
            }
        }
        tile.asSlice((long) rows.columns() * count * Float.BYTES).fill((byte) 0);
    }

    /// What is done with sums: `y = sum + bias`, or `y += scale * sum`.
    ///
    /// @param bias address of f32 for every weight row, or 0
    /// @param adds 0 or 1
    record Ending(long bias, int adds, float scale) {
        /// `y = sum + bias` for `out` weight rows.
        static Ending storing(@Nullable HostWeight bias, int out) {
            if (bias != null && bias.data().byteSize() < (long) out * Float.BYTES) {
                throw new IllegalArgumentException("bias " + bias + " is too short for " + out + " rows");
            }
            return new Ending(bias == null ? 0 : bias.data().address(), 0, 0);
        }

        /// `y += scale * sum`.
        static Ending adding(float scale) {
            return new Ending(0, 1, scale);
        }

        /// The same for weight rows from `row` on.
        Ending from(int row) {
            return bias == 0 ? this : new Ending(bias + (long) row * Float.BYTES, adds, scale);
        }
    }

    /// The products of `x` with rows `share.from()` to `share.to()` of the weight.
    void multiply(PackedWeight weight, EncodedRows x, HostMatrix y, Share share, Ending ending) {
        requireOperands(weight, x, y, share);
        if (x.encoding() == RowEncoding.BF16) {
            tiles.multiply(weight, x, y, share, ending);
            return;
        }
        int from = share.from() / PanelLayout.ROWS;
        int to = Math.ceilDiv(share.to(), PanelLayout.ROWS);
        int group = (int) Math.max(1, PANEL_GROUP_BYTES / Math.max(weight.panelBytes(), 1));
        int tileRows = x.encoding().tileRows();
        for (int panel = from; panel < to; panel += group) {
            int count = Math.min(group, to - panel);
            for (int tile = 0; tile < x.tiles(); tile++) {
                int rows = x.rowsOf(tile);
                MemorySegment arguments = share.scratch().arguments();
                int firstRow = panel * PanelLayout.ROWS;
                int lastLanes = Math.min(PanelLayout.ROWS, share.to() - (panel + count - 1) * PanelLayout.ROWS);
                set(arguments, Argument.PANELS.offset(), weight.data().address() + panel * weight.panelBytes());
                set(arguments, Argument.PANEL_BYTES.offset(), weight.panelBytes());
                set(arguments, Argument.PANEL_COUNT.offset(), count);
                set(arguments, Argument.TILE.offset(), x.memory().address() + x.offset(tile));
                set(arguments, Argument.BLOCKS.offset(), weight.layout().blocks(weight.in()));
                set(arguments, Argument.Y.offset(), y.address(tile * tileRows, firstRow));
                set(arguments, Argument.Y_STRIDE.offset(), (long) y.stride() * Float.BYTES);
                set(arguments, Argument.BIAS.offset(), ending.from(firstRow).bias());
                set(arguments, Argument.ADDS.offset(), ending.adds());
                set(arguments, Argument.SCALE.offset(), Float.floatToRawIntBits(ending.scale()));
                set(arguments, Argument.LAST_LANES.offset(), (1L << lastLanes) - 1);
                kernels.panelProduct(weight.layout(), rows).call(arguments.address());
            }
        }
    }

    private static void set(MemorySegment arguments, int offset, long value) {
        arguments.set(ValueLayout.JAVA_LONG, offset, value);
    }

    private void requireOperands(PackedWeight weight, EncodedRows x, HostMatrix y, Share share) {
        boolean isTiles = x.encoding() == RowEncoding.BF16 && kernels.isa() == Isa.AMX;
        boolean agrees = (isTiles || weight.layout().encoding() == x.encoding())
                && x.columns() == weight.in()
                && x.rows() == y.rows()
                && y.columns() == weight.out()
                && share.from() >= 0
                && share.from() % PanelLayout.ROWS == 0
                && share.to() <= weight.out()
                && (share.to() % PanelLayout.ROWS == 0 || share.to() == weight.out())
                && x.memory().byteSize() >= EncodedRows.bytes(x.encoding(), x.rows(), x.columns());
        if (!agrees) {
            throw new IllegalArgumentException("panels [" + weight.out() + ", " + weight.in() + "] as "
                    + weight.layout() + ", rows " + share.from() + " to " + share.to() + ", do not meet rows ["
                    + x.rows() + ", " + x.columns() + "] as " + x.encoding() + " and results " + y);
        }
        requireInside(y);
    }

    private static void requireInside(HostMatrix x) {
        if (x.rows() > 0) {
            long last = x.at(x.rows() - 1, x.columns());
            if (!x.memory().isNative()
                    || x.offset() < 0
                    || x.stride() < x.columns()
                    || last > x.memory().byteSize()) {
                throw new IllegalArgumentException("a matrix " + x + " exceeds its memory");
            }
        }
    }
}
