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
    /// Nibbles in super-blocks of 256 columns, `d * s * q - m * n`: `d [16]` and `m [16]` f16, `s [8][16]` and
    /// `n [8][16]` bytes, then the codes.
    NIBBLE_SUPER(PanelCodes.NIBBLES, 0),
    /// The same with codes of five bits.
    FIVE_BIT_SUPER(PanelCodes.FIVE_BITS, 0),
    /// Nibbles in super-blocks with a signed scale for every 16 columns, `d * s * (q - 4)`: `d [16]` f16 (and 32
    /// bytes unused), `s [16][16]` signed bytes, then the codes.
    NIBBLE_SUPER_16(PanelCodes.NIBBLES, 4),
    /// The same with codes of six bits, `d * s * (q - 32)`.
    SIX_BIT_SUPER_16(PanelCodes.SIX_BITS, 32),
    /// The same with nibbles that stand for levels, which become bytes with 128 added.
    LEVEL_SUPER_16(PanelCodes.LEVELS, 128),
    /// Two bits in super-blocks with a scale and a minimum for every 16 columns, `d * s * q - m * n`: `d [16]` and
    /// `m [16]` f16, `s [16][16]` and `n [16][16]` bytes, then the codes.
    TWO_BIT_SUPER_16(PanelCodes.TWO_BITS, 0),
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

    private static final int SUPER_COLUMNS = 256;

    private final int blockColumns;
    private final int blockBytes;
    private final RowEncoding encoding;
    private final @Nullable PanelCodes codes;
    private final int offset;

    PanelLayout(PanelCodes codes, int offset) {
        this.blockColumns = SUPER_COLUMNS;
        this.blockBytes = codesAt(codes) + codes.bytes();
        this.encoding = RowEncoding.BYTES;
        this.codes = codes;
        this.offset = offset;
    }

    PanelLayout(int blockColumns, int blockBytes, RowEncoding encoding) {
        this.blockColumns = blockColumns;
        this.blockBytes = blockBytes;
        this.encoding = encoding;
        this.codes = null;
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

    /// Behind two f16 and 16 bytes for each row, of two bits 32.
    private static int codesAt(PanelCodes codes) {
        return ROWS * (2 * Short.BYTES + (codes == PanelCodes.TWO_BITS ? 32 : 16));
    }

    /// The byte of a super-block where its codes begin.
    public int codesAt() {
        return codesAt(codes());
    }

    /// How the codes of super-blocks lie.
    ///
    /// @throws IllegalStateException if the layout has no super-blocks
    public PanelCodes codes() {
        if (codes == null) {
            throw new IllegalStateException(this + " has no super-blocks");
        }
        return codes;
    }

    /// What is subtracted from an unpacked code of a super-block before it is multiplied with its scale.
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
