package dev.lilla.kernel.x64;

/// Where [Bf16Unpacker] puts the weights of a panel, from rdx on.
sealed interface Bf16Target permits TileLines, PanelColumns {
    /// Loads what all columns use into zmm31.
    void constants();

    /// Bytes from a group of 32 columns, or from one of its columns, to what is so many columns further.
    ///
    /// @param columns an even number
    int offset(int columns);

    /// Rounds two neighboring columns, 16 rows of f32 each, to the nearest, ties to even, and stores them.
    ///
    /// @param even used up
    /// @param column of the first, even
    void store(Vec even, Vec odd, int column);

    /// The same of two that are bf16 already, side by side for each row.
    ///
    /// @param pairs used up
    void storePairs(Vec pairs, int column);

    /// Clears a group of 32 columns of which some do not exist.
    void clearGroup();
}
