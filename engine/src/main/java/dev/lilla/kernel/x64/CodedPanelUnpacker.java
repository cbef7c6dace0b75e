package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.RowEncoding.Field.MINUS_128_HIGH;
import static dev.lilla.kernel.x64.RowEncoding.Field.MINUS_128_LOW;
import static dev.lilla.kernel.x64.RowEncoding.Field.SCALE;
import static dev.lilla.kernel.x64.RowEncoding.Field.SUM;
import static dev.lilla.kernel.x64.RowEncoding.Field.SUM_HIGH;
import static dev.lilla.kernel.x64.RowEncoding.Field.SUM_LOW;
import static dev.lilla.kernel.x64.Vec.zmm;

/// The [PanelUnpacker]s of blocks whose codes lie as [PanelCodes].
///
/// | registers | hold |
/// | --- | --- |
/// | zmm26, 27 | `d` and `m`; where there is no `m`, in zmm27 what [CodeUnpacker] wants beside the mask |
/// | zmm28, 29 | scale and minimum of the group, or scales of its halves |
/// | zmm30 | the mask of the codes' first part |
sealed interface CodedPanelUnpacker extends PanelUnpacker {
    /// The register of the sums of a tile's last row.
    int LAST_SUM = 15;

    /// The byte of a super-block where the scales begin, behind `d` and `m`.
    int SCALES = 2 * HALVES;

    /// Groups of a super-block.
    int GROUPS = 8;

    PanelProduct product();

    @Override
    default int groups() {
        return product().layout.blockColumns() / RowEncoding.BLOCK_COLUMNS;
    }

    /// The codes of a group, a byte each.
    default void words(int group) {
        PanelProduct product = product();
        PanelLayout layout = product.layout;
        CodeUnpacker codes = new CodeUnpacker(product.asm, layout.codes(), zmm(31), zmm(30), secondConstant(product));
        for (int word = 0; word < WORDS; word++) {
            codes.unpack(PanelUnpacker.weight(word), layout.codesAt(), group, word);
        }
    }

    /// In a register where there is one: a load for every word would cost as much as the word itself.
    private static Operand secondConstant(PanelProduct product) {
        return switch (product.layout) {
            case LEVELS, FIVE_BITS, FIVE_BIT_AFFINE, SIX_BIT_SUPER_16, LEVEL_SUPER_16 -> zmm(27);
            case FIVE_BIT_SUPER ->
                product.rows <= LAST_SUM
                        ? zmm(LAST_SUM)
                        : product.asm.constant(product.layout.codes().upper()).broadcast();
            default -> zmm(31);
        };
    }

    @Override
    default void constants() {
        PanelProduct product = product();
        PanelCodes codes = product.layout.codes();
        product.asm.vpbroadcastd(zmm(30), product.asm.constant(codes.lower()));
        if (codes == PanelCodes.LEVELS) {
            product.asm.vmovups(zmm(27), CodeUnpacker.levels(product.asm));
        } else if (codes.hasUpper() && secondConstant(product) instanceof Vec upper) {
            product.asm.vpbroadcastd(upper, product.asm.constant(codes.upper()));
        }
    }

    /// Loads `d` and `m` of a super-block.
    default void factors() {
        product().asm.vcvtph2ps(zmm(26), Mem.at(RSI));
        product().asm.vcvtph2ps(zmm(27), Mem.at(RSI, HALVES));
    }

    /// `target = factor * ` 16 unsigned bytes.
    static void number(Assembler asm, Vec target, int offset, Vec factor) {
        asm.vpmovzxbd(target, Mem.at(RSI, offset));
        asm.vcvtdq2ps(target, target);
        asm.vmulps(target, target, factor);
    }

    /// See [PanelLayout#LEVELS] and [PanelLayout#FIVE_BITS].
    record Scaled(PanelProduct product) implements CodedPanelUnpacker {
        @Override
        public void group(int index, int group) {
            Assembler asm = product.asm;
            int offset = product.layout.offset();
            words(group);
            asm.vcvtph2ps(zmm(28), Mem.at(RSI, group * HALVES));
            for (int t = 0; t < product.rows; t++) {
                Vec dots = PanelUnpacker.dots(t);
                product.start(dots, product.field(MINUS_128_LOW, group, t), MINUS_128_LOW.shiftFor(offset));
                product.start(zmm(31), product.field(MINUS_128_HIGH, group, t), MINUS_128_HIGH.shiftFor(offset));
                asm.vpaddd(dots, dots, zmm(31));
                product.addDots(dots, group, t, 0, WORDS);
                asm.vcvtdq2ps(dots, dots);
                asm.vmulps(zmm(31), zmm(28), product.field(SCALE, group, t).broadcast());
                asm.vfmadd231ps(zmm(t), dots, zmm(31));
            }
        }
    }

    /// See [PanelLayout#NIBBLE_AFFINE] and [PanelLayout#FIVE_BIT_AFFINE].
    record Affine(PanelProduct product) implements CodedPanelUnpacker {
        private static final int OFFSETS = 2 * HALVES;

