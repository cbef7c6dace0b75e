package dev.lilla.kernel.x64;

/// Byte offsets in the argument block of attention kernels, and in the record of each query row.
public final class AttentionArguments {
    /// Addresses of the keys of each cache block, in order; the values follow the keys.
    public static final int BLOCKS = 0;

    /// Cache blocks, at least 1.
    public static final int BLOCK_COUNT = 8;

    /// Position of the first key of the first block.
    public static final int START = 16;

    /// Records of the rows, [#RECORD_BYTES] each, by ascending position.
    public static final int RECORDS = 24;

    /// Rows, at least 1.
    public static final int ROWS = 32;

    /// Keys before its own that a row sees: the window less 1.
    public static final int REACH = 40;

    /// For the queries, `[rows][stride]` f32, or rows of bf16 in less.
    public static final int QUERIES = 48;

    /// For the scores, `[rows][64]` f32.
    public static final int SCORES = 56;

    /// For an unpacked block.
    public static final int PANEL = 64;

    /// The partial results of the rows: `[rows]` of sums of values `[stride]`, 64 bytes of sums of weights by
    /// lane, 64 bytes of the maximum.
    public static final int STATES = 72;

    /// 192 f32: 64 of minus infinity, 64 of infinity, 64 of minus infinity.
    public static final int BOUNDS = 80;

    /// f32: what a query is multiplied with: `scale * log2(e)`, with a cap `2 * log2(e) * scale / cap`.
    public static final int FACTOR = 88;

    /// f32: `cap * log2(e)`.
    public static final int CAP = 92;

    /// For the kernel: address of the unpacked block.
    static final int CURRENT = 96;

    /// For the kernel: keys that a tile sees.
    static final int COUNT = 112;

    /// The partial results that are merged into [#STATES].
    public static final int OTHERS = 104;

    /// 0 if the partial results begin with these blocks, 1 if they go on.
    public static final int CONTINUES = 120;

    /// For an unpacked block in pairs of bf16, [AttentionTileCode#pairBytes]; with tiles.
    public static final int PAIRS = 128;

    /// For sums of 16 rows, `[16][stride]` f32; with tiles.
    public static final int SUMS = 136;

    public static final int BYTES = 192;

    /// In a record: address of the query.
    public static final int RECORD_QUERY = 0;

    /// In a record: address of the output.
    public static final int RECORD_OUT = 8;

    /// In a record: the row's position, 32 bits.
    public static final int RECORD_POSITION = 16;

    /// In a record: rows from this one on that have its position, 32 bits.
    public static final int RECORD_RUN = 20;

    /// In a record, for the kernel: f32 that the sums so far are multiplied with.
    static final int RECORD_KEPT = 24;

    public static final int RECORD_BYTES = 32;

    private AttentionArguments() {}
}
