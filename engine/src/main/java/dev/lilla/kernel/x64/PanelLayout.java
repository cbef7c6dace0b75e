package dev.lilla.kernel.x64;

/// How a weight is laid out for machine code: panels of 16 rows, whose lanes are rows, so that no sum runs across
/// lanes.
/// A panel is a run of blocks, each some columns of all 16 rows; every vector load is a whole cache line.
///
/// A "word" below is 64 bytes: for each of the 16 rows four bytes, those of four neighboring columns (or of nibble
/// pairs). Halves are f16; a scale vector holds one number for each row.
public enum PanelLayout {
    /// Nibbles with a scale for every 32 columns, `d * (q - 8)`: scales `[2][16]` f16, then two groups of four words;
    /// the low nibbles of a group are columns 0 to 15, the high ones 16 to 31 (as in ggml's Q4_0).
    NIBBLES(64, 576, RowEncoding.BYTES),
    /// Bytes with a scale for every 32 columns, `d * (q - 128)`: scales `[2][16]` f16, then two groups of eight words.
    BYTES(64, 1088, RowEncoding.BYTES),
    /// Nibbles in super-blocks of 256 columns, `d * s * q - m * n`: `d [16]` and `m [16]` f16, `s [8][16]` and
    /// `n [8][16]` bytes, then four times eight words: low nibbles are one group of 32 columns, high ones the next.
    NIBBLE_SUPER(256, 2368, RowEncoding.BYTES),
    /// The same with a byte for each column: eight times eight words.
    BYTE_SUPER(256, 4416, RowEncoding.BYTES),
    /// Bytes in super-blocks with a signed scale for every 16 columns, `d * s * (q - 128)`: `d [16]` f16 (and 32 bytes
    /// unused), `s [16][16]` signed bytes, then eight times eight words.
    BYTE_SUPER_16(256, 4416, RowEncoding.BYTES),
    /// Bytes with an f32 scale and offset for every 16 columns, `s * q + m`: `s [2][16]`, `m [2][16]`, eight words.
    BYTE_AFFINE_16(32, 768, RowEncoding.BYTES),
    /// f32, `[columns][16]`.
    F32(2, 128, RowEncoding.FLOATS),
    /// f16, `[columns][16]`.
    F16(2, 64, RowEncoding.FLOATS),
    /// bf16 in pairs of columns, `[columns / 2][16][2]`: as AMX wants them.
    BF16(2, 64, RowEncoding.FLOATS);

    /// Rows of a panel: the f32 lanes of 512 bits.
    public static final int ROWS = 16;

    private final int blockColumns;
    private final int blockBytes;
    private final RowEncoding encoding;

    PanelLayout(int blockColumns, int blockBytes, RowEncoding encoding) {
        this.blockColumns = blockColumns;
        this.blockBytes = blockBytes;
        this.encoding = encoding;
    }

    public int blockColumns() {
        return blockColumns;
    }

    /// Bytes of a block of all 16 rows.
    public int blockBytes() {
        return blockBytes;
    }

    /// What activations must be encoded as to meet it.
    public RowEncoding encoding() {
        return encoding;
    }

    /// Blocks of a panel; columns are filled up with zeros.
    public int blocks(int columns) {
        return Math.ceilDiv(columns, blockColumns);
    }

    public long panelBytes(int columns) {
        return (long) blocks(columns) * blockBytes;
    }
}
