package dev.lilla.kernel;

/// Turns stored elements into f32, the part of a product that depends on the type. Each does in vectors what
/// [Dequantizer] defines, to within one rounding.
@FunctionalInterface
interface Unpacker {
    /// @param at address of the first block
    /// @param count elements, a whole number of blocks
    /// @param to address that takes the first element
    void unpack(long at, int count, long to);
}
