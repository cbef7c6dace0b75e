package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Vec.ymm;
import static dev.lilla.kernel.x64.Vec.zmm;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/// Generates the packing of super-blocks of 16 rows, for AVX-512: each word of a row is loaded once, its bits are put
/// where they belong, and whole cache lines of the panel are written. What goes where stands in [SuperBlockPlan].
///
/// Words with the same places among 32 columns are made one after the other, since they share what they are made of:
///
/// | registers | hold |
/// | --- | --- |
/// | zmm0-19 | five times four loaded words, lanes are rows |
/// | zmm20-23 | what [RowQuads] has between |
/// | zmm24, 25 | the word in the making |
/// | zmm26-31 | masks, and what is added |
/// | r8-r11, rdx | the stored blocks and the panel, streaming |
///
/// The head of a TinyLlama (65 million codes in Q6_K) takes 370 ms in Java that starts, and 15 ms here.
public final class SuperBlockTransposer {
    private static final int WORD = 64;
    private static final int SLOTS = 5;
    private static final int SPARE = 20;
    private static final Vec MAKING = zmm(24);
    private static final Vec SHIFTED = zmm(25);
    private static final int CONSTANTS = 26;
    private static final int CONSTANTS_END = 32;

    /// `target | left & right`.
    private static final int OR_AND = 0b11111000;

    private final Assembler asm = new Assembler();
    private final SuperBlockPlan plan;
    private final RowQuads quads = new RowQuads(asm, SPARE);

    /// The byte of a block at which each of the loaded quads begins, the one that was used last in the end.
    private final Deque<Quad> loaded = new ArrayDeque<>();

    /// Four words from byte `at` of a block on, in registers `4 slot` and the next three.
    private record Quad(int at, int slot) {}

    /// Registers that hold a byte in every place.
    private final Map<Integer, Vec> constants = new LinkedHashMap<>();

    /// The fields of the argument block, 8 bytes each.
    public enum Argument {
        /// Address of the first block of the first row.
        SOURCE,
        /// Bytes from one stored row to the next; 16 of them are less than 2 GiB.
        ROW_BYTES,
        /// Blocks of a row, at least 1.
        BLOCKS,
        /// Address of the panel.
        TARGET;

        @SuppressWarnings("EnumOrdinal") // the order of the layout
        public int offset() {
            return 8 * ordinal();
        }

        private Mem at() {
            return Mem.at(RDI, offset());
        }
    }

    private SuperBlockTransposer(SuperBlockPlan plan) {
        this.plan = plan;
    }

    static byte[] assemble(SuperBlockPlan plan) {
        return new SuperBlockTransposer(plan).assemble();
    }

