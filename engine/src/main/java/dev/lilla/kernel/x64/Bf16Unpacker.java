package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Condition.BELOW;
import static dev.lilla.kernel.x64.Condition.EQUAL;
import static dev.lilla.kernel.x64.Condition.NOT_EQUAL;
import static dev.lilla.kernel.x64.Gpr.RBP;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.Vec.zmm;

import java.util.function.IntUnaryOperator;

/// Turns blocks of a panel into weights of bf16, column by column: the part of [TileProduct] and of [ColumnUnpacker]
/// that depends on the layout. A [Bf16Target] says where they go.
///
/// A "word" of a panel (see [PanelLayout]) holds four neighboring columns of all 16 rows. Each column becomes a vector
/// of 16 f32 `code * scale + offset`, lanes being rows, rounded once (products of the stored scales are exact), and is
/// rounded to bf16 by the target, two columns at a time:
///
/// ```
/// word        row 0: c0 c1 c2 c3 | row 1: c0 c1 c2 c3 | ...      4 bytes a row
/// zmm1        row 0: c0          | row 1: c0          | ...      f32
/// zmm2 to 4   the same of c1, c2, c3
/// ```
///
/// | registers | hold |
/// | --- | --- |
/// | zmm0 | a word |
/// | zmm1-4 | its four columns |
/// | zmm5 | the bits above its nibbles |
/// | zmm26 | `d` of a super-block |
/// | zmm27 | `-m` of a super-block, or what codes have added, negative |
/// | zmm28, 29 | scale and offset of a group, a number for each row |
/// | zmm30 | the mask of a byte, or what the 16 nibbles mean |
/// | zmm31 | the target's |
/// | rsi | the panel |
/// | rdx | the target |
/// | rcx | blocks to come |
/// | rbp | bytes from one panel to the next |
final class Bf16Unpacker {
    private static final int WORD = 64;

    private static final int GROUP_COLUMNS = 32;

    /// Words of a group with a byte for each column.
    private static final int WORDS = 8;

    /// f16 numbers of 16 rows.
    private static final int HALVES = 32;

    /// Groups of 32 columns in a super-block.
    private static final int GROUPS = 8;

    /// Pairs of columns that are unpacked without a loop, which are a group.
    private static final int PAIRS = GROUP_COLUMNS / 2;

    private final PanelLayout layout;
    private final Assembler asm;
    private final Bf16Target target;

    Bf16Unpacker(PanelLayout layout, Assembler asm, Bf16Target target) {
        this.layout = layout;
        this.asm = asm;
        this.target = target;
    }

    /// Loads what all blocks use.
    void constants() {
        target.constants();
        switch (layout) {
            case NIBBLES -> asm.vmovups(zmm(30), numbers(i -> i - 8));
            case NIBBLE_AFFINE, NIBBLE_SUPER -> asm.vmovups(zmm(30), numbers(i -> i));
            case NIBBLE_SUPER_16 -> asm.vmovups(zmm(30), numbers(i -> i - layout.offset()));
            case LEVELS, LEVEL_SUPER_16 -> asm.vmovups(zmm(30), numbers(PanelCodes.levels()::get));
            case BYTES -> byteConstants(128);
            case FIVE_BITS, SIX_BIT_SUPER_16 -> byteConstants(layout.offset());
            case FIVE_BIT_AFFINE, FIVE_BIT_SUPER, TWO_BIT_SUPER_16 -> asm.vpbroadcastd(zmm(30), asm.constant(0xFF));
            case F32, F16, BF16 -> {}
        }
    }

    /// The mask of a byte, and what is subtracted from it.
    private void byteConstants(int offset) {
        asm.vpbroadcastd(zmm(30), asm.constant(0xFF));
        asm.vbroadcastss(zmm(27), asm.constant((float) -offset));
    }

