package dev.lilla.kernel.x64;

/// A mask register of AVX-512. `K0` means "no mask" where an instruction takes one, so it is not named.
public enum Mask {
    K1,
    K2,
    K3,
    K4,
    K5,
    K6,
    K7;

    @SuppressWarnings("EnumOrdinal") // declared in the order of the encoding
    int number() {
        return ordinal() + 1;
    }
}
