package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Avx2Rows.ACTIVATION;
import static dev.lilla.kernel.x64.Avx2Rows.CONSTANT;
import static dev.lilla.kernel.x64.Avx2Rows.SECOND;
import static dev.lilla.kernel.x64.Avx2Rows.WEIGHT;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.RowEncoding.Field.MINUS_128_HIGH;
import static dev.lilla.kernel.x64.RowEncoding.Field.MINUS_128_LOW;
import static dev.lilla.kernel.x64.RowEncoding.Field.MINUS_8;
import static dev.lilla.kernel.x64.RowEncoding.Field.SUM;
import static dev.lilla.kernel.x64.RowEncoding.Field.SUM_HIGH;
import static dev.lilla.kernel.x64.RowEncoding.Field.SUM_LOW;

import dev.lilla.kernel.x64.Avx2Rows.Codes;
import dev.lilla.kernel.x64.Avx2Rows.Range;
import dev.lilla.kernel.x64.Avx2Rows.Start;
import java.util.List;

/// Unpacks a block of a panel with AVX2 and adds its products to the sums of some rows: the part of an
/// [Avx2PanelProduct] that depends on the layout. A word is unpacked half by half right before all rows use it.
sealed interface Avx2PanelUnpacker extends PanelBlock {
    /// Words of 64 bytes in a group of 32 columns with a byte each.
    int WORDS = 8;

    int WORD = 64;

    int HALF_WORD = WORD / 2;

    /// f16 numbers of 16 rows, and of half of them.
    int HALVES = 32;

    int HALF_HALVES = HALVES / 2;

    /// Groups of 32 columns in a super-block.
    int GROUPS = 8;

    /// Rows of a half.
    int LANES = PanelLayout.ROWS / 2;

    static Avx2PanelUnpacker of(Avx2Rows rows) {
        return switch (rows.layout()) {
            case NIBBLES -> new Nibbles(rows);
            case BYTES -> new Bytes(rows);
            case LEVELS, FIVE_BITS -> new Scaled(rows);
            case NIBBLE_AFFINE, FIVE_BIT_AFFINE -> new Affine(rows);
            case NIBBLE_SUPER, FIVE_BIT_SUPER -> new AffineSuper(rows);
            case NIBBLE_SUPER_16, SIX_BIT_SUPER_16, LEVEL_SUPER_16 -> new ScaledSuper16(rows);
            case TWO_BIT_SUPER_16 -> new AffineSuper16(rows);
            case F32, F16, BF16 -> new Floats(rows);
        };
    }

    private static Codes codes(Avx2Rows rows) {
        return switch (rows.layout().codes()) {
            case TWO_BITS, NIBBLES -> Codes.NIBBLE;
            case FIVE_BITS -> Codes.FIVE_BITS;
            case SIX_BITS -> Codes.SIX_BITS;
            case LEVELS -> Codes.BYTE;
        };
    }

    /// What takes off the number that the layout adds to its codes.
    private static Start start(Avx2Rows rows, RowEncoding.Field minus128) {
        return new Start(minus128, minus128.shiftFor(rows.layout().offset()));
    }

    /// Half a word of a group to `WEIGHT`, a byte for each column.
    private static void codedWord(Avx2Rows rows, int group, int half, int word) {
        PanelLayout layout = rows.layout();
        Operand second = layout.codes() == PanelCodes.LEVELS
                ? CodeUnpacker.levels(rows.asm())
                : rows.asm().constants(Avx2Rows.lanes(layout.codes().upper()));
        new CodeUnpacker(rows.asm(), layout.codes(), SECOND, CONSTANT, second)
                .unpack(WEIGHT, layout.codesAt() + half * HALF_WORD, group, word);
    }

    /// `WEIGHT = ` unsigned bytes `* ` f16, of one half.
    private static void number(Assembler asm, int bytes, int factors, int half) {
        asm.vpmovzxbd(WEIGHT, Mem.at(RSI, bytes + half * LANES));
        asm.vcvtdq2ps(WEIGHT, WEIGHT);
        asm.vcvtph2ps(SECOND, Mem.at(RSI, factors + half * HALF_HALVES));
        asm.vmulps(WEIGHT, WEIGHT, SECOND);
    }

    private static void load(Assembler asm, int offset) {
        asm.vmovups(WEIGHT, Mem.at(RSI, offset));
    }

    private static void loadLowNibbles(Assembler asm, int offset) {
        asm.vpand(WEIGHT, CONSTANT, Mem.at(RSI, offset));
    }