    /// What nibbles mean, as f32.
    private Mem numbers(IntUnaryOperator meaning) {
        int[] lanes = new int[PanelLayout.ROWS];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = Float.floatToRawIntBits(meaning.applyAsInt(i));
        }
        return asm.constants(lanes);
    }

    /// Unpacks rcx blocks.
    void blocks() {
        switch (layout) {
            case NIBBLES -> each(this::nibbles);
            case BYTES -> each(this::bytes);
            case LEVELS, FIVE_BITS -> each(this::scaled);
            case NIBBLE_AFFINE, FIVE_BIT_AFFINE -> each(this::affine);
            case NIBBLE_SUPER, FIVE_BIT_SUPER -> each(this::superBlock);
            case NIBBLE_SUPER_16, SIX_BIT_SUPER_16, LEVEL_SUPER_16 -> each(this::superBlock16);
            case TWO_BIT_SUPER_16 -> each(this::affineSuperBlock16);
            case F32, F16, BF16 -> floats();
        }
    }

    private void each(Runnable block) {
        Label next = new Label();
        Label end = new Label();
        asm.test(RCX, RCX);
        asm.jump(EQUAL, end);
        asm.align(WORD / 2);
        asm.bind(next);
        fetchNextPair(layout.blockBytes());
        block.run();
        asm.add(RSI, layout.blockBytes());
        asm.add(RDX, target.offset(layout.blockColumns()));
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, next);
        asm.bind(end);
    }

    /// Fetches the same part of the next pair of panels into the second-level cache: it is needed once this
    /// pair has been multiplied. Behind the last pair that is memory nobody needs, or none, which does no harm.
    private void fetchNextPair(int bytes) {
        for (int line = 0; line < bytes; line += WORD) {
            asm.prefetcht1(Mem.at(RSI, RBP, 2, line));
        }
    }

    /// See [PanelLayout#NIBBLES].
    private void nibbles() {
        for (int group = 0; group < 2; group++) {
            asm.vcvtph2ps(zmm(28), Mem.at(RSI, group * HALVES));
            for (int word = 0; word < WORDS / 2; word++) {
                int at = 2 * HALVES + (group * WORDS / 2 + word) * WORD;
                nibbleWord(at, 0, group, word);
                nibbleWord(at, 4, group, word + WORDS / 2);
            }
        }
    }

    /// See [PanelLayout#BYTES].
    private void bytes() {
        for (int group = 0; group < 2; group++) {
            asm.vcvtph2ps(zmm(28), Mem.at(RSI, group * HALVES));
            asm.vmulps(zmm(29), zmm(28), zmm(27));
            int codes = 2 * HALVES + group * WORDS * WORD;
            for (int word = 0; word < WORDS; word++) {
                asm.vmovups(zmm(0), Mem.at(RSI, codes + word * WORD));
                byteWord(group, word);
            }
        }
    }

    /// See [PanelLayout#LEVELS] and [PanelLayout#FIVE_BITS].
    private void scaled() {
        for (int group = 0; group < 2; group++) {
            asm.vcvtph2ps(zmm(28), Mem.at(RSI, group * HALVES));
            if (layout == PanelLayout.FIVE_BITS) {
                asm.vmulps(zmm(29), zmm(28), zmm(27));
            }
            codedWords(group, 0, WORDS);
        }
    }

    /// See [PanelLayout#NIBBLE_AFFINE] and [PanelLayout#FIVE_BIT_AFFINE].
    private void affine() {
        for (int group = 0; group < 2; group++) {
            asm.vcvtph2ps(zmm(28), Mem.at(RSI, group * HALVES));
            asm.vcvtph2ps(zmm(29), Mem.at(RSI, (2 + group) * HALVES));
            codedWords(group, 0, WORDS);
        }
    }

    /// See [PanelLayout#NIBBLE_SUPER] and [PanelLayout#FIVE_BIT_SUPER].
    private void superBlock() {
        int scales = 2 * HALVES;
        int mins = scales + GROUPS * PanelLayout.ROWS;
        factors();
        for (int group = 0; group < GROUPS; group++) {
            asm.vpmovzxbd(zmm(28), Mem.at(RSI, scales + group * PanelLayout.ROWS));
            times(zmm(28), zmm(26));
            asm.vpmovzxbd(zmm(29), Mem.at(RSI, mins + group * PanelLayout.ROWS));
            times(zmm(29), zmm(27));
            codedWords(group, 0, WORDS);
        }
    }

    /// See [PanelLayout#NIBBLE_SUPER_16], [PanelLayout#SIX_BIT_SUPER_16] and [PanelLayout#LEVEL_SUPER_16].
    private void superBlock16() {
        int scales = 2 * HALVES;
        asm.vcvtph2ps(zmm(26), Mem.at(RSI));
        for (int half = 0; half < 2 * GROUPS; half++) {
            asm.vpmovsxbd(zmm(28), Mem.at(RSI, scales + half * PanelLayout.ROWS));
            times(zmm(28), zmm(26));
            if (layout == PanelLayout.SIX_BIT_SUPER_16) {
                asm.vmulps(zmm(29), zmm(28), zmm(27));
            }
            int first = half % 2 * WORDS / 2;
            codedWords(half / 2, first, first + WORDS / 2);
        }
    }

    /// See [PanelLayout#TWO_BIT_SUPER_16].
    private void affineSuperBlock16() {
        int scales = 2 * HALVES;
        int mins = scales + 2 * GROUPS * PanelLayout.ROWS;
        factors();
        for (int half = 0; half < 2 * GROUPS; half++) {
            asm.vpmovzxbd(zmm(28), Mem.at(RSI, scales + half * PanelLayout.ROWS));
            times(zmm(28), zmm(26));
            asm.vpmovzxbd(zmm(29), Mem.at(RSI, mins + half * PanelLayout.ROWS));
            times(zmm(29), zmm(27));
            int first = half % 2 * WORDS / 2;
            codedWords(half / 2, first, first + WORDS / 2);
        }
    }

    /// Words `from` to `to` of a group.
    private void codedWords(int group, int from, int to) {
        PanelCodes codes = layout.codes();
        Mem lower = asm.constant(codes.lower()).broadcast();
        Mem upper = asm.constant(codes.upper()).broadcast();
        CodeUnpacker unpacker = new CodeUnpacker(asm, codes, zmm(5), lower, upper);
        for (int word = from; word < to; word++) {
            if (codes == PanelCodes.NIBBLES || codes == PanelCodes.LEVELS) {
                PanelCodes.Part nibbles = codes.parts(group, word).getFirst();
                nibbleWord(layout.codesAt() + nibbles.offset(), nibbles.at(), group, word);
            } else {
                unpacker.unpack(zmm(0), layout.codesAt(), group, word);
                byteWord(group, word);
            }
        }
    }

    /// Loads `d` and `-m` of a super-block.
    private void factors() {
        asm.vcvtph2ps(zmm(26), Mem.at(RSI));
        asm.vcvtph2ps(zmm(27), Mem.at(RSI, HALVES));
        asm.vpxor(zmm(27), zmm(27), asm.constant(Integer.MIN_VALUE).broadcast());
    }

    /// Integers become f32 and are multiplied.
    private void times(Vec integers, Vec factor) {
        asm.vcvtdq2ps(integers, integers);
        asm.vmulps(integers, integers, factor);
    }

    /// Word `word` of a group, whose codes are in zmm0.
    private void byteWord(int group, int word) {
        for (int i = 0; i < 4; i++) {
            Vec column = zmm(1 + i);
            if (i > 0) {
                asm.vpsrld(column, zmm(0), 8 * i);
            }
            if (i < 3) {
                asm.vpand(column, i > 0 ? column : zmm(0), zmm(30));
            }
            asm.vcvtdq2ps(column, column);
            asm.vfmadd213ps(column, zmm(28), zmm(29));
        }
        store(group, word);
    }

    /// Word `word` of a group, from the nibbles `shift` bits up in the bytes at `offset`. `vpermps` looks at the
    /// lowest four bits of a lane alone: it needs no mask, and gives f32 at once.
    private void nibbleWord(int offset, int shift, int group, int word) {
        asm.vmovups(zmm(0), Mem.at(RSI, offset));
        for (int i = 0; i < 4; i++) {
            Vec column = zmm(1 + i);
            if (8 * i + shift > 0) {
                asm.vpsrld(column, zmm(0), 8 * i + shift);
                asm.vpermps(column, column, zmm(30));
            } else {
                asm.vpermps(column, zmm(0), zmm(30));
            }
            if (layout == PanelLayout.NIBBLE_SUPER || layout == PanelLayout.NIBBLE_AFFINE) {
                asm.vfmadd213ps(column, zmm(28), zmm(29));
            } else {
                asm.vmulps(column, column, zmm(28));
            }
        }
        store(group, word);
    }

    /// The four columns of word `word` of a group of 32.
    private void store(int group, int word) {
        int column = group * GROUP_COLUMNS + 4 * word;
        target.store(zmm(1), zmm(2), column);
        target.store(zmm(3), zmm(4), column + 2);
    }

    /// See [PanelLayout#F32], [PanelLayout#F16] and [PanelLayout#BF16]: a block is a pair of columns.
    private void floats() {
        Label many = new Label();
        Label few = new Label();
        Label one = new Label();
        Label end = new Label();
        asm.bind(many);
        asm.cmp(RCX, PAIRS);
        asm.jump(BELOW, few);
        fetchNextPair(PAIRS * layout.blockBytes());
        for (int pair = 0; pair < PAIRS; pair++) {
            floatPair(pair * layout.blockBytes(), 2 * pair);
        }
        asm.add(RSI, PAIRS * layout.blockBytes());
        asm.add(RDX, target.offset(GROUP_COLUMNS));
        asm.sub(RCX, PAIRS);
        asm.jmp(many);
        asm.bind(few);
        asm.test(RCX, RCX);
        asm.jump(EQUAL, end);
        target.clearGroup();
        asm.bind(one);
        floatPair(0, 0);
        asm.add(RSI, layout.blockBytes());
        asm.add(RDX, target.offset(2));
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, one);
        asm.bind(end);
    }

    /// The pair of columns at `from` in the panel.
    private void floatPair(int from, int column) {
        switch (layout) {
            case F32 -> {
                asm.vmovups(zmm(1), Mem.at(RSI, from));
                asm.vmovups(zmm(2), Mem.at(RSI, from + WORD));
                target.store(zmm(1), zmm(2), column);
            }
            case F16 -> {
                asm.vcvtph2ps(zmm(1), Mem.at(RSI, from));
                asm.vcvtph2ps(zmm(2), Mem.at(RSI, from + HALVES));
                target.store(zmm(1), zmm(2), column);
            }
            case BF16 -> {
                asm.vmovups(zmm(1), Mem.at(RSI, from));
                target.storePairs(zmm(1), column);
            }
            default -> throw new IllegalArgumentException(layout + " holds no floats");
        }
    }
}
