package dev.lilla.kernel;

import java.lang.foreign.MemorySegment;

/// Turns stored elements into f32, the part of a product that depends on the type. Each does in vectors what
/// [Dequantizer] defines, to within one rounding.
@FunctionalInterface
interface Unpacker {
    /// @param at byte of the first block
    /// @param count elements, a whole number of blocks
    /// @param to byte of `target` that takes the first element
    void unpack(MemorySegment source, long at, int count, MemorySegment target, long to);
}
