package dev.lilla.kernel.x64;

import dev.lilla.kernel.x64.PanelProduct.Argument;
import dev.lilla.kernel.x64.RowEncoding.Field;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Runs a kernel once on a small known shape before it serves. Tests cannot have seen every processor: where
/// one computes something else than the definition, a plain message comes before any wrong answer.
final class KernelSelfTest {
    /// Of the sum of the magnitudes of all products: f32 sums of a few terms stay far below, mistakes do not.
    private static final double TOLERANCE = 1e-4;

    /// Of a weight in bf16, and what remains of one near zero.
    private static final double BF16_ROUNDING = 0x1p-8;

    private static final double TINY = 0x1p-16;

    private static final int ALIGNMENT = 64;

    /// Rows of the weight: a whole panel and a part of the next.
    private static final int OUT = PanelLayout.ROWS + 5;

    /// Results of a row of the tile, with some beside them that must stay.
    private static final int Y_COLUMNS = PanelSample.PANELS * PanelLayout.ROWS;

    private static final float BEFORE = 0.25f;
    private static final float SCALE = 0.5f;

    private final String kernel;

    private KernelSelfTest(String kernel) {
        this.kernel = kernel;
    }

    /// Multiplies two panels with a tile, once with a bias and once adding to what is there.
    ///
    /// @throws WrongResultException if a result is wrong
    static void panelProduct(Kernel kernel, PanelLayout layout, int rows) {
        KernelSelfTest test = new KernelSelfTest("product of " + layout + " with " + rows + " rows");
        PanelSample panels = new PanelSample(layout);
        TileSample tile = new TileSample(layout.encoding(), rows, panels.columns());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bias = arena.allocate((long) OUT * Float.BYTES, ALIGNMENT);
            for (int r = 0; r < OUT; r++) {
                bias.setAtIndex(ValueLayout.JAVA_FLOAT, r, r);
            }
            MemorySegment stored = filled(arena, rows);
            MemorySegment added = filled(arena, rows);
            MemorySegment arguments = arena.allocate(Argument.bytes(), ALIGNMENT);
            set(arguments, Argument.PANELS, copy(arena, panels.bytes()).address());
            set(arguments, Argument.PANEL_BYTES, layout.panelBytes(panels.columns()));
            set(arguments, Argument.TILE, copy(arena, tile.bytes()).address());
            set(arguments, Argument.BLOCKS, layout.blocks(panels.columns()));
            set(arguments, Argument.Y_STRIDE, Y_COLUMNS * Float.BYTES);
            set(arguments, Argument.SCALE, Float.floatToRawIntBits(SCALE));
            set(arguments, Argument.LAST_LANES, (1L << (OUT - PanelLayout.ROWS)) - 1);
            long first = arguments.get(ValueLayout.JAVA_LONG, Argument.PANELS.offset());
            run(kernel, arguments, first, bias.address(), stored);
            run(kernel, arguments, first, 0, added);
            test.check(panels, tile, stored, added);
        }
    }

    /// Unpacks two panels.
    ///
    /// @throws WrongResultException if a weight is wrong
    static void columnUnpacker(Kernel kernel, PanelLayout layout) {
        KernelSelfTest test = new KernelSelfTest("unpacking columns of " + layout);
        PanelSample panels = new PanelSample(layout);
        int columns = Math.min(panels.columns(), ColumnUnpacker.COLUMNS_MAX);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(ColumnUnpacker.BYTES, ALIGNMENT);
            MemorySegment arguments = arena.allocate(ColumnUnpacker.Argument.bytes(), ALIGNMENT);
            for (ColumnUnpacker.Argument argument : ColumnUnpacker.Argument.values()) {
                long value = switch (argument) {
                    case BLOCK -> copy(arena, panels.bytes()).address();
                    case BLOCKS -> layout.blocks(columns);
                    case PANEL_BYTES -> layout.panelBytes(panels.columns());
                    case PANELS -> PanelSample.PANELS;
                    case TARGET -> target.address();
                };
                arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
            }
            kernel.call(arguments.address());
            for (int row = 0; row < PanelSample.PANELS * PanelLayout.ROWS; row++) {
                for (int column = 0; column < columns; column++) {
                    double expected = panels.weight(row, column);
                    long at = (long) column * ColumnUnpacker.COLUMN_BYTES + (long) row * Short.BYTES;
                    float found = Float.intBitsToFloat(target.get(ValueLayout.JAVA_SHORT, at) << 16);
                    double tolerance = Math.abs(expected) * BF16_ROUNDING + TINY;
                    test.require("weight", row, column, found, expected, tolerance);
                }
            }
        }
    }

    private static void run(Kernel kernel, MemorySegment arguments, long panels, long bias, MemorySegment y) {
        set(arguments, Argument.PANELS, panels);
        set(arguments, Argument.PANEL_COUNT, PanelSample.PANELS);
        set(arguments, Argument.BIAS, bias);
        set(arguments, Argument.ADDS, bias == 0 ? 1 : 0);
        set(arguments, Argument.Y, y.address());
        kernel.call(arguments.address());
    }

    private static void set(MemorySegment arguments, Argument argument, long value) {
        arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
    }

    private static MemorySegment copy(Arena arena, byte[] bytes) {
        MemorySegment memory = arena.allocate(bytes.length, ALIGNMENT);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return memory;
    }

    private static MemorySegment filled(Arena arena, int rows) {
        MemorySegment memory = arena.allocate((long) rows * Y_COLUMNS * Float.BYTES, ALIGNMENT);
        for (int i = 0; i < rows * Y_COLUMNS; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, BEFORE);
        }
        return memory;
    }

    private void check(PanelSample panels, TileSample tile, MemorySegment stored, MemorySegment added) {
        int columns = panels.columns();
        int rows = (int) (stored.byteSize() / Float.BYTES / Y_COLUMNS);
        double[] weights = new double[columns];
        for (int r = 0; r < OUT; r++) {
            for (int k = 0; k < columns; k++) {
                weights[k] = panels.weight(r, k);
            }
            for (int t = 0; t < rows; t++) {
                double[] x = tile.row(t);
                double sum = 0;
                double size = 0;
                for (int k = 0; k < columns; k++) {
                    double product = weights[k] * x[k];
                    sum += product;
                    size += Math.abs(product);
                }
                double tolerance = TOLERANCE * (size + r + 1);
                check("result", t, r, stored, sum + r, tolerance);
                check("added result", t, r, added, BEFORE + SCALE * sum, tolerance);
            }
        }
        for (int t = 0; t < rows; t++) {
            for (int r = OUT; r < Y_COLUMNS; r++) {
                check("neighbor", t, r, stored, BEFORE, 0);
                check("neighbor", t, r, added, BEFORE, 0);
            }
        }
    }

    private void check(String what, int t, int r, MemorySegment y, double expected, double tolerance) {
        require(what, t, r, y.getAtIndex(ValueLayout.JAVA_FLOAT, (long) t * Y_COLUMNS + r), expected, tolerance);
    }

    private void require(String what, int row, int column, float found, double expected, double tolerance) {
        if (!(Math.abs(found - expected) <= tolerance)) {
            throw failure(what + " [" + row + ", " + column + "]", found, expected);
        }
    }

    private WrongResultException failure(String what, Number found, Number expected) {
        return new WrongResultException("the machine code of the kernel \"" + kernel
                + "\" is wrong on this processor: its " + what + " is " + found + ", expected " + expected
                + ". Start Java with -Dlilla.kernels=vector to do without machine code, and please report this.");
    }

    /// Encodes three blocks as the second of two rows.
    ///
    /// @throws WrongResultException if a byte or a number beside them is wrong
    static void rowEncoder(Kernel kernel) {
        KernelSelfTest test = new KernelSelfTest("row encoder");
        int blocks = 3;
        int tileRows = 2;
        int t = 1;
        int blockBytes = RowEncoding.BYTES.blockBytes(tileRows);
        float[] row = new float[blocks * RowEncoding.BLOCK_COLUMNS];
        for (int k = 0; k < row.length; k++) {
            row[k] = (k * 37 % 101 - 50) * (k < RowEncoding.BLOCK_COLUMNS ? 0.013f : 1.7f);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate((long) row.length * Float.BYTES, ALIGNMENT);
            MemorySegment.copy(row, 0, x, ValueLayout.JAVA_FLOAT, 0, row.length);
            MemorySegment tile = arena.allocate((long) blocks * blockBytes, ALIGNMENT);
            MemorySegment arguments = arena.allocate(RowEncoder.Argument.bytes(), ALIGNMENT);
            for (RowEncoder.Argument argument : RowEncoder.Argument.values()) {
                long value = switch (argument) {
                    case ROW -> x.address();
                    case BLOCKS -> blocks;
                    case BYTES -> tile.address() + (long) t * RowEncoding.BLOCK_COLUMNS;
                    case FIELDS -> tile.address() + Field.SCALE.offset(tileRows, t);
                    case BLOCK_STRIDE -> blockBytes;
                    case FIELD_STRIDE -> (long) tileRows * Float.BYTES;
                };
                arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
            }
            kernel.call(arguments.address());
            for (int block = 0; block < blocks; block++) {
                test.checkBlock(row, block, tile.asSlice((long) block * blockBytes, blockBytes), tileRows, t);
            }
        }
    }

    private void checkBlock(float[] row, int block, MemorySegment encoded, int tileRows, int t) {
        int first = block * RowEncoding.BLOCK_COLUMNS;
        float largest = 0;
        for (int i = 0; i < RowEncoding.BLOCK_COLUMNS; i++) {
            largest = Math.max(largest, Math.abs(row[first + i]));
        }
        float scale = largest / 127;
        int[] sums = new int[2];
        for (int i = 0; i < RowEncoding.BLOCK_COLUMNS; i++) {
            int expected = (int) Math.rint(row[first + i] * (127 / largest));
            int found = encoded.get(ValueLayout.JAVA_BYTE, (long) t * RowEncoding.BLOCK_COLUMNS + i);
            require("column " + (first + i), found, expected);
            sums[i / 16] += expected;
        }
        int sum = sums[0] + sums[1];
        for (Field field : Field.values()) {
            int found = encoded.get(ValueLayout.JAVA_INT, field.offset(tileRows, t));
            String what = field + " of block " + block;
            switch (field) {
                case SCALE -> require(what, Float.intBitsToFloat(found), scale);
                case MINUS_8 -> require(what, found, -8 * sum);
                case MINUS_128_LOW -> require(what, found, -128 * sums[0]);
                case MINUS_128_HIGH -> require(what, found, -128 * sums[1]);
                case SUM -> require(what, Float.intBitsToFloat(found), scale * sum);
                case SUM_LOW -> require(what, Float.intBitsToFloat(found), scale * sums[0]);
                case SUM_HIGH -> require(what, Float.intBitsToFloat(found), scale * sums[1]);
            }
        }
    }

    private void require(String what, Number found, Number expected) {
        if (!found.equals(expected)) {
            throw failure(what, found, expected);
        }
    }
}