    private static void loadHighNibbles(Assembler asm, int offset) {
        load(asm, offset);
        asm.vpsrld(WEIGHT, WEIGHT, 4);
        asm.vpand(WEIGHT, WEIGHT, CONSTANT);
    }

    /// See [PanelLayout#NIBBLES].
    record Nibbles(Avx2Rows rows) implements Avx2PanelUnpacker {
        @Override
        public int groups() {
            return 2;
        }

        @Override
        public void group(int index, int group) {
            Range range = new Range(group, 0, WORDS, Codes.NIBBLE, List.of(Start.of(MINUS_8)));
            for (int half = 0; half < 2; half++) {
                int words = 2 * HALVES + group * WORDS / 2 * WORD + half * HALF_WORD;
                rows.dots(range, word -> word(words, word));
                rows.asm().vcvtph2ps(WEIGHT, Mem.at(RSI, group * HALVES + half * HALF_HALVES));
                rows.addDots(half, group);
            }
        }

        private void word(int words, int word) {
            if (word < WORDS / 2) {
                loadLowNibbles(rows.asm(), words + word * WORD);
            } else {
                loadHighNibbles(rows.asm(), words + (word - WORDS / 2) * WORD);
            }
        }
    }

    /// See [PanelLayout#BYTES].
    record Bytes(Avx2Rows rows) implements Avx2PanelUnpacker {
        @Override
        public int groups() {
            return 2;
        }

        @Override
        public void group(int index, int group) {
            Assembler asm = rows.asm();
            List<Start> starts = List.of(Start.of(MINUS_128_LOW), Start.of(MINUS_128_HIGH));
            Range range = new Range(group, 0, WORDS, Codes.BYTE, starts);
            for (int half = 0; half < 2; half++) {
                int words = 2 * HALVES + group * WORDS * WORD + half * HALF_WORD;
                rows.dots(range, word -> load(asm, words + word * WORD));
                asm.vcvtph2ps(WEIGHT, Mem.at(RSI, group * HALVES + half * HALF_HALVES));
                rows.addDots(half, group);
            }
        }
    }

    /// See [PanelLayout#LEVELS] and [PanelLayout#FIVE_BITS].
    record Scaled(Avx2Rows rows) implements Avx2PanelUnpacker {
        @Override
        public int groups() {
            return 2;
        }

        @Override
        public void group(int index, int group) {
            List<Start> starts = List.of(start(rows, MINUS_128_LOW), start(rows, MINUS_128_HIGH));
            Range range = new Range(group, 0, WORDS, codes(rows), starts);
            for (int half = 0; half < 2; half++) {
                int part = half;
                rows.dots(range, word -> codedWord(rows, group, part, word));
                rows.asm().vcvtph2ps(WEIGHT, Mem.at(RSI, group * HALVES + half * HALF_HALVES));
                rows.addDots(half, group);
            }
        }
    }

    /// See [PanelLayout#NIBBLE_AFFINE] and [PanelLayout#FIVE_BIT_AFFINE].
    record Affine(Avx2Rows rows) implements Avx2PanelUnpacker {
        private static final int OFFSETS = 2 * HALVES;

        @Override
        public int groups() {
            return 2;
        }

        @Override
        public void group(int index, int group) {
            Range range = new Range(group, 0, WORDS, codes(rows), List.of());
            for (int half = 0; half < 2; half++) {
                int part = half;
                int numbers = group * HALVES + half * HALF_HALVES;
                rows.asm().vcvtph2ps(WEIGHT, Mem.at(RSI, OFFSETS + numbers));
                rows.addOffsets(half, group, SUM);
                rows.dots(range, word -> codedWord(rows, group, part, word));
                rows.asm().vcvtph2ps(WEIGHT, Mem.at(RSI, numbers));
                rows.addDots(half, group);
            }
        }
    }

    /// See [PanelLayout#NIBBLE_SUPER] and [PanelLayout#FIVE_BIT_SUPER].
    record AffineSuper(Avx2Rows rows) implements Avx2PanelUnpacker {
        private static final int SCALES = 2 * HALVES;
        private static final int MINS = SCALES + GROUPS * PanelLayout.ROWS;

        @Override
        public int groups() {
            return GROUPS;
        }

        @Override
        public void group(int index, int group) {
            Range range = new Range(group, 0, WORDS, codes(rows), List.of());
            for (int half = 0; half < 2; half++) {
                int part = half;
                number(rows.asm(), MINS + group * PanelLayout.ROWS, HALVES, half);
                rows.subtractOffsets(half, group, SUM);
                rows.dots(range, word -> codedWord(rows, group, part, word));
                number(rows.asm(), SCALES + group * PanelLayout.ROWS, 0, half);
                rows.addDots(half, group);
            }
        }
    }

