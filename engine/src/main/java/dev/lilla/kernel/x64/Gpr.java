package dev.lilla.kernel.x64;

/// A general register of 64 bits. Kernels keep [#RBX], [#RBP], [#RSP] and [#R12] to [#R15] as they found them (System V
/// AMD64 ABI); the others are theirs.
public enum Gpr {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15;

    @SuppressWarnings("EnumOrdinal") // declared in the order of the encoding
    int number() {
        return ordinal();
    }
}
