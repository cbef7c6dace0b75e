package dev.lilla.kernel.x64;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Where the bits of stored blocks of a row go in a panel's block: for each word of four bytes, which bits of which
/// stored words it is made of. Stored words are named by the 16 bytes that are loaded with them ([RowQuads]).
///
/// | stored | numbers | codes |
/// | --- | --- | --- |
/// | Q4_0, two blocks | f16 scales | nibbles in 16 bytes each, which stay pairs |
/// | IQ4_NL, two blocks | f16 scales | nibbles in 16 bytes each, of which pairs of one each are made |
/// | Q4_1, two blocks | f16 scales and offsets | the same |
/// | Q8_0, two blocks | f16 scales | 32 bytes each, signed |
/// | Q2_K | two f16; 16 scales and 16 minima, nibbles in 16 bytes | two bits in 64 bytes, which stay fours |
/// | Q3_K | f16; 16 signed scales: nibbles in 8 bytes, pairs of bits in 4 | two bits in 64 bytes, the third in 32 |
/// | Q4_K | two f16; 8 scales and 8 minima of six bits in 12 bytes | nibbles in 128 bytes, which stay pairs |
/// | Q5_K | the same | nibbles in 128 bytes, the fifth bit in 32 |
/// | Q6_K | f16; 16 signed scales, bytes | nibbles in 128 bytes, pairs of bits in 64 |
public enum BlockPlan {
    Q4_0(PanelLayout.NIBBLES, 36) {
        @Override
        List<Half> factors() {
            return List.of(new Half(0, 0, false), new Half(18, 0, false));
        }

        @Override
        Word codes(int group, int place) {
            return Word.whole(18 * group + 2, place, 0);
        }

        @Override
        int groups() {
            return 2;
        }

        @Override
        int places() {
            return 4;
        }
    },
    Q8_0(PanelLayout.BYTES, 68) {
        @Override
        List<Half> factors() {
            return List.of(new Half(0, 0, false), new Half(34, 0, false));
        }

        @Override
        Word codes(int group, int place) {
            return Word.whole(34 * group + 2 + 16 * (place / 4), place % 4, 128);
        }

        @Override
        int groups() {
            return 2;
        }
    },
    IQ4_NL(PanelLayout.LEVELS, 36) {
        @Override
        List<Half> factors() {
            return Q4_0.factors();
        }

        @Override
        Word codes(int group, int place) {
            return nibbles(2, place % 4, 20, place % 4, place / 4 * 4);
        }

        @Override
        int groups() {
            return 1;
        }
    },
    Q4_1(PanelLayout.NIBBLE_AFFINE, 40) {
        @Override
        List<Half> factors() {
            return List.of(new Half(0, 0, false), new Half(20, 0, false), new Half(0, 0, true), new Half(20, 0, true));
        }

        @Override
        Word codes(int group, int place) {
            return nibbles(4, place % 4, 24, place % 4, place / 4 * 4);
        }

        @Override
        int groups() {
            return 1;
        }
    },
    Q2_K(PanelLayout.TWO_BIT_SUPER_16, 84) {
        @Override
        List<Half> factors() {
            return List.of(new Half(68, 3, false), new Half(68, 3, true));
        }

        @Override
        List<Word> numbers() {
            List<Word> words = new ArrayList<>();
            for (int shift = 0; shift <= 4; shift += 4) {
                for (int i = 0; i < 4; i++) {
                    words.add(new Word(List.of(new Bits(0, i, shift, 0x0F)), 0));
                }
            }
            return words;
        }

        @Override
        Word codes(int group, int place) {
            return Word.whole(16 + 32 * group + 16 * (place / 4), place % 4, 0);
        }

        @Override
        int groups() {
            return 2;
        }
    },
    Q3_K(PanelLayout.NIBBLE_SUPER_16, 110) {
        @Override
        List<Half> factors() {
            return List.of(new Half(94, 3, true));
        }

        @Override
        List<Word> numbers() {
            List<Word> words = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Bits low = new Bits(92, 1 + i % 2, 4 * (i / 2), 0x0F);
                Bits high = new Bits(92, 3, 2 * i - 4, 0x30);
                words.add(new Word(List.of(low, high), -32 & 0xFF));
            }
            return words;
        }

