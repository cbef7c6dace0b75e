package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.BELOW;
import static dev.lilla.kernel.x64.Condition.EQUAL;
import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.RBP;
import static dev.lilla.kernel.x64.Gpr.RBX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Mask.K1;
import static dev.lilla.kernel.x64.Vec.ymm;
import static dev.lilla.kernel.x64.Vec.zmm;

/// Generates the core of packing: the same four bytes of 16 stored rows become 64 neighboring bytes of a panel, word
/// after word and block after block. Four words at a time by [RowQuads], what is left of a block by gathers. For
/// AVX-512.
public final class WordTransposer {
    /// What is written of the words.
    public enum Form {
        /// All 64 bytes, with some bits turned over.
        WORDS,
        /// The lower halves of all, then the upper ones: two columns of f16.
        HALF_PAIRS,
        /// The lower halves alone, 32 bytes, of one word a block, which has 16 bytes at least: scales.
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

        private Mem at() {
            return Mem.at(RDI, offset());
        }
    }

    private static final int WORD = 64;
    private static final Vec FLIPPED = zmm(16);
    private static final Vec ROWS = zmm(17);
    private static final int SPARE = 8;

    private final Assembler asm = new Assembler();
    private final RowQuads quads = new RowQuads(asm, SPARE);
    private final Form form;

    private WordTransposer(Form form) {
        this.form = form;
    }

    static byte[] assemble(Form form) {
        return new WordTransposer(form).assemble();
    }

    private byte[] assemble() {
        Label block = new Label();
        asm.endbr64();
        asm.push(RBX);
        asm.push(RBP);
        quads.prepare(Argument.SOURCE.at(), Argument.ROW_BYTES.at());
        asm.mov(RCX, Argument.BLOCKS.at());
        asm.mov(RDX, Argument.TARGET.at());
        if (form != Form.HALVES) {
            asm.vpbroadcastd(FLIPPED, Argument.FLIPPED.at());
            asm.vpbroadcastd(ROWS, Argument.ROW_BYTES.at());
            asm.vpmulld(ROWS, ROWS, asm.constants(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
        }
        asm.bind(block);
        if (form == Form.HALVES) {
            quads.loadFirst(0, zmm(0));
            asm.vpmovdw(Mem.at(RDX), zmm(0));
            quads.advance(Argument.SOURCE_STRIDE.at());
        } else {
            words();
        }
        asm.add(RDX, Argument.TARGET_STRIDE.at());
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, block);
        asm.pop(RBP);
        asm.pop(RBX);
        asm.vzeroupper();
        asm.ret();
        return asm.finish();
    }

    /// All words of a block, four at a time, then one by one.
    private void words() {
        Label four = new Label();
        Label few = new Label();
        Label one = new Label();
        Label end = new Label();
        asm.mov(RBX, Argument.WORDS.at());
        asm.mov(RBP, RDX);
        asm.cmp(RBX, RowQuads.WORDS);
        asm.jump(BELOW, few);
        asm.bind(four);
        quads.load(0, 0);
        for (int word = 0; word < RowQuads.WORDS; word++) {
            store(zmm(word), word * WORD);
        }
        quads.advance(RowQuads.BYTES);
        asm.add(RBP, RowQuads.WORDS * WORD);
        asm.sub(RBX, RowQuads.WORDS);
        asm.cmp(RBX, RowQuads.WORDS);
        asm.jump(Condition.ABOVE_OR_EQUAL, four);
        asm.bind(few);
        asm.test(RBX, RBX);
        asm.jump(EQUAL, end);
        asm.bind(one);
        asm.kxnorw(K1, K1, K1);
        asm.vpgatherdd(zmm(0), Mem.gather(R8, ROWS, 1, 0).masked(K1));
        store(zmm(0), 0);
        quads.advance(Float.BYTES);
        asm.add(RBP, WORD);
        asm.sub(RBX, 1);
        asm.jump(NOT_EQUAL, one);
        asm.bind(end);
        // The pointers are behind the words now.
        asm.mov(RBX, Argument.WORDS.at());
        asm.lea(RBX, Mem.at(RBX, RBX, 1, 0));
        asm.lea(RBX, Mem.at(RBX, RBX, 1, 0));
        asm.neg(RBX);
        asm.add(RBX, Argument.SOURCE_STRIDE.at());
        quads.advance(RBX);
    }

    private void store(Vec word, int at) {
        switch (form) {
            case WORDS -> {
                asm.vpxor(word, word, FLIPPED);
                asm.vmovups(Mem.at(RBP, at), word);
            }
            case HALF_PAIRS -> {
                Vec half = ymm(SPARE);
                asm.vpmovdw(half, word);
                asm.vmovups(Mem.at(RBP, at), half);
                asm.vpsrld(word, word, 16);
                asm.vpmovdw(half, word);
                asm.vmovups(Mem.at(RBP, at + WORD / 2), half);
            }
            case HALVES -> throw new IllegalArgumentException("scales are stored alone");
        }
    }
}
