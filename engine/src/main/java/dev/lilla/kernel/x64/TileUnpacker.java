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

/// Turns blocks of a panel into AMX tiles of bf16: the part of [TileProduct] that depends on the layout.
///
/// A tile is 32 columns (a step) of the panel's 16 rows. AMX wants it as 16 lines of 64 bytes, line `j` with
/// columns `2j` and `2j + 1` of all 16 rows side by side. A "word" of a panel (see [PanelLayout]) holds four
/// neighboring columns of all rows, so it becomes two lines:
///
/// ```
/// word w        row 0: c0 c1 c2 c3 | row 1: c0 c1 c2 c3 | ...      4 bytes a row
/// line 2w       row 0: c0    c1    | row 1: c0    c1    | ...      2 bf16 a row
/// line 2w + 1   row 0: c2    c3    | row 1: c2    c3    | ...
/// ```
///
/// Each column of a word becomes a vector of 16 f32 `code * scale + offset`, lanes being rows, rounded once
/// (products of the stored scales are exact). Two columns are rounded to bf16 by `vcvtne2ps2bf16`, to the
/// nearest, ties to even: the even column in the lower half, the odd one in the upper; `vpermw` then puts the
/// two of each row side by side.
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
/// | zmm31 | the order for `vpermw` |
/// | rsi | the panel |
/// | rdx | the tiles, one every [TileProduct#STEP_BYTES] |
/// | rcx | blocks to come |
/// | rbp | bytes from one panel to the next |
final class TileUnpacker {
    private static final int WORD = 64;

    /// Words of a step with a byte for each column.
    private static final int WORDS = 8;

    /// f16 numbers of 16 rows.
    private static final int HALVES = 32;

    /// Groups of 32 columns in a super-block.
    private static final int GROUPS = 8;

    /// Lines of a tile, which are pairs of columns.
    private static final int LINES = 16;

    private final PanelLayout layout;
    private final Assembler asm;

    TileUnpacker(PanelLayout layout, Assembler asm) {
        this.layout = layout;
        this.asm = asm;
    }

    /// Loads what all blocks use.
    void constants() {
        byte[] order = new byte[WORD];
        for (int row = 0; row < PanelLayout.ROWS; row++) {
            order[4 * row] = (byte) row;
            order[4 * row + 2] = (byte) (PanelLayout.ROWS + row);
        }
        asm.vmovups(zmm(31), asm.constant(order));
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

    /// Unpacks rcx blocks; of float panels the lines up to the next step become zeros.
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
        asm.add(RDX, layout.blockColumns() / TileProduct.STEP_COLUMNS * TileProduct.STEP_BYTES);
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

    /// Word `word` of a step, whose codes are in zmm0.
    private void byteWord(int step, int word) {
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
        lines(step, word);
    }

    /// Word `word` of a step, from the nibbles `shift` bits up in the bytes at `offset`. `vpermps` looks at the
    /// lowest four bits of a lane alone: it needs no mask, and gives f32 at once.
    private void nibbleWord(int offset, int shift, int step, int word) {
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
        lines(step, word);
    }

    /// The two lines of a word from its four columns.
    private void lines(int step, int word) {
        int at = step * TileProduct.STEP_BYTES + 2 * word * WORD;
        line(zmm(1), zmm(2), at);
        line(zmm(3), zmm(4), at + WORD);
    }

    private void line(Vec even, Vec odd, int at) {
        asm.vcvtne2ps2bf16(even, odd, even);
        asm.vpermw(even, zmm(31), even);
        asm.vmovups(Mem.at(RDX, at), even);
    }

    /// See [PanelLayout#F32], [PanelLayout#F16] and [PanelLayout#BF16]: a block is a line.
    private void floats() {
        Label many = new Label();
        Label few = new Label();
        Label one = new Label();
        Label end = new Label();
        asm.bind(many);
        asm.cmp(RCX, LINES);
        asm.jump(BELOW, few);
        fetchNextPair(LINES * layout.blockBytes());
        for (int line = 0; line < LINES; line++) {
            floatLine(line * layout.blockBytes(), line * WORD);
        }
        asm.add(RSI, LINES * layout.blockBytes());
        asm.add(RDX, TileProduct.STEP_BYTES);
        asm.sub(RCX, LINES);
        asm.jmp(many);
        asm.bind(few);
        asm.test(RCX, RCX);
        asm.jump(EQUAL, end);
        asm.vpxor(zmm(0), zmm(0), zmm(0));
        for (int line = 0; line < LINES; line++) {
            asm.vmovups(Mem.at(RDX, line * WORD), zmm(0));
        }
        asm.bind(one);
        floatLine(0, 0);
        asm.add(RSI, layout.blockBytes());
        asm.add(RDX, WORD);
        asm.sub(RCX, 1);
        asm.jump(NOT_EQUAL, one);
        asm.bind(end);
    }

    private void floatLine(int from, int to) {
        switch (layout) {
            case F32 -> {
                asm.vmovups(zmm(1), Mem.at(RSI, from));
                asm.vmovups(zmm(2), Mem.at(RSI, from + WORD));
                line(zmm(1), zmm(2), to);
            }
            case F16 -> {
                asm.vcvtph2ps(zmm(1), Mem.at(RSI, from));
                asm.vcvtph2ps(zmm(2), Mem.at(RSI, from + HALVES));
                line(zmm(1), zmm(2), to);
            }
            case BF16 -> {
                asm.vmovups(zmm(1), Mem.at(RSI, from));
                asm.vmovups(Mem.at(RDX, to), zmm(1));
            }
            default -> throw new IllegalArgumentException(layout + " holds no floats");
        }
    }
}
