package dev.lilla.kernel.x64;

/// A tile register of AMX: up to 16 rows of 64 bytes.
public enum Tile {
    TMM0,
    TMM1,
    TMM2,
    TMM3,
    TMM4,
    TMM5,
    TMM6,
    TMM7;

    @SuppressWarnings("EnumOrdinal") // declared in the order of the encoding
    int number() {
        return ordinal();
    }
}
