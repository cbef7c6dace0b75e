package dev.lilla.kernel.x64;

/// The code for one block of a panel: unpacking it and adding its products, in groups of columns. A [PanelStream]
/// puts its own instructions between groups.
interface PanelBlock {
    /// Groups of a block.
    default int groups() {
        return 1;
    }

    /// Loads what all groups of a block share.
    default void open() {}

    /// One group of the block that is `index` blocks behind the pointers.
    void group(int index, int group);
}
