package dev.lilla.kernel.x64;

/// How rows of activations are laid out for products with panels: in tiles of up to [#tileRows()] rows, each tile's
/// rows interleaved block by block, so that a product reads one stream front to back.
public enum RowEncoding {
    /// Signed bytes with a scale for every 32 columns. A block of 32 columns of a tile of `T` rows is `[T][32]`
    /// bytes, then the fields of [Field], each `[T]` in 32 bits. Columns are filled up with zeros to a multiple of
    /// 64.
    BYTES(16),
    /// f32, `[columns][T]`, filled up with zeros to an even number of columns. Two partial sums for each row and 16
    /// accumulators more than half of the 32 registers: hence 12 rows.
    FLOATS(12),
    /// bf16 for AMX, see [TileProduct]. For every 32 columns (a step) the 32 rows are two AMX tiles of 1 KiB,
    /// `[2][16][32]`; rows are filled up with zeros to 32, columns to a multiple of 32. Columns are cut into
    /// chunks of [TileProduct#CHUNK_COLUMNS], and a chunk of all tiles comes before the next:
    /// `[chunk][tile][step][2][16][32]`.
    BF16(32);

    /// Columns with one scale, and of a step of AMX.
    public static final int BLOCK_COLUMNS = 32;

    private static final int BLOCK_GRAIN = 2;

    private static final int FIELDS = Field.values().length;

    private final int tileRows;

    RowEncoding(int tileRows) {
        this.tileRows = tileRows;
    }

    /// Numbers beside the bytes of a row's block, where `q` are the bytes and `d` the scale: `x ≈ d * q`.
    ///
    /// Weights meet `q` as unsigned bytes. What was added to make them so is taken off by a product with the sum of
    /// `q`, from which the integer sum starts.
    public enum Field {
        /// `d`, f32.
        SCALE,
        /// `-8 * sum(q)`, i32, for weights stored with 8 added.
        MINUS_8,
        /// `-128 * sum(q)` of the first 16 columns, i32.
        MINUS_128_LOW,
        /// `-128 * sum(q)` of the last 16 columns, i32.
        MINUS_128_HIGH,
        /// `d * sum(q)`, f32, for what an affine type adds to each weight.
        SUM,
        /// `d * sum(q)` of the first 16 columns, f32.
        SUM_LOW,
        /// `d * sum(q)` of the last 16 columns, f32.
        SUM_HIGH;

        /// How far `-128 * sum(q)` moves to the right to become what a smaller offset of the codes takes off.
        ///
        /// @param offset a power of two up to 128
        int shiftFor(int offset) {
            if ((this != MINUS_128_LOW && this != MINUS_128_HIGH) || Integer.bitCount(offset) != 1 || offset > 128) {
                throw new IllegalArgumentException(this + " for codes with " + offset + " added");
            }
            return Integer.numberOfTrailingZeros(128 / offset);
        }

        /// Bytes from the beginning of a block to the number of row `row` of a tile of `tileRows`.
        @SuppressWarnings("EnumOrdinal") // the order of the layout
        int offset(int tileRows, int row) {
            return tileRows * BLOCK_COLUMNS + (ordinal() * tileRows + row) * Float.BYTES;
        }
    }

    /// The most rows of a tile.
    public int tileRows() {
        return tileRows;
    }

    /// Columns with those that fill up.
    public int paddedColumns(int columns) {
        int grain = switch (this) {
            case BYTES -> BLOCK_COLUMNS * BLOCK_GRAIN;
            case FLOATS -> 2;
            case BF16 -> BLOCK_COLUMNS;
        };
        return Math.ceilDiv(columns, grain) * grain;
    }

    /// Bytes of a block of [#BLOCK_COLUMNS] columns in [#BYTES] and [#BF16], or of one column in [#FLOATS].
    public int blockBytes(int rows) {
        return switch (this) {
            case BYTES -> rows * (BLOCK_COLUMNS + FIELDS * Float.BYTES);
            case FLOATS -> rows * Float.BYTES;
            case BF16 -> Math.ceilDiv(rows, tileRows) * tileRows * BLOCK_COLUMNS * Short.BYTES;
        };
    }

    /// Bytes of a tile of `rows` rows.
    public long tileBytes(int rows, int columns) {
        int blocks = this == FLOATS ? paddedColumns(columns) : paddedColumns(columns) / BLOCK_COLUMNS;
        return (long) blocks * blockBytes(rows);
    }
}
