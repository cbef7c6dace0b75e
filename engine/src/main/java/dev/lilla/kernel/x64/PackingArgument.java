package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RDI;

/// The fields of the argument block of [BlockTransposer] and [WordTransposer], 8 bytes each.
public enum PackingArgument {
    /// Address of the first row.
    SOURCE,
    /// Bytes from one stored row to the next; 16 of them are less than 2 GiB.
    ROW_BYTES,
    /// What a row has of what the kernel packs, blocks or words, at least 1.
    COUNT,
    /// Address of the first panel; panels follow each other.
    TARGET,
    /// At least 1.
    PANELS;

    @SuppressWarnings("EnumOrdinal") // the order of the layout
    public int offset() {
        return 8 * ordinal();
    }

    Mem at() {
        return Mem.at(RDI, offset());
    }
}
