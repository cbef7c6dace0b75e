package dev.lilla.kernel.x64;

/// Emits what makes pairs of bf16 of two vectors of f32: each lane's two numbers side by side, rounded to the nearest,
/// ties to even.
///
/// `vcvtne2ps2bf16` puts the first vector in the lower half of a vector and the second in the upper; `vpermw` then puts
/// the two of each lane side by side.
final class PairCode {
    private static final int LANES = 16;

    private PairCode() {}

    /// The order for `vpermw`.
    static Mem order(Assembler asm) {
        int[] words = new int[LANES];
        for (int i = 0; i < words.length; i++) {
            words[i] = i | (LANES + i) << 16;
        }
        return asm.constants(words);
    }

    /// @param first in the lower halves of the words; becomes the pairs
    /// @param order a register that holds [#order]
    static void pair(Assembler asm, Vec first, Vec second, Vec order) {
        asm.vcvtne2ps2bf16(first, second, first);
        asm.vpermw(first, order, first);
    }
}
