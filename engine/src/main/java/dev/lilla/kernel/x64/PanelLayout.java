package dev.lilla.kernel.x64;

import org.jspecify.annotations.Nullable;

/// How a weight is laid out for machine code: panels of 16 rows, whose lanes are rows, so that no sum runs across
/// lanes. A panel is a run of blocks, each some columns of all 16 rows; every vector load is a whole cache line.
///
/// A "word" below is 64 bytes: for each of the 16 rows four bytes, those of four neighboring columns (or of nibble
/// pairs). Halves are f16; a scale vector holds one number for each row.
public enum PanelLayout {
    /// Nibbles with a scale for every 32 columns, `d * (q - 8)`: scales `[2][16]` f16, then two groups of four
    /// words; the low nibbles of a group are columns 0 to 15, the high ones 16 to 31 (as in ggml's Q4_0).
    NIBBLES(64, 576, RowEncoding.BYTES),
    /// Bytes with a scale for every 32 columns, `d * (q - 128)`: scales `[2][16]` f16, then two groups of eight
    /// words.
    BYTES(64, 1088, RowEncoding.BYTES),
    /// Nibbles that stand for levels, which become bytes with 128 added, with a scale for every 32 columns: scales
    /// `[2][16]` f16, then the codes.
    LEVELS(PanelCodes.LEVELS, Numbers.SCALES, 128),
    /// The same with codes of five bits, `d * (q - 16)`.
    FIVE_BITS(PanelCodes.FIVE_BITS, Numbers.SCALES, 16),
    /// Nibbles with a scale and an offset for every 32 columns, `d * q + m`: `d [2][16]` and `m [2][16]` f16, then
    /// the codes.
    NIBBLE_AFFINE(PanelCodes.NIBBLES, Numbers.AFFINE, 0),
    /// The same with codes of five bits.
    FIVE_BIT_AFFINE(PanelCodes.FIVE_BITS, Numbers.AFFINE, 0),
    /// Nibbles in super-blocks of 256 columns, `d * s * q - m * n`: `d [16]` and `m [16]` f16, `s [8][16]` and
    /// `n [8][16]` bytes, then the codes.
    NIBBLE_SUPER(PanelCodes.NIBBLES, Numbers.SUPER, 0),
    /// The same with codes of five bits.
    FIVE_BIT_SUPER(PanelCodes.FIVE_BITS, Numbers.SUPER, 0),
    /// Nibbles in super-blocks with a signed scale for every 16 columns, `d * s * (q - 4)`: `d [16]` f16 (and 32
    /// bytes unused), `s [16][16]` signed bytes, then the codes.
    NIBBLE_SUPER_16(PanelCodes.NIBBLES, Numbers.SUPER, 4),
    /// The same with codes of six bits, `d * s * (q - 32)`.
    SIX_BIT_SUPER_16(PanelCodes.SIX_BITS, Numbers.SUPER, 32),
    /// The same with nibbles that stand for levels, which become bytes with 128 added.
    LEVEL_SUPER_16(PanelCodes.LEVELS, Numbers.SUPER, 128),
    /// Two bits in super-blocks with a scale and a minimum for every 16 columns, `d * s * q - m * n`: `d [16]` and
    /// `m [16]` f16, `s [16][16]` and `n [16][16]` bytes, then the codes.
    TWO_BIT_SUPER_16(PanelCodes.TWO_BITS, Numbers.AFFINE_SUPER, 0),
    /// f32, `[columns][16]`.
    F32(2, 128, RowEncoding.FLOATS),
    /// f16, `[columns][16]`.
    F16(2, 64, RowEncoding.FLOATS),
    /// bf16 in pairs of columns, `[columns / 2][16][2]`: as AMX wants them.
    BF16(2, 64, RowEncoding.FLOATS);

    /// Rows of a panel: the f32 lanes of 512 bits.
    public static final int ROWS = 16;

    /// What lies before the codes of a block.
    private enum Numbers {
        /// An f16 for every 32 columns.
        SCALES(64, 4),
        /// Two.
        AFFINE(64, 8),
        /// Two f16, and 16 bytes.
        SUPER(256, 20),
        /// Two f16, and 32 bytes.
        AFFINE_SUPER(256, 36);

        private final int columns;
        private final int rowBytes;

        /// @param columns of a block
        /// @param rowBytes for each row
        Numbers(int columns, int rowBytes) {
            this.columns = columns;
            this.rowBytes = rowBytes;
        }

        private int bytes() {
            return ROWS * rowBytes;
        }
    }

    private final int blockColumns;
    private final int blockBytes;
    private final RowEncoding encoding;
    private final @Nullable PanelCodes codes;
    private final int codesAt;
    private final int offset;

    PanelLayout(PanelCodes codes, Numbers numbers, int offset) {
        this.blockColumns = numbers.columns;
        this.codesAt = numbers.bytes();
        this.blockBytes = codesAt + codes.bytes(blockColumns);
        this.encoding = RowEncoding.BYTES;
        this.codes = codes;
        this.offset = offset;
    }

    PanelLayout(int blockColumns, int blockBytes, RowEncoding encoding) {
        this.blockColumns = blockColumns;
        this.blockBytes = blockBytes;
        this.encoding = encoding;
        this.codes = null;
        this.codesAt = 0;
        this.offset = 0;
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

    /// How the codes of a block lie.
    ///
    /// @throws IllegalStateException if the layout has codes of its own, or none
    public PanelCodes codes() {
        if (codes == null) {
            throw new IllegalStateException(this + " does not lie as these codes");
        }
        return codes;
    }

    /// Whether codes have bits above a nibble that lie apart from it.
    boolean hasUpperBits() {
        return codes != null && codes.hasUpper();
    }

    /// The byte of a block where [#codes()] begin.
    public int codesAt() {
        return codesAt;
    }

    /// What is subtracted from an unpacked code before it is multiplied with its scale.
    public int offset() {
        return offset;
    }

    /// Blocks of a panel; columns are filled up with zeros.
    public int blocks(int columns) {
        return Math.ceilDiv(columns, blockColumns);
    }

    public long panelBytes(int columns) {
        return (long) blocks(columns) * blockBytes;
    }
}
