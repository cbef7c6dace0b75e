package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.R11;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Vec.ymm;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/// Some rows of a tile, whose sums AVX2 keeps in registers while a panel streams by. A panel's 16 rows are two
/// halves of 8 lanes.
///
/// | registers | for bytes | for floats |
/// | --- | --- | --- |
/// | ymm0-7 | sums of 2 halves of 4 rows | ymm0-11: of 2 halves of 3 rows, even columns and odd ones apart |
/// | ymm8-11 | integer sums of one half of 4 rows | |
/// | ymm12-13 | weights, then scales or offsets | weights of both halves |
/// | ymm14 | an activation in all lanes, an intermediate | the same |
/// | ymm15 | a constant of the layout | the same |
///
/// @param tileRows of the whole tile
/// @param count of those whose sums are kept, at most [#most(RowEncoding)]
record Avx2Rows(Assembler asm, ByteDots dots, PanelLayout layout, int tileRows, int count) {
    private static final int BYTE_ROWS = 4;
    private static final int FLOAT_ROWS = 3;

    /// 1 in every 16 bits.
    private static final int ONES = 0x00010001;

    /// The largest sum of magnitudes of two activations.
    private static final int TWO_ACTIVATIONS = 2 * 127;

    /// Weights, then a scale or an offset.
    static final Vec WEIGHT = ymm(12);

    /// An intermediate between these.
    static final Vec SECOND = ymm(13);

    static final Vec ACTIVATION = ymm(14);

    static final Vec CONSTANT = ymm(15);

    /// Codes of weights as they are unpacked, one a byte.
    enum Codes {
        /// 0 to 15.
        NIBBLE(15),
        /// 0 to 31.
        FIVE_BITS(31),
        /// 0 to 63.
        SIX_BITS(63),
        /// 0 to 255: signed bytes with 128 added.
        BYTE(255);

        private final int largest;

        Codes(int largest) {
            this.largest = largest;
        }

        /// Whether sums of the products of `words` words, two in each lane of 16 bits, can never leave 16 bits:
        /// 8 words of nibbles (8 · 2 · 127 · 15 = 30,480), 4 words of 5 bits (4 · 2 · 127 · 31 = 31,496).
        boolean fit(int words) {
            return words * TWO_ACTIVATIONS * largest <= Short.MAX_VALUE;
        }
    }

    /// Where integer sums start, `field >> shift`: what takes off the number that was added to the codes.
    record Start(RowEncoding.Field field, int shift) {
        static Start of(RowEncoding.Field field) {
            return new Start(field, 0);
        }
    }

    /// Words `from` to `to` of block `block` of 32 columns.
    record Range(int block, int from, int to, Codes codes, List<Start> starts) {
        boolean fits() {
            return codes.fit(to - from);
        }
    }

    /// The most rows whose sums fit into the registers.
    static int most(RowEncoding encoding) {
        return encoding == RowEncoding.FLOATS ? FLOAT_ROWS : BYTE_ROWS;
    }

    /// The sum of row `t`: of the even columns in float panels.
    Vec sum(int half, int t) {
        return ymm(half * most(layout.encoding()) + t);
    }

    /// The sum over the odd columns.
    Vec oddSum(int half, int t) {
        return ymm((2 + half) * FLOAT_ROWS + t);
    }

    private static Vec dot(int t) {
        return ymm(8 + t);
    }

    private Mem field(RowEncoding.Field field, int block, int t) {
        return Mem.at(R11, block * layout.encoding().blockBytes(tileRows) + field.offset(tileRows, t));
    }

    /// Four bytes of row `t`: columns `4 * word` on of block `block`.
    private Mem bytes(int block, int word, int t) {
        int inBlock = t * RowEncoding.BLOCK_COLUMNS + 4 * word;
        return Mem.at(RDX, block * layout.encoding().blockBytes(tileRows) + inBlock);
    }

    /// The integer sums of all rows over a range.
    ///
    /// @param load unpacks a word of one half to `WEIGHT`
    void dots(Range range, IntConsumer load) {
        if (dots != ByteDots.MULTIPLY_ADD) {
            start(range);
        }
        for (int word = range.from(); word < range.to(); word++) {
            load.accept(word);
            if (dots != ByteDots.MULTIPLY_ADD) {
                addFours(range, word);
            } else if (range.fits()) {
                addShort(range, word);
            } else if (range.codes() == Codes.BYTE) {
                addSigned(range, word);
            } else {
                addPairs(range, word);
            }
        }
        if (dots == ByteDots.MULTIPLY_ADD) {
            end(range);
        }
    }

    private void start(Range range) {
        for (int t = 0; t < count; t++) {
            if (range.starts().isEmpty()) {
                asm.vpxor(dot(t), dot(t), dot(t));
            } else {
                load(dot(t), range.starts().getFirst(), range.block(), t);
            }
            for (int i = 1; i < range.starts().size(); i++) {
                load(ACTIVATION, range.starts().get(i), range.block(), t);
                asm.vpaddd(dot(t), dot(t), ACTIVATION);
            }
        }
    }

