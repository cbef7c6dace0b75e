package dev.lilla.kernel.x64;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Runs the kernels of matrix products once on small known shapes before they serve, as [KernelSelfTest] does
/// others. All numbers are small integers, exact in bf16 too, and so are the sums.
///
/// @param kernel what is tested
record MatrixSelfTest(Kernel kernel, Isa isa) {
    private static final int ALIGNMENT = 64;
    private static final int TILE_WORDS = MicroTile.TILE_BYTES / Float.BYTES;
    private static final int STEPS = 5;
    private static final int ROW_TILES = 2;
    private static final int PANELS = 2;
    private static final float BEFORE = 0.25f;
    private static final float SCALE = 0.5f;

    /// Multiplies two times the rows with two panels, once storing and once adding.
    ///
    /// @throws IllegalStateException if a result is wrong
    void product(Factors factors, int rows, int vectors) {
        int panelColumns = vectors * isa.lanes();
        int depth = STEPS * factors.columns();
        int cRow = PANELS * panelColumns + 3;
        int lastLanes = isa.lanes() - 3;
        int columns = PANELS * panelColumns - 3;
        int allRows = ROW_TILES * rows;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocate((long) allRows * STEPS * 4, ALIGNMENT);
            MemorySegment b = arena.allocate((long) PANELS * panelColumns * STEPS * 4, ALIGNMENT);
            for (int k = 0; k < depth; k++) {
                for (int row = 0; row < allRows; row++) {
                    put(a, factors, row * STEPS + k / factors.columns(), k, value(row, k));
                }
                for (int column = 0; column < PANELS * panelColumns; column++) {
                    int panel = column / panelColumns;
                    int word = (panel * STEPS + k / factors.columns()) * panelColumns + column % panelColumns;
                    put(b, factors, word, k, value(k + 1, column));
                }
            }
            for (int adds = 0; adds < 2; adds++) {
                MemorySegment c = before(arena, allRows * cRow);
                MemorySegment arguments = arena.allocate(MatrixProduct.Argument.bytes(), ALIGNMENT);
                for (MatrixProduct.Argument argument : MatrixProduct.Argument.values()) {
                    long value = switch (argument) {
                        case A -> a.address();
                        case A_ROW -> STEPS * 4;
                        case A_STEP -> 4;
                        case ROW_TILES -> ROW_TILES;
                        case B -> b.address();
                        case PANELS -> PANELS;
                        case STEPS -> STEPS;
                        case C -> c.address();
                        case C_ROW -> cRow * 4L;
                        case ADDS -> adds;
                        case SCALE -> Float.floatToRawIntBits(SCALE);
                        case LAST_LANES -> lastLanes;
                    };
                    arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
                }
                kernel.call(arguments.address());
                requireProduct(c, new Shape(allRows, columns, depth, cRow), adds);
            }
        }
    }

    /// Multiplies two panels with all rows of a micro tile and, where it has two tiles of rows, some of
    /// a second one; once storing and once adding.
    ///
    /// @throws IllegalStateException if a result is wrong
    void tileProduct(int down, int across) {
        int depth = 2 * MicroTile.STEP_COLUMNS;
        int panelColumns = across * MicroTile.TILE_ROWS;
        int columns = PANELS * panelColumns - 3;
        int rows = down == 1 ? MicroTile.TILE_ROWS : MicroTile.ROWS + 5;
        int cRow = PANELS * panelColumns + 3;
        int stepsBytes = 2 * TileProduct.STEP_BYTES;
        int panelBytes = depth / 2 * panelColumns * 4;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocate(2L * stepsBytes, ALIGNMENT);
            MemorySegment b = arena.allocate((long) PANELS * panelBytes, ALIGNMENT);
            for (int k = 0; k < depth; k++) {
                for (int row = 0; row < rows; row++) {
                    int word = row / MicroTile.ROWS * (stepsBytes / 4) + tileWord(2, row % MicroTile.ROWS, k);
                    put(a, Factors.BF16, word, k, value(row, k));
                }
                for (int column = 0; column < PANELS * panelColumns; column++) {
                    int panel = column / panelColumns * (panelBytes / 4);
                    put(b, Factors.BF16, panel + k / 2 * panelColumns + column % panelColumns, k, value(k + 1, column));
                }
            }
            MemorySegment sums = arena.allocate(MatrixTileProduct.SUMS_BYTES, ALIGNMENT);
            MemorySegment arguments = arena.allocate(MatrixTileProduct.Argument.bytes(), ALIGNMENT);
            for (int adds = 0; adds < 2; adds++) {
                MemorySegment c = before(arena, rows * cRow);
                for (MatrixTileProduct.Argument argument : MatrixTileProduct.Argument.values()) {
                    long value = switch (argument) {
                        case A -> a.address();
                        case A_ROWS -> stepsBytes;
                        case ROWS -> rows;
                        case B -> b.address();
                        case B_PANEL -> panelBytes;
                        case PANELS -> PANELS;
                        case STEPS -> 2;
                        case C -> c.address();
                        case C_ROW -> cRow * 4L;
                        case SUMS -> sums.address();
                        case ADDS -> adds;
                        case SCALE -> Float.floatToRawIntBits(SCALE);
                        case LAST_LANES -> (1L << (panelColumns - 3)) - 1;
                    };
                    arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
                }
                kernel.call(arguments.address());
                requireProduct(c, new Shape(rows, columns, depth, cRow), adds);
            }
        }
    }

    /// The word of a pair in tiles of 16 rows by 32 along k.
    ///
    /// @param down tiles of a step: those of 16 rows, or of 32
    private static int tileWord(int down, int row, int k) {
        int tile = k / MicroTile.STEP_COLUMNS * down + row / MicroTile.TILE_ROWS;
        return tile * TILE_WORDS + row % MicroTile.TILE_ROWS * (MicroTile.LINE / 4) + k % MicroTile.STEP_COLUMNS / 2;
    }

    private static MemorySegment before(Arena arena, int count) {
        MemorySegment c = arena.allocate(count * 4L, ALIGNMENT);
        for (int i = 0; i < count; i++) {
            c.setAtIndex(ValueLayout.JAVA_FLOAT, i, BEFORE);
        }
        return c;
    }

    /// Of a product.
    ///
    /// @param cRow elements from one row of C to the next; those behind its columns must stay
    private record Shape(int rows, int columns, int depth, int cRow) {}

    private void requireProduct(MemorySegment c, Shape shape, int adds) {
        for (int row = 0; row < shape.rows(); row++) {
            for (int column = 0; column < shape.cRow(); column++) {
                float sum = 0;
                for (int k = 0; k < shape.depth(); k++) {
                    sum += value(row, k) * value(k + 1, column);
                }
                float before = adds == 0 ? 0 : BEFORE;
                float expected = column < shape.columns() ? before + SCALE * sum : BEFORE;
                float found = c.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * shape.cRow() + column);
                require("result [" + row + ", " + column + "]", found, expected);
            }
        }
    }

    /// Lays out a matrix of one whole square, or vector, and a part of the next.
    ///
    /// @throws IllegalStateException if a number comes out elsewhere, or changed
    void packer(MatrixPacker.Form form) {
        boolean transposes = form == MatrixPacker.Form.TRANSPOSE || form == MatrixPacker.Form.TRANSPOSE_PAIRS;
        boolean turns = transposes || form == MatrixPacker.Form.ROUND;
        boolean fillsTiles = form == MatrixPacker.Form.TILES;
        Factors factors = form.factors();
        int rows = transposes ? isa.lanes() : fillsTiles ? MicroTile.STEP_COLUMNS + 5 : 5;
        int columns = fillsTiles ? MicroTile.TILE_ROWS - 3 : 2 * isa.lanes() + (turns ? 5 : 3);
        int width = switch (form) {
            case COPY, PAIRS, ROUND -> Math.ceilDiv(columns, isa.lanes()) * isa.lanes();
            case TRANSPOSE, TRANSPOSE_PAIRS -> rows;
            case TILES -> TILE_WORDS;
        };
        int targetRows = switch (form) {
            case COPY, ROUND -> rows;
            case PAIRS -> factors.steps(rows);
            case TRANSPOSE, TRANSPOSE_PAIRS -> factors.steps(columns);
            case TILES -> Math.ceilDiv(rows, MicroTile.STEP_COLUMNS);
        };
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate((long) rows * columns * 4, ALIGNMENT);
            for (int i = 0; i < rows * columns; i++) {
                source.setAtIndex(ValueLayout.JAVA_FLOAT, i, value(i / columns, i % columns));
            }
            MemorySegment target = arena.allocate((long) targetRows * width * 4, ALIGNMENT);
            MemorySegment arguments = arena.allocate(MatrixPacker.Argument.bytes(), ALIGNMENT);
            for (MatrixPacker.Argument argument : MatrixPacker.Argument.values()) {
                long value = switch (argument) {
                    case SOURCE -> source.address();
                    case SOURCE_ROW -> columns * 4L;
                    case ROWS -> rows;
                    case COLUMNS -> columns;
                    case TARGET -> target.address();
                    case TARGET_ROW -> width * 4L;
                };
                arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
            }
            kernel.call(arguments.address());
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    int k = turns ? column : row;
                    int step = k / factors.columns();
                    int word = switch (form) {
                        case COPY, PAIRS -> step * width + column;
                        case TRANSPOSE, TRANSPOSE_PAIRS -> step * width + row;
                        case ROUND -> row * width + step;
                        case TILES -> tileWord(1, column, row);
                    };
                    require("element [" + row + ", " + column + "]", get(target, factors, word, k), value(row, column));
                }
            }
        }
    }

    /// A whole number from -8 to 8.
    private static float value(int row, int column) {
        return (row * 7 + column * 5) % 17 - 8;
    }

    private static void put(MemorySegment words, Factors factors, int word, int k, float value) {
        switch (factors) {
            case F32 -> words.setAtIndex(ValueLayout.JAVA_FLOAT, word, value);
            case BF16 ->
                words.setAtIndex(
                        ValueLayout.JAVA_SHORT, 2L * word + k % 2, (short) (Float.floatToRawIntBits(value) >> 16));
        }
    }

    private static float get(MemorySegment words, Factors factors, int word, int k) {
        return switch (factors) {
            case F32 -> words.getAtIndex(ValueLayout.JAVA_FLOAT, word);
            case BF16 -> Float.intBitsToFloat(words.getAtIndex(ValueLayout.JAVA_SHORT, 2L * word + k % 2) << 16);
        };
    }

    private void require(String what, float found, float expected) {
        if (found != expected) {
            throw new IllegalStateException("the machine code of the kernel \"" + kernel.name()
                    + "\" is wrong on this processor: its " + what + " is " + found + ", expected " + expected
                    + ". Start Java with -Dlilla.kernels=vector to do without machine code, and please report this.");
        }
    }
}
