package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RSI;

import java.util.List;

/// Puts the codes of words together, each a byte, from the parts in which [PanelCodes] keeps them.
///
/// @param spare a register for what comes second
/// @param nibbles `0x0F` in every byte
/// @param upper the bits above a nibble, in every byte: [PanelCodes#upper()]
record CodeUnpacker(Assembler asm, Isa isa, Vec spare, Operand nibbles, Operand upper) {
    /// `target | left & right`.
    private static final int OR_AND = 0b11111000;

    /// @param from bytes from rsi to the first code
    /// @param half the part of each word that is wanted, as wide as `target`
    void unpack(Vec target, int from, int half, List<PanelCodes.Part> parts) {
        first(target, from + half, parts.getFirst());
        for (PanelCodes.Part part : parts.subList(1, parts.size())) {
            asm.vmovups(spare, Mem.at(RSI, from + half + part.offset()));
            shift(spare, part);
            if (isa.hasMasks()) {
                asm.vpternlogd(target, spare, upper, OR_AND);
            } else {
                asm.vpand(spare, spare, upper);
                asm.vpor(target, target, spare);
            }
        }
    }

    private void first(Vec target, int from, PanelCodes.Part part) {
        Mem word = Mem.at(RSI, from + part.offset());
        if (part.width() == Byte.SIZE) {
            asm.vmovups(target, word);
        } else if (part.at() == part.to() && nibbles instanceof Vec mask) {
            asm.vpand(target, mask, word);
        } else {
            asm.vmovups(target, word);
            shift(target, part);
            asm.vpand(target, target, nibbles);
        }
    }

    private void shift(Vec bits, PanelCodes.Part part) {
        if (part.at() > part.to()) {
            asm.vpsrld(bits, bits, part.at() - part.to());
        } else if (part.at() < part.to()) {
            asm.vpslld(bits, bits, part.to() - part.at());
        }
    }
}