    private void load(Vec target, Start start, int block, int t) {
        asm.vpbroadcastd(target, field(start.field(), block, t));
        if (start.shift() > 0) {
            asm.vpsrad(target, target, start.shift());
        }
    }

    private void addFours(Range range, int word) {
        for (int t = 0; t < count; t++) {
            asm.vpbroadcastd(ACTIVATION, bytes(range.block(), word, t));
            if (dots == ByteDots.AVX_VNNI) {
                asm.vpdpbusdAvx(dot(t), WEIGHT, ACTIVATION);
            } else {
                asm.vpdpbusd(dot(t), WEIGHT, ACTIVATION);
            }
        }
    }

    /// In 16 bits until the end of the range.
    private void addShort(Range range, int word) {
        for (int t = 0; t < count; t++) {
            asm.vpbroadcastd(ACTIVATION, bytes(range.block(), word, t));
            if (word == range.from()) {
                asm.vpmaddubsw(dot(t), WEIGHT, ACTIVATION);
            } else {
                asm.vpmaddubsw(ACTIVATION, WEIGHT, ACTIVATION);
                asm.vpaddw(dot(t), dot(t), ACTIVATION);
            }
        }
    }

    private void addPairs(Range range, int word) {
        for (int t = 0; t < count; t++) {
            asm.vpbroadcastd(ACTIVATION, bytes(range.block(), word, t));
            asm.vpmaddubsw(ACTIVATION, WEIGHT, ACTIVATION);
            addWidened(range, word, t);
        }
    }

    /// Two products of an unsigned byte up to 255 and 127 do not fit into 16 bits; with the magnitude of the
    /// signed weight they do (2 · 128 · 127 = 32,512), and its sign goes to the activation. So there is no 128
    /// to take off.
    private void addSigned(Range range, int word) {
        asm.vpxor(WEIGHT, WEIGHT, asm.constants(lanes(0x80808080)));
        asm.vpabsb(SECOND, WEIGHT);
        for (int t = 0; t < count; t++) {
            asm.vpbroadcastd(ACTIVATION, bytes(range.block(), word, t));
            asm.vpsignb(ACTIVATION, ACTIVATION, WEIGHT);
            asm.vpmaddubsw(ACTIVATION, SECOND, ACTIVATION);
            addWidened(range, word, t);
        }
    }

    private void addWidened(Range range, int word, int t) {
        if (word == range.from()) {
            asm.vpmaddwd(dot(t), ACTIVATION, ones());
        } else {
            asm.vpmaddwd(ACTIVATION, ACTIVATION, ones());
            asm.vpaddd(dot(t), dot(t), ACTIVATION);
        }
    }

    private void end(Range range) {
        for (int t = 0; t < count; t++) {
            if (range.fits()) {
                asm.vpmaddwd(dot(t), dot(t), ones());
            }
            if (range.codes() != Codes.BYTE) {
                for (Start start : range.starts()) {
                    load(ACTIVATION, start, range.block(), t);
                    asm.vpaddd(dot(t), dot(t), ACTIVATION);
                }
            }
        }
    }

    /// Loads what all blocks use to `CONSTANT`: what is used most often, the rest is read from memory.
    void constant() {
        asm.vpbroadcastd(CONSTANT, asm.constant(constantLane()));
    }

    private int constantLane() {
        return switch (layout) {
            case NIBBLES -> 0x0F0F0F0F;
            case BYTES, F32, F16 -> ONES;
            case BF16 -> 0xFFFF0000;
            default -> layout.codes().lower();
        };
    }

    private Operand ones() {
        return constantLane() == ONES ? CONSTANT : asm.constants(lanes(ONES));
    }

    /// A vector with the same in all lanes.
    static int[] lanes(int lane) {
        int[] lanes = new int[Isa.AVX2.lanes()];
        Arrays.fill(lanes, lane);
        return lanes;
    }

    /// `sum += integer sum * scale of the weights * scale of the row` for one half, with the weights' scales in
    /// `WEIGHT`.
    void addDots(int half, int block) {
        for (int t = 0; t < count; t++) {
            asm.vcvtdq2ps(dot(t), dot(t));
            asm.vbroadcastss(ACTIVATION, field(RowEncoding.Field.SCALE, block, t));
            asm.vmulps(ACTIVATION, WEIGHT, ACTIVATION);
            asm.vfmadd231ps(sum(half, t), dot(t), ACTIVATION);
        }
    }

    /// `sum += offset of the weights * sum of the row's block` for one half, with the offsets in `WEIGHT`.
    void addOffsets(int half, int block, RowEncoding.Field rowSum) {
        for (int t = 0; t < count; t++) {
            asm.vbroadcastss(ACTIVATION, field(rowSum, block, t));
            asm.vfmadd231ps(sum(half, t), WEIGHT, ACTIVATION);
        }
    }

    /// The same with the offsets subtracted.
    void subtractOffsets(int half, int block, RowEncoding.Field rowSum) {
        for (int t = 0; t < count; t++) {
            asm.vbroadcastss(ACTIVATION, field(rowSum, block, t));
            asm.vfnmadd231ps(sum(half, t), WEIGHT, ACTIVATION);
        }
    }
}
