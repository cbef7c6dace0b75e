package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RSI;

import java.util.List;

/// Puts the codes of words together, each a byte, from the parts in which [PanelCodes] keeps them.
///
/// @param spare a register for what comes second
/// @param lower the mask of the first part: [PanelCodes#lower()]
/// @param second the mask of what is above it, [PanelCodes#upper()], or the bytes that stand for levels
record CodeUnpacker(Assembler asm, PanelCodes codes, Vec spare, Operand lower, Operand second) {
    /// `target | left & right`.
    private static final int OR_AND = 0b11111000;

    /// Unpacks word `word` of a group.
    ///
    /// @param from bytes from rsi to the first code, and to the part of words that is wanted: as wide as `target`
    void unpack(Vec target, int from, int group, int word) {
        List<PanelCodes.Part> parts = codes.parts(group, word);
        first(target, from, parts.getFirst());
        for (PanelCodes.Part part : parts.subList(1, parts.size())) {
            asm.vmovups(spare, Mem.at(RSI, from + part.offset()));
            shift(spare, part);
            if (target.bits() == Isa.AVX512.vectorBits()) {
                asm.vpternlogd(target, spare, second, OR_AND);
            } else {
                asm.vpand(spare, spare, second);
                asm.vpor(target, target, spare);
            }
        }
        if (codes == PanelCodes.LEVELS) {
            asm.vpshufb(target, levels(), target);
        }
    }

    private void first(Vec target, int from, PanelCodes.Part part) {
        Mem word = Mem.at(RSI, from + part.offset());
        if (part.at() == part.to() && lower instanceof Vec mask) {
            asm.vpand(target, mask, word);
        } else {
            asm.vmovups(target, word);
            shift(target, part);
            asm.vpand(target, target, lower);
        }
    }

    private Vec levels() {
        if (second instanceof Vec register) {
            return register;
        }
        asm.vmovups(spare, second);
        return spare;
    }

    /// The bytes that stand for levels, unsigned with 128 added, in every 16 bytes of a constant.
    static Mem levels(Assembler asm) {
        byte[] bytes = new byte[Isa.AVX512.vectorBits() / Byte.SIZE];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (PanelCodes.levels().get(i % 16) + 128);
        }
        return asm.constant(bytes);
    }

    private void shift(Vec bits, PanelCodes.Part part) {
        if (part.at() > part.to()) {
            asm.vpsrld(bits, bits, part.at() - part.to());
        } else if (part.at() < part.to()) {
            asm.vpslld(bits, bits, part.to() - part.at());
        }
    }
}