    private byte[] assemble() {
        asm.endbr64();
        quads.prepare(Argument.SOURCE.at(), Argument.ROW_BYTES.at());
        asm.mov(RCX, Argument.BLOCKS.at());
        asm.mov(RDX, Argument.TARGET.at());
        plan.constants().forEach(this::constant);
        Label block = new Label();
        asm.bind(block);
        factors();
        for (int word = 0; word < SuperBlockPlan.NUMBER_WORDS; word++) {
            storeNumbers(make(plan.numbers(word)), SuperBlockPlan.NUMBERS_AT + word * 4 * PanelLayout.ROWS);
        }
        for (int first = 0; first < SuperBlockPlan.PLACES; first += RowQuads.WORDS) {
            for (int group = 0; group < plan.groups(); group++) {
                for (int place = first; place < first + RowQuads.WORDS; place++) {
                    int word = group * SuperBlockPlan.PLACES + place;
                    asm.vmovups(Mem.at(RDX, SuperBlockPlan.CODES_AT + word * WORD), make(plan.codes(group, place)));
                }
            }
        }
        loaded.clear();
        quads.advance(plan.storedBytes());
        asm.add(RDX, plan.layout().blockBytes());
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, block);
        asm.vzeroupper();
        asm.ret();
        return asm.finish();
    }

    /// A register with a byte in every place.
    private Vec constant(int value) {
        return constants.computeIfAbsent(value, byteValue -> {
            Vec register = zmm(CONSTANTS + constants.size());
            if (register.number() >= CONSTANTS_END) {
                throw new IllegalStateException("no register left for the constants of " + plan);
            }
            asm.vpbroadcastd(register, asm.constant(byteValue * 0x01010101));
            return register;
        });
    }

    /// The register with the word at byte `at` of every row. What is loaded with it ends in the block.
    private Vec word(int at) {
        int last = plan.storedBytes() - RowQuads.BYTES;
        int sameInWord = last - Math.floorMod(last - at, Float.BYTES);
        int start = Math.min(at - at % RowQuads.BYTES / Float.BYTES * Float.BYTES, sameInWord);
        Quad quad = loaded.stream().filter(q -> q.at() == start).findFirst().orElseGet(() -> load(start));
        loaded.remove(quad);
        loaded.addLast(quad);
        return zmm(RowQuads.WORDS * quad.slot() + (at - start) / Float.BYTES);
    }

    private Quad load(int start) {
        int slot = loaded.size() < SLOTS ? loaded.size() : loaded.removeFirst().slot();
        quads.load(start, RowQuads.WORDS * slot);
        return new Quad(start, slot);
    }

    /// Loads what is missing and puts it together.
    ///
    /// @return the register that holds it
    private Vec make(SuperBlockPlan.Word word) {
        // Loading needs the registers in which a word is made.
        word.bits().forEach(bits -> word(bits.at()));
        boolean isFirst = true;
        for (SuperBlockPlan.Bits bits : word.bits()) {
            Vec source = word(bits.at());
            if (bits.mask() == SuperBlockPlan.WHOLE) {
                return source;
            }
            Vec moved = source;
            if (bits.shift() > 0) {
                asm.vpsrld(SHIFTED, source, bits.shift());
                moved = SHIFTED;
            } else if (bits.shift() < 0) {
                asm.vpslld(SHIFTED, source, -bits.shift());
                moved = SHIFTED;
            }
            if (isFirst) {
                asm.vpand(MAKING, moved, constant(bits.mask()));
            } else {
                asm.vpternlogd(MAKING, moved, constant(bits.mask()), OR_AND);
            }
            isFirst = false;
        }
        if (word.added() != 0) {
            asm.vpaddb(MAKING, MAKING, constant(word.added()));
        }
        return MAKING;
    }

    /// The f16 factors of all rows: of two from one word, or of one from the upper half of the word that ends the
    /// block,
    /// since nothing behind the block may be read.
    private void factors() {
        Vec word = word(plan.factorsAt());
        if (plan.hasTwoFactors()) {
            asm.vpmovdw(ymm(SHIFTED.number()), word);
            asm.vmovups(Mem.at(RDX), ymm(SHIFTED.number()));
            asm.vpsrld(MAKING, word, 16);
            asm.vpmovdw(ymm(SHIFTED.number()), MAKING);
            asm.vmovups(Mem.at(RDX, WORD / 2), ymm(SHIFTED.number()));
        } else {
            asm.vpsrld(MAKING, word, 16);
            asm.vpmovdw(ymm(SHIFTED.number()), MAKING);
            asm.vpxor(MAKING, MAKING, MAKING);
            asm.vmovups(Mem.at(RDX), MAKING);
            asm.vmovups(Mem.at(RDX), ymm(SHIFTED.number()));
        }
    }

    /// Four small numbers of each row become four times 16 bytes.
    private void storeNumbers(Vec word, int to) {
        for (int i = 0; i < 4; i++) {
            Vec lowest = word;
            if (i > 0) {
                asm.vpsrld(SHIFTED, word, 8 * i);
                lowest = SHIFTED;
            }
            asm.vpmovdb(Mem.at(RDX, to + i * PanelLayout.ROWS), lowest);
        }
    }
}