    /// See [PanelLayout#NIBBLE_SUPER_16], [PanelLayout#SIX_BIT_SUPER_16] and [PanelLayout#LEVEL_SUPER_16].
    record ScaledSuper16(Avx2Rows rows) implements Avx2PanelUnpacker {
        private static final int SCALES = 2 * HALVES;

        @Override
        public int groups() {
            return GROUPS;
        }

        @Override
        public void group(int index, int group) {
            for (int half = 0; half < 2; half++) {
                columns(new Range(group, 0, WORDS / 2, codes(rows), List.of(start(rows, MINUS_128_LOW))), half);
                columns(new Range(group, WORDS / 2, WORDS, codes(rows), List.of(start(rows, MINUS_128_HIGH))), half);
            }
        }

        /// 16 columns.
        private void columns(Range range, int half) {
            Assembler asm = rows.asm();
            int scale = 2 * range.block() + range.from() / (WORDS / 2);
            rows.dots(range, word -> codedWord(rows, range.block(), half, word));
            asm.vpmovsxbd(WEIGHT, Mem.at(RSI, SCALES + scale * PanelLayout.ROWS + half * LANES));
            asm.vcvtdq2ps(WEIGHT, WEIGHT);
            asm.vcvtph2ps(SECOND, Mem.at(RSI, half * HALF_HALVES));
            asm.vmulps(WEIGHT, WEIGHT, SECOND);
            rows.addDots(half, range.block());
        }
    }

    /// See [PanelLayout#TWO_BIT_SUPER_16].
    record AffineSuper16(Avx2Rows rows) implements Avx2PanelUnpacker {
        private static final int SCALES = 2 * HALVES;
        private static final int MINS = SCALES + 2 * GROUPS * PanelLayout.ROWS;

        @Override
        public int groups() {
            return GROUPS;
        }

        @Override
        public void group(int index, int group) {
            for (int half = 0; half < 2; half++) {
                columns(new Range(group, 0, WORDS / 2, codes(rows), List.of()), half, SUM_LOW);
                columns(new Range(group, WORDS / 2, WORDS, codes(rows), List.of()), half, SUM_HIGH);
            }
        }

        /// 16 columns.
        private void columns(Range range, int half, RowEncoding.Field rowSum) {
            int numbers = (2 * range.block() + range.from() / (WORDS / 2)) * PanelLayout.ROWS;
            number(rows.asm(), MINS + numbers, HALVES, half);
            rows.subtractOffsets(half, range.block(), rowSum);
            rows.dots(range, word -> codedWord(rows, range.block(), half, word));
            number(rows.asm(), SCALES + numbers, 0, half);
            rows.addDots(half, range.block());
        }
    }

    /// See [PanelLayout#F32], [PanelLayout#F16] and [PanelLayout#BF16]: two columns a block, each with sums of
    /// its own.
    record Floats(Avx2Rows rows) implements Avx2PanelUnpacker {
        @Override
        public void group(int index, int group) {
            int at = index * rows.layout().blockBytes();
            for (int column = 0; column < 2; column++) {
                weights(WEIGHT, at, column, 0);
                weights(SECOND, at, column, 1);
                for (int t = 0; t < rows.count(); t++) {
                    int element = (2 * index + column) * rows.tileRows() + t;
                    rows.asm().vbroadcastss(ACTIVATION, Mem.at(RDX, element * Float.BYTES));
                    rows.asm().vfmadd231ps(sum(column, 0, t), WEIGHT, ACTIVATION);
                    rows.asm().vfmadd231ps(sum(column, 1, t), SECOND, ACTIVATION);
                }
            }
        }

        private Vec sum(int column, int half, int t) {
            return column == 0 ? rows.sum(half, t) : rows.oddSum(half, t);
        }

        private void weights(Vec target, int at, int column, int half) {
            Assembler asm = rows.asm();
            switch (rows.layout()) {
                case F32 -> asm.vmovups(target, Mem.at(RSI, at + column * WORD + half * HALF_WORD));
                case F16 -> asm.vcvtph2ps(target, Mem.at(RSI, at + column * HALVES + half * HALF_HALVES));
                case BF16 -> {
                    Mem pairs = Mem.at(RSI, at + half * HALF_WORD);
                    if (column == 1) {
                        asm.vpand(target, CONSTANT, pairs);
                    } else {
                        asm.vmovups(target, pairs);
                        asm.vpslld(target, target, 16);
                    }
                }
                default -> throw new IllegalArgumentException(rows.layout() + " holds no floats");
            }
        }
    }
}
