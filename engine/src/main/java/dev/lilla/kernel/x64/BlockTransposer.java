package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.R12;
import static dev.lilla.kernel.x64.Gpr.R13;
import static dev.lilla.kernel.x64.Gpr.RBX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Vec.ymm;
import static dev.lilla.kernel.x64.Vec.zmm;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/// Generates the packing of blocks of 16 rows, for AVX-512: each word of a row is loaded once, its bits are put
/// where they belong, and whole cache lines of the panel are written. What goes where stands in [BlockPlan].
///
/// Words with the same places in their groups are made one after the other, since they share what they are made
/// of. The rows of the next panel, which lie behind those of this one, are fetched meanwhile.
///
/// | registers | hold |
/// | --- | --- |
/// | zmm0-19 | five times four loaded words, lanes are rows |
/// | zmm20-25 | what [RowQuads] has between; in 24 and 25 the word in the making |
/// | zmm26-31 | masks, and what is added |
/// | r8-r11, rdx | the stored blocks and the panel, streaming |
/// | rbx, r13 | the next panel's rows, and how many panels are left |
///
/// The head of a TinyLlama (65 million codes in Q6_K) takes 370 ms in Java that starts, and 15 ms here.
public final class BlockTransposer {
    private static final int LINE = 64;
    private static final int SLOTS = 5;
    private static final int SPARE = 20;
    private static final Vec MAKING = zmm(24);
    private static final Vec SHIFTED = zmm(25);
    private static final int CONSTANTS = 26;
    private static final int CONSTANTS_END = 32;

    /// `target | left & right`.
    private static final int OR_AND = 0b11111000;

    private final Assembler asm = new Assembler();
    private final BlockPlan plan;
    private final RowQuads quads = new RowQuads(asm, SPARE);

    /// What is loaded, the quad that was used last in the end.
    private final Deque<Quad> loaded = new ArrayDeque<>();

    /// Four words from byte `at` of a block on, in registers `4 slot` and the next three.
    private record Quad(int at, int slot) {}

    /// Registers that hold a byte in every place.
    private final Map<Integer, Vec> constants = new LinkedHashMap<>();

    private BlockTransposer(BlockPlan plan) {
        this.plan = plan;
    }

    static byte[] assemble(BlockPlan plan) {
        return new BlockTransposer(plan).assemble();
    }

    private byte[] assemble() {
        Label panel = new Label();
        Label block = new Label();
        asm.endbr64();
        asm.push(RBX);
        asm.push(R12);
        asm.push(R13);
        quads.prepare();
        asm.mov(RBX, PackingArgument.ROW_BYTES.at());
        asm.shl(RBX, Integer.numberOfTrailingZeros(PanelLayout.ROWS));
        asm.add(RBX, PackingArgument.SOURCE.at());
        asm.mov(RDX, PackingArgument.TARGET.at());
        asm.mov(R13, PackingArgument.PANELS.at());
        plan.constants().forEach(this::constant);
        asm.bind(panel);
        asm.mov(RCX, PackingArgument.COUNT.at());
        asm.bind(block);
        fetch();
        factors();
        int to = plan.numbersAt();
        for (BlockPlan.Word word : plan.numbers()) {
            storeNumbers(make(word), to);
            to += BlockPlan.WORD;
        }
        for (int first = 0; first < plan.places(); first += RowQuads.WORDS) {
            for (int group = 0; group < plan.groups(); group++) {
                int end = Math.min(first + RowQuads.WORDS, plan.places());
                for (int place = first; place < end; place++) {
                    int at = plan.codesAt() + (group * plan.places() + place) * BlockPlan.WORD;
                    asm.vmovups(Mem.at(RDX, at), make(plan.codes(group, place)));
                }
            }
        }
        quads.advance(plan.storedBytes());
        asm.add(RDX, plan.layout().blockBytes());
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, block);
        quads.nextRows();
        asm.sub(R13, 1);
        asm.jump(NOT_EQUAL, panel);
        asm.pop(R13);
        asm.pop(R12);
        asm.pop(RBX);
        asm.vzeroupper();
        asm.ret();
        return asm.finish();
    }

    /// As many bytes of the next panel's rows as a block of this one takes.
    private void fetch() {
        int bytes = PanelLayout.ROWS * plan.storedBytes();
        for (int line = 0; line < bytes; line += LINE) {
            asm.prefetcht1(Mem.at(RBX, line));
        }
        asm.add(RBX, bytes);
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

    /// The register with a word of every row.
    private Vec word(int at, int index) {
        Quad quad = loaded.stream().filter(q -> q.at() == at).findFirst().orElseGet(() -> load(at));
        loaded.remove(quad);
        loaded.addLast(quad);
        return zmm(RowQuads.WORDS * quad.slot() + index);
    }

    private Quad load(int at) {
        int slot = loaded.size() < SLOTS ? loaded.size() : loaded.removeFirst().slot();
        quads.load(at, RowQuads.WORDS * slot);
        return new Quad(at, slot);
    }

    /// Loads what is missing and puts it together.
    ///
    /// @return the register that holds it
    private Vec make(BlockPlan.Word word) {
        // Loading needs the registers in which a word is made.
        word.bits().forEach(bits -> word(bits.quad(), bits.index()));
        boolean isFirst = true;
        Vec made = MAKING;
        for (BlockPlan.Bits bits : word.bits()) {
            Vec moved = moved(word(bits.quad(), bits.index()), bits.shift());
            if (bits.mask() == BlockPlan.WHOLE) {
                made = moved;
            } else if (isFirst) {
                asm.vpand(MAKING, moved, constant(bits.mask()));
            } else {
                asm.vpternlogd(MAKING, moved, constant(bits.mask()), OR_AND);
            }
            isFirst = false;
        }
        if (word.added() != 0) {
            asm.vpaddb(MAKING, made, constant(word.added()));
            made = MAKING;
        }
        return made;
    }

    private Vec moved(Vec source, int shift) {
        if (shift > 0) {
            asm.vpsrld(SHIFTED, source, shift);
        } else if (shift < 0) {
            asm.vpslld(SHIFTED, source, -shift);
        }
        return shift == 0 ? source : SHIFTED;
    }

    /// The f16 of all rows; zeros for a second one that a row does not have.
    private void factors() {
        loaded.clear();
        int to = 0;
        for (BlockPlan.Half half : plan.factors()) {
            Vec word = word(half.quad(), half.index());
            asm.vpmovdw(ymm(SHIFTED.number()), moved(word, half.isUpper() ? 16 : 0));
            asm.vmovups(Mem.at(RDX, to), ymm(SHIFTED.number()));
            to += BlockPlan.WORD / 2;
        }
        if (plan.factors().size() == 1) {
            asm.vpxor(SHIFTED, SHIFTED, SHIFTED);
            asm.vmovups(Mem.at(RDX, BlockPlan.WORD / 2), ymm(SHIFTED.number()));
        }
    }

    /// Four small numbers of each row become four times 16 bytes.
    private void storeNumbers(Vec word, int to) {
        for (int i = 0; i < 4; i++) {
            asm.vpmovdb(Mem.at(RDX, to + i * PanelLayout.ROWS), moved(word, 8 * i));
        }
    }
}
