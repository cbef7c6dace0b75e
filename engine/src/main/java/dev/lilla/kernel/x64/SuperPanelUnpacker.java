package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.RowEncoding.Field.MINUS_128_HIGH;
import static dev.lilla.kernel.x64.RowEncoding.Field.MINUS_128_LOW;
import static dev.lilla.kernel.x64.RowEncoding.Field.SCALE;
import static dev.lilla.kernel.x64.RowEncoding.Field.SUM;
import static dev.lilla.kernel.x64.RowEncoding.Field.SUM_HIGH;
import static dev.lilla.kernel.x64.RowEncoding.Field.SUM_LOW;
import static dev.lilla.kernel.x64.Vec.zmm;

/// The [PanelUnpacker]s of super-blocks: the K-quants and IQ4_XS.
///
/// | registers | hold |
/// | --- | --- |
/// | zmm26, 27 | `d` and `m`; where there is no `m`, in zmm27 what [CodeUnpacker] wants beside the mask |
/// | zmm28, 29 | scales and minima of the group, or scales of its halves |
/// | zmm30 | the mask of the codes' first part |
sealed interface SuperPanelUnpacker extends PanelUnpacker {
    /// The register of the sums of a tile's last row.
    int LAST_SUM = 15;

    /// The byte where the scales begin, behind `d` and `m`.
    int SCALES = 2 * HALVES;

    int GROUPS = 8;

    PanelProduct product();

    @Override
    default int groups() {
        return GROUPS;
    }

    /// The codes of a group of a super-block, a byte each.
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
            case SIX_BIT_SUPER_16, LEVEL_SUPER_16 -> zmm(27);
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

    /// `target = factor * ` 16 unsigned bytes.
    static void number(Assembler asm, Vec target, int offset, Vec factor) {
        asm.vpmovzxbd(target, Mem.at(RSI, offset));
        asm.vcvtdq2ps(target, target);
        asm.vmulps(target, target, factor);
    }

    /// See [PanelLayout#NIBBLE_SUPER] and [PanelLayout#FIVE_BIT_SUPER].
    record Affine(PanelProduct product) implements SuperPanelUnpacker {
        private static final int MINS = SCALES + GROUPS * PanelLayout.ROWS;

        @Override
        public void open() {
            product.asm.vcvtph2ps(zmm(26), Mem.at(RSI));
            product.asm.vcvtph2ps(zmm(27), Mem.at(RSI, HALVES));
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
    record Scaled16(PanelProduct product) implements SuperPanelUnpacker {

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
    record Affine16(PanelProduct product) implements SuperPanelUnpacker {
        private static final int MINS = SCALES + 2 * GROUPS * PanelLayout.ROWS;

        @Override
        public void open() {
            product.asm.vcvtph2ps(zmm(26), Mem.at(RSI));
            product.asm.vcvtph2ps(zmm(27), Mem.at(RSI, HALVES));
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
