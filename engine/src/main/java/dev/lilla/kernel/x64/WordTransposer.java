package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.ABOVE_OR_EQUAL;
import static dev.lilla.kernel.x64.Condition.BELOW;
import static dev.lilla.kernel.x64.Condition.EQUAL;
import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.R12;
import static dev.lilla.kernel.x64.Gpr.R13;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Mask.K1;
import static dev.lilla.kernel.x64.Vec.ymm;
import static dev.lilla.kernel.x64.Vec.zmm;

/// Generates the packing of rows of floats, for AVX-512: the same four bytes of 16 stored rows become 64
/// neighboring bytes of a panel, word after word. Four words at a time by [RowQuads], what is left of a row by
/// gathers.
public final class WordTransposer {
    /// What is written of the words.
    public enum Form {
        /// All 64 bytes.
        WORDS,
        /// The lower halves of all, then the upper ones: two columns of f16.
        HALF_PAIRS
    }

    private static final int WORD = 64;
    private static final int SPARE = 8;
    private static final Vec ROWS = zmm(16);

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
        Label four = new Label();
        Label few = new Label();
        Label one = new Label();
        Label end = new Label();
        Label panel = new Label();
        asm.endbr64();
        asm.push(R12);
        asm.push(R13);
        quads.prepare();
        asm.mov(RDX, PackingArgument.TARGET.at());
        asm.mov(R13, PackingArgument.PANELS.at());
        asm.vpbroadcastd(ROWS, PackingArgument.ROW_BYTES.at());
        asm.vpmulld(ROWS, ROWS, asm.constants(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
        asm.bind(panel);
        asm.mov(RCX, PackingArgument.COUNT.at());
        asm.cmp(RCX, RowQuads.WORDS);
        asm.jump(BELOW, few);
        asm.bind(four);
        quads.load(0, 0);
        for (int word = 0; word < RowQuads.WORDS; word++) {
            store(zmm(word), word * WORD);
        }
        quads.advance(RowQuads.BYTES);
        asm.add(RDX, RowQuads.WORDS * WORD);
        asm.sub(RCX, RowQuads.WORDS);
        asm.cmp(RCX, RowQuads.WORDS);
        asm.jump(ABOVE_OR_EQUAL, four);
        asm.bind(few);
        asm.test(RCX, RCX);
        asm.jump(EQUAL, end);
        asm.bind(one);
        asm.kxnorw(K1, K1, K1);
        asm.vpgatherdd(zmm(0), Mem.gather(R8, ROWS, 1, 0).masked(K1));
        store(zmm(0), 0);
        quads.advance(Float.BYTES);
        asm.add(RDX, WORD);
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, one);
        asm.bind(end);
        quads.nextRows();
        asm.sub(R13, 1);
        asm.jump(NOT_EQUAL, panel);
        asm.pop(R13);
        asm.pop(R12);
        asm.vzeroupper();
        asm.ret();
        return asm.finish();
    }

    private void store(Vec word, int at) {
        switch (form) {
            case WORDS -> asm.vmovups(Mem.at(RDX, at), word);
            case HALF_PAIRS -> {
                Vec half = ymm(SPARE);
                asm.vpmovdw(half, word);
                asm.vmovups(Mem.at(RDX, at), half);
                asm.vpsrld(word, word, 16);
                asm.vpmovdw(half, word);
                asm.vmovups(Mem.at(RDX, at + WORD / 2), half);
            }
        }
    }
}
