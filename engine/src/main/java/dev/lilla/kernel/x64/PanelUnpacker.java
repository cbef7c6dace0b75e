package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.RowEncoding.Field.MINUS_128_HIGH;
import static dev.lilla.kernel.x64.RowEncoding.Field.MINUS_128_LOW;
import static dev.lilla.kernel.x64.RowEncoding.Field.MINUS_8;
import static dev.lilla.kernel.x64.RowEncoding.Field.SCALE;
import static dev.lilla.kernel.x64.Vec.zmm;

/// Turns a block of a panel into registers and adds its products to the sums of a [PanelProduct]: the part of the
/// kernel that depends on the layout.
sealed interface PanelUnpacker extends PanelBlock
        permits PanelUnpacker.Nibbles, PanelUnpacker.Bytes, PanelUnpacker.Floats, CodedPanelUnpacker {
    /// The first of the eight registers with unpacked weights.
    int WEIGHTS = 16;

    /// Words of 64 bytes in a group of 32 columns with a byte each.
    int WORDS = 8;

    int WORD = 64;

    /// f16 numbers of 16 rows.
    int HALVES = 32;

    /// Loads what all blocks use.
    default void constants() {}

    static PanelUnpacker of(PanelLayout layout, PanelProduct product) {
        return switch (layout) {
            case NIBBLES -> new Nibbles(product);
            case BYTES -> new Bytes(product);
            case LEVELS, FIVE_BITS -> new CodedPanelUnpacker.Scaled(product);
            case NIBBLE_AFFINE, FIVE_BIT_AFFINE -> new CodedPanelUnpacker.Affine(product);
            case NIBBLE_SUPER, FIVE_BIT_SUPER -> new CodedPanelUnpacker.AffineSuper(product);
            case NIBBLE_SUPER_16, SIX_BIT_SUPER_16, LEVEL_SUPER_16 -> new CodedPanelUnpacker.ScaledSuper16(product);
            case TWO_BIT_SUPER_16 -> new CodedPanelUnpacker.AffineSuper16(product);
            case F32, F16, BF16 -> new Floats(product);
        };
    }

    /// Integer sums take turns, so that a conversion need not wait for the next row's.
    static Vec dots(int t) {
        return zmm(24 + t % 2);
    }

    static Vec weight(int word) {
        return zmm(WEIGHTS + word);
    }

    private static void loadWords(Assembler asm, int offset) {
        for (int word = 0; word < WORDS; word++) {
            asm.vmovups(weight(word), Mem.at(RSI, offset + word * WORD));
        }
    }

    private static void nibbleConstant(Assembler asm) {
        asm.vpbroadcastd(zmm(30), asm.constant(0x0F0F0F0F));
    }

    /// See [PanelLayout#NIBBLES].
    record Nibbles(PanelProduct product) implements PanelUnpacker {
        @Override
        public void constants() {
            nibbleConstant(product.asm);
        }

        @Override
        public int groups() {
            return 2;
        }

        @Override
        public void group(int index, int group) {
            Assembler asm = product.asm;
            int words = 2 * HALVES + group * WORDS / 2 * WORD;
            for (int word = 0; word < WORDS / 2; word++) {
                Vec low = weight(word);
                Vec high = weight(word + WORDS / 2);
                asm.vmovups(high, Mem.at(RSI, words + word * WORD));
                asm.vpand(low, high, zmm(30));
                asm.vpsrld(high, high, 4);
                asm.vpand(high, high, zmm(30));
            }
            asm.vcvtph2ps(zmm(26), Mem.at(RSI, group * HALVES));
            for (int t = 0; t < product.rows; t++) {
                product.dot(dots(t), product.field(MINUS_8, group, t), group, t, 0, WORDS);
                asm.vcvtdq2ps(dots(t), dots(t));
                asm.vmulps(zmm(31), zmm(26), product.field(SCALE, group, t).broadcast());
                asm.vfmadd231ps(zmm(t), dots(t), zmm(31));
            }
        }
    }

    /// See [PanelLayout#BYTES].
    record Bytes(PanelProduct product) implements PanelUnpacker {
        @Override
        public int groups() {
            return 2;
        }

        @Override
        public void group(int index, int group) {
            Assembler asm = product.asm;
            loadWords(asm, 2 * HALVES + group * WORDS * WORD);
            asm.vcvtph2ps(zmm(26), Mem.at(RSI, group * HALVES));
            for (int t = 0; t < product.rows; t++) {
                product.dot(dots(t), product.field(MINUS_128_LOW, group, t), group, t, 0, WORDS);
                asm.vpaddd(
                        dots(t),
                        dots(t),
                        product.field(MINUS_128_HIGH, group, t).broadcast());
                asm.vcvtdq2ps(dots(t), dots(t));
                asm.vmulps(zmm(31), zmm(26), product.field(SCALE, group, t).broadcast());
                asm.vfmadd231ps(zmm(t), dots(t), zmm(31));
            }
        }
    }

    /// See [PanelLayout#F32], [PanelLayout#F16] and [PanelLayout#BF16]: two columns a block, each with sums of its
    /// own.
    record Floats(PanelProduct product) implements PanelUnpacker {
        @Override
        public void constants() {
            if (product.layout == PanelLayout.BF16) {
                product.asm.vpbroadcastd(zmm(30), product.asm.constant(0xFFFF0000));
            }
        }

        @Override
        public void group(int index, int group) {
            Assembler asm = product.asm;
            int at = index * product.layout.blockBytes();
            Vec even = zmm(28);
            Vec odd = zmm(29);
            switch (product.layout) {
                case F32 -> {
                    asm.vmovups(even, Mem.at(RSI, at));
                    asm.vmovups(odd, Mem.at(RSI, at + WORD));
                }
                case F16 -> {
                    asm.vcvtph2ps(even, Mem.at(RSI, at));
                    asm.vcvtph2ps(odd, Mem.at(RSI, at + HALVES));
                }
                case BF16 -> {
                    asm.vmovups(odd, Mem.at(RSI, at));
                    asm.vpslld(even, odd, 16);
                    asm.vpand(odd, odd, zmm(30));
                }
                default -> throw new IllegalArgumentException(product.layout + " holds no floats");
            }
            for (int t = 0; t < product.rows; t++) {
                Mem first = Mem.at(RDX, (2 * index * product.rows + t) * Float.BYTES);
                asm.vfmadd231ps(zmm(t), even, first.broadcast());
                Mem second = first.plus(product.rows * Float.BYTES);
                asm.vfmadd231ps(zmm(product.rows + t), odd, second.broadcast());
            }
        }
    }
}