        @Override
        Word codes(int group, int place) {
            List<Bits> bits = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int stored = 2 * group + i;
                int low = 32 + 32 * (stored / 4);
                bits.add(Bits.of(low, place, 2 * (stored % 4) - 4 * i, 0x03 << (4 * i)));
                bits.add(Bits.of(0, place, stored - 2 - 4 * i, 0x04 << (4 * i)));
            }
            return new Word(bits, 0);
        }

        @Override
        int groups() {
            return 4;
        }
    },
    Q4_K(PanelLayout.NIBBLE_SUPER, 144) {
        @Override
        List<Half> factors() {
            return List.of(new Half(0, 0, false), new Half(0, 0, true));
        }

        @Override
        List<Word> numbers() {
            return sixBits();
        }

        @Override
        Word codes(int group, int place) {
            return Word.whole(16 + 32 * group + 16 * (place / 4), place % 4, 0);
        }

        @Override
        int groups() {
            return 4;
        }
    },
    Q5_K(PanelLayout.FIVE_BIT_SUPER, 176) {
        @Override
        List<Half> factors() {
            return Q4_K.factors();
        }

        @Override
        List<Word> numbers() {
            return sixBits();
        }

        @Override
        Word codes(int group, int place) {
            if (place < 8) {
                return Word.whole(48 + 32 * group + 16 * (place / 4), place % 4, 0);
            }
            List<Bits> bits = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                bits.add(Bits.of(16, 4 * (place - 8) + i, 2 * (group - i), 0x03 << (2 * i)));
            }
            return new Word(bits, 0);
        }

        @Override
        int groups() {
            return 4;
        }

        @Override
        int places() {
            return 10;
        }
    },
    Q6_K(PanelLayout.SIX_BIT_SUPER_16, 210) {
        @Override
        List<Half> factors() {
            return List.of(new Half(194, 3, true));
        }

        @Override
        List<Word> numbers() {
            List<Word> words = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                words.add(Word.whole(192, i, 0));
            }
            return words;
        }

        @Override
        Word codes(int group, int place) {
            int half = group / 2;
            int shift = group % 2 * 4;
            if (place < 8) {
                return nibbles(64 * half, place, 64 * half + 32, place, shift);
            }
            int from = 128 + 32 * half;
            int first = 2 * (place - 8);
            return nibbles(from, first, from, first + 1, shift);
        }

        @Override
        int groups() {
            return 4;
        }

        @Override
        int places() {
            return 12;
        }
    };

    /// The mask of words that are taken as they are.
    static final int WHOLE = 0xFF;

    /// Bytes of a word of 16 rows.
    static final int WORD = 64;

    private static final int SIX = 0x3F;

    private final PanelLayout layout;
    private final int storedBytes;

    BlockPlan(PanelLayout layout, int storedBytes) {
        this.layout = layout;
        this.storedBytes = storedBytes;
    }

    /// An f16 of a row.
    ///
    /// @param isUpper whether it is the upper half of the word
    record Half(int quad, int index, boolean isUpper) {
        int of(StoredWords block) {
            int word = block.at(quad + 4 * index);
            return isUpper ? word >>> 16 : word & 0xFFFF;
        }
    }

    /// Some bits of a stored word, in each of its bytes the same.
    ///
    /// @param quad byte of the block at which the 16 bytes begin that are loaded
    /// @param index of the word among them, 0 to 3
    /// @param shift how far it moves to the right; to the left if negative
    /// @param mask what is kept of each byte, once moved
    record Bits(int quad, int index, int shift, int mask) {
        /// Word `place` from byte `from` on.
        static Bits of(int from, int place, int shift, int mask) {
            return new Bits(from + 16 * (place / 4), place % 4, shift, mask);
        }
    }

    /// A word of a panel: all bits together, then a number added to each byte.
    record Word(List<Bits> bits, int added) {
        static Word whole(int quad, int index, int added) {
            return new Word(List.of(new Bits(quad, index, 0, WHOLE)), added);
        }

        /// The same by plain arithmetic.
        int of(StoredWords block) {
            int made = 0;
            for (Bits part : bits) {
                int word = block.at(part.quad() + 4 * part.index());
                int moved = part.shift() < 0 ? word << -part.shift() : word >>> part.shift();
                made |= moved & (part.mask() * 0x01010101);
            }
            int sum = 0;
            for (int i = 0; i < 4; i++) {
                sum |= (((made >>> (8 * i)) + added) & 0xFF) << (8 * i);
            }
            return sum;
        }
    }

    /// What a block of a row holds, by byte: four of them, little-endian.
    @FunctionalInterface
    interface StoredWords {
        int at(int offset);
    }

    /// The f16 of a row, one, two or four.
    abstract List<Half> factors();

    /// Small numbers of a row, a byte each: `4 i` to `4 i + 3` in word `i`.
    List<Word> numbers() {
        return List.of();
    }

    /// Word `place` of a run of words of codes, in the order in which the panel has them.
    abstract Word codes(int group, int place);

    /// Runs of words of codes.
    int groups() {
        return 8;
    }

    /// Words of a run.
    int places() {
        return 8;
    }

    /// The byte of a panel's block where the small numbers begin, or the codes: behind at least two f16 of 16 rows.
    int numbersAt() {
        return Math.max(factors().size(), 2) * Short.BYTES * PanelLayout.ROWS;
    }

    /// The byte of a panel's block where the codes begin.
    int codesAt() {
        return numbersAt() + numbers().size() * WORD;
    }

    public PanelLayout layout() {
        return layout;
    }

    /// Bytes of a row that make a block of a panel.
    public int storedBytes() {
        return storedBytes;
    }

    /// All bytes that masks and additions are made of.
    Set<Integer> constants() {
        List<Word> words = new ArrayList<>(numbers());
        for (int place = 0; place < groups() * places(); place++) {
            words.add(codes(place / places(), place % places()));
        }
        Set<Integer> all = new TreeSet<>();
        for (Word word : words) {
            if (word.added() != 0) {
                all.add(word.added());
            }
            word.bits().stream().map(Bits::mask).filter(mask -> mask != WHOLE).forEach(all::add);
        }
        return all;
    }

    /// The nibbles `shift` bits up in a stored word, and above them those of another.
    ///
    /// @param lower byte from which `lowerPlace` counts words
    private static Word nibbles(int lower, int lowerPlace, int upper, int upperPlace, int shift) {
        return new Word(
                List.of(Bits.of(lower, lowerPlace, shift, 0x0F), Bits.of(upper, upperPlace, shift - 4, 0xF0)), 0);
    }

    /// Eight scales, then eight minima: the first four of each whole in their bytes, the others with their low
    /// nibbles in the last four bytes and their high bits on top of the first eight.
    private static List<Word> sixBits() {
        return List.of(
                new Word(List.of(new Bits(0, 1, 0, SIX)), 0),
                new Word(List.of(new Bits(0, 3, 0, 0x0F), new Bits(0, 1, 2, 0x30)), 0),
                new Word(List.of(new Bits(0, 2, 0, SIX)), 0),
                new Word(List.of(new Bits(0, 3, 4, 0x0F), new Bits(0, 2, 2, 0x30)), 0));
    }
}
