package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R11;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.Mask.K1;
import static dev.lilla.kernel.x64.Vec.ymm;
import static dev.lilla.kernel.x64.Vec.zmm;

/// Generates the core of packing: the same four bytes of 16 stored rows become 64 neighboring bytes of a panel, word
/// after word and block after block. One gather a word, for AVX-512: far from the fastest transposition, but as fast as
/// new pages can be had from the system.
public final class WordTransposer {
    /// What is written of the 16 gathered words.
    public enum Form {
        /// All 64 bytes, with some bits turned over.
        WORDS,
        /// The lower halves of all, then the upper ones: two columns of f16, or two scales.
        HALF_PAIRS,
        /// The lower halves alone, 32 bytes.
        HALVES
    }

    /// The fields of the argument block, 8 bytes each.
    public enum Argument {
        /// Address of the first word of the first row.
        SOURCE,
        /// Bytes from one stored row to the next; 16 of them are less than 2 GiB.
        ROW_BYTES,
        /// At least 1.
        BLOCKS,
        /// Bytes from one block to the next in a row.
        SOURCE_STRIDE,
        TARGET,
        /// Bytes from one block to the next in the panel.
        TARGET_STRIDE,
        /// Words of a block, at least 1.
        WORDS,
        /// 32 bits that are turned over in every word of [Form#WORDS].
        FLIPPED;

        @SuppressWarnings("EnumOrdinal") // the order of the layout
        public int offset() {
            return 8 * ordinal();
        }
    }

    private static final int WORD = 64;

    private WordTransposer() {}

    private static Mem argument(Argument argument) {
        return Mem.at(RDI, argument.offset());
    }

    static byte[] assemble(Form form) {
        Assembler asm = new Assembler();
        Label block = new Label();
        Label word = new Label();
        asm.endbr64();
        asm.mov(RSI, argument(Argument.SOURCE));
        asm.mov(RCX, argument(Argument.BLOCKS));
        asm.mov(RDX, argument(Argument.TARGET));
        asm.mov(R8, argument(Argument.WORDS));
        asm.vpbroadcastd(zmm(1), argument(Argument.ROW_BYTES));
        asm.vpmulld(zmm(1), zmm(1), asm.constants(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
        asm.vpbroadcastd(zmm(2), argument(Argument.FLIPPED));
        asm.bind(block);
        asm.mov(R9, RSI);
        asm.mov(R10, RDX);
        asm.mov(R11, R8);
        asm.bind(word);
        asm.kxnorw(K1, K1, K1);
        asm.vpgatherdd(zmm(0), Mem.gather(R9, zmm(1), 1, 0).masked(K1));
        store(asm, form);
        asm.add(R9, Float.BYTES);
        asm.add(R10, WORD);
        asm.sub(R11, 1);
        asm.jump(NOT_EQUAL, word);
        asm.add(RSI, argument(Argument.SOURCE_STRIDE));
        asm.mov(RAX, argument(Argument.TARGET_STRIDE));
        asm.add(RDX, RAX);
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, block);
        asm.vzeroupper();
        asm.ret();
        return asm.finish();
    }

    private static void store(Assembler asm, Form form) {
        switch (form) {
            case WORDS -> {
                asm.vpxor(zmm(0), zmm(0), zmm(2));
                asm.vmovups(Mem.at(R10), zmm(0));
            }
            case HALVES -> asm.vpmovdw(Mem.at(R10), zmm(0));
            case HALF_PAIRS -> {
                asm.vpmovdw(ymm(3), zmm(0));
                asm.vmovups(Mem.at(R10), ymm(3));
                asm.vpsrld(zmm(0), zmm(0), 16);
                asm.vpmovdw(ymm(3), zmm(0));
                asm.vmovups(Mem.at(R10, WORD / 2), ymm(3));
            }
        }
    }
}