        @Override
        public void group(int index, int group) {
            Assembler asm = product.asm;
            words(group);
            asm.vcvtph2ps(zmm(28), Mem.at(RSI, group * HALVES));
            asm.vcvtph2ps(zmm(29), Mem.at(RSI, OFFSETS + group * HALVES));
            for (int t = 0; t < product.rows; t++) {
                Vec dots = PanelUnpacker.dots(t);
                product.dot(dots, group, t, 0, WORDS);
                asm.vcvtdq2ps(dots, dots);
                asm.vmulps(zmm(31), zmm(28), product.field(SCALE, group, t).broadcast());
                asm.vfmadd231ps(zmm(t), zmm(29), product.field(SUM, group, t).broadcast());
                asm.vfmadd231ps(zmm(t), dots, zmm(31));
            }
        }
    }

    /// See [PanelLayout#NIBBLE_SUPER] and [PanelLayout#FIVE_BIT_SUPER].
    record AffineSuper(PanelProduct product) implements CodedPanelUnpacker {
        private static final int MINS = SCALES + GROUPS * PanelLayout.ROWS;

        @Override
        public void open() {
            factors();
        }

        @Override
        public void group(int index, int group) {
            Assembler asm = product.asm;
            words(group);
            number(asm, zmm(28), SCALES + group * PanelLayout.ROWS, zmm(26));
            number(asm, zmm(29), MINS + group * PanelLayout.ROWS, zmm(27));
            for (int t = 0; t < product.rows; t++) {
                product.dot(PanelUnpacker.dots(t), group, t, 0, WORDS);
                asm.vcvtdq2ps(PanelUnpacker.dots(t), PanelUnpacker.dots(t));
                asm.vmulps(zmm(31), zmm(28), product.field(SCALE, group, t).broadcast());
                asm.vfnmadd231ps(zmm(t), zmm(29), product.field(SUM, group, t).broadcast());
                asm.vfmadd231ps(zmm(t), PanelUnpacker.dots(t), zmm(31));
            }
        }
    }

    /// See [PanelLayout#NIBBLE_SUPER_16], [PanelLayout#SIX_BIT_SUPER_16] and [PanelLayout#LEVEL_SUPER_16].
    record ScaledSuper16(PanelProduct product) implements CodedPanelUnpacker {

        @Override
        public void open() {
            product.asm.vcvtph2ps(zmm(26), Mem.at(RSI));
        }

        @Override
        public void group(int index, int group) {
            Assembler asm = product.asm;
            words(group);
            for (int half = 0; half < 2; half++) {
                Vec scale = zmm(28 + half);
                asm.vpmovsxbd(scale, Mem.at(RSI, SCALES + (2 * group + half) * PanelLayout.ROWS));
                asm.vcvtdq2ps(scale, scale);
                asm.vmulps(scale, scale, zmm(26));
            }
            for (int t = 0; t < product.rows; t++) {
                half(zmm(24), MINUS_128_LOW, group, t, 0);
                half(zmm(25), MINUS_128_HIGH, group, t, WORDS / 2);
                asm.vmulps(zmm(24), zmm(24), zmm(28));
                asm.vfmadd231ps(zmm(24), zmm(25), zmm(29));
                asm.vfmadd231ps(zmm(t), zmm(24), product.field(SCALE, group, t).broadcast());
            }
        }

        /// The products of 16 columns, from word `from` on.
        private void half(Vec sum, RowEncoding.Field minus128, int group, int t, int from) {
            product.start(sum, product.field(minus128, group, t), minus128.shiftFor(product.layout.offset()));
            product.addDots(sum, group, t, from, from + WORDS / 2);
            product.asm.vcvtdq2ps(sum, sum);
        }
    }

    /// See [PanelLayout#TWO_BIT_SUPER_16].
    record AffineSuper16(PanelProduct product) implements CodedPanelUnpacker {
        private static final int MINS = SCALES + 2 * GROUPS * PanelLayout.ROWS;

        @Override
        public void open() {
            factors();
        }

        @Override
        public void group(int index, int group) {
            Assembler asm = product.asm;
            words(group);
            for (int half = 0; half < 2; half++) {
                int number = (2 * group + half) * PanelLayout.ROWS;
                number(asm, zmm(28 + half), SCALES + number, zmm(26));
                number(asm, zmm(24), MINS + number, zmm(27));
                RowEncoding.Field sum = half == 0 ? SUM_LOW : SUM_HIGH;
                for (int t = 0; t < product.rows; t++) {
                    asm.vfnmadd231ps(
                            zmm(t), zmm(24), product.field(sum, group, t).broadcast());
                }
            }
            for (int t = 0; t < product.rows; t++) {
                product.dot(zmm(24), group, t, 0, WORDS / 2);
                product.dot(zmm(25), group, t, WORDS / 2, WORDS);
                asm.vcvtdq2ps(zmm(24), zmm(24));
                asm.vcvtdq2ps(zmm(25), zmm(25));
                asm.vmulps(zmm(24), zmm(24), zmm(28));
                asm.vfmadd231ps(zmm(24), zmm(25), zmm(29));
                asm.vfmadd231ps(zmm(t), zmm(24), product.field(SCALE, group, t).broadcast());
            }
        }
    }
}
