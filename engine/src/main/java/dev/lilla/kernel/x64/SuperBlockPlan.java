package dev.lilla.kernel.x64;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Where the bits of a stored super-block of 256 columns (ggml's K-quants) go in a panel: for each word of four bytes
/// of
/// a row, which bits of which stored words it is made of.
///
/// | stored | small numbers | codes |
/// | --- | --- | --- |
/// | Q3_K | 16 signed scales: nibbles in 8 bytes, pairs of bits in 4 | two bits in 64 bytes, the third in 32 |
/// | Q4_K | 8 scales and 8 minima of six bits in 12 bytes | nibbles in 128 bytes, which stay pairs |
/// | Q5_K | the same | nibbles in 128 bytes, the fifth bit in 32 |
/// | Q6_K | 16 signed scales, bytes | nibbles in 128 bytes, pairs of bits in 64 |
public enum SuperBlockPlan {
    Q3_K(PanelLayout.BYTE_SUPER_16, 110) {
        @Override
        Word numbers(int word) {
            Bits low = new Bits(96 + 4 * (word % 2), 4 * (word / 2), 0x0F);
            Bits high = new Bits(104, 2 * word - 4, 0x30);
            return new Word(List.of(low, high), -32 & 0xFF);
        }

        @Override
        Word codes(int group, int place) {
            Bits low = new Bits(32 + 32 * (group / 4) + 4 * place, 2 * (group % 4), 0x03);
            Bits high = new Bits(4 * place, group - 2, 0x04);
            return new Word(List.of(low, high), 128 - 4);
        }
    },
    Q4_K(PanelLayout.NIBBLE_SUPER, 144) {
        @Override
        Word numbers(int word) {
            return sixBits(word);
        }

        @Override
        Word codes(int group, int place) {
            return new Word(List.of(new Bits(16 + 32 * group + 4 * place, 0, WHOLE)), 0);
        }

        @Override
        int groups() {
            return 4;
        }
    },
    Q5_K(PanelLayout.BYTE_SUPER, 176) {
        @Override
        Word numbers(int word) {
            return sixBits(word);
        }

        @Override
        Word codes(int group, int place) {
            Bits low = new Bits(48 + 32 * (group / 2) + 4 * place, 4 * (group % 2), 0x0F);
            Bits high = new Bits(16 + 4 * place, group - 4, 0x10);
            return new Word(List.of(low, high), 0);
        }
    },
    Q6_K(PanelLayout.BYTE_SUPER_16, 210) {
        @Override
        Word numbers(int word) {
            return new Word(List.of(new Bits(192 + 4 * word, 0, WHOLE)), 0);
        }

        @Override
        Word codes(int group, int place) {
            Bits low = new Bits(64 * (group / 4) + 32 * (group % 2) + 4 * place, 4 * (group % 4 / 2), 0x0F);
            Bits high = new Bits(128 + 32 * (group / 4) + 4 * place, 2 * (group % 4) - 4, 0x30);
            return new Word(List.of(low, high), 128 - 32);
        }
    };

    /// The mask of words that are taken as they are.
    static final int WHOLE = 0xFF;

    /// Words of a group of 32 columns.
    static final int PLACES = 8;

    /// Words of small numbers: 16 for each row, a byte each.
    static final int NUMBER_WORDS = 4;

    /// The byte of a panel's block where the small numbers begin, behind one or two f16 of 16 rows.
    static final int NUMBERS_AT = 64;

    /// The byte where the codes begin.
    static final int CODES_AT = NUMBERS_AT + NUMBER_WORDS * 4 * PanelLayout.ROWS;

    private final PanelLayout layout;
    private final int storedBytes;

    SuperBlockPlan(PanelLayout layout, int storedBytes) {
        this.layout = layout;
        this.storedBytes = storedBytes;
    }

    /// Some bits of a stored word, in each of its bytes the same.
    ///
    /// @param at byte of the block where the word begins
    /// @param shift how far it moves to the right; to the left if negative
    /// @param mask what is kept of each byte, once moved
    record Bits(int at, int shift, int mask) {}

    /// A word of a panel: all bits together, then a number added to each byte.
    record Word(List<Bits> bits, int added) {
        /// The same by plain arithmetic.
        ///
        /// @param block at least the block
        int of(StoredWords block) {
            int made = 0;
            for (Bits part : bits) {
                int word = block.at(part.at());
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

    /// Small numbers `4 word` to `4 word + 3` of a row.
    abstract Word numbers(int word);

    /// The codes of columns `32 group + 4 place` on, or for pairs of nibbles of `64 group + 4 place` and 32 further.
    abstract Word codes(int group, int place);

    /// Groups of words of codes.
    int groups() {
        return 8;
    }

    PanelLayout layout() {
        return layout;
    }

    int storedBytes() {
        return storedBytes;
    }

    /// Whether a block has a factor for its minima beside that of its scales.
    boolean hasTwoFactors() {
        return layout != PanelLayout.BYTE_SUPER_16;
    }

    /// The byte of the word that holds the f16 factors: both, or one in its upper half.
    int factorsAt() {
        return hasTwoFactors() ? 0 : storedBytes - Integer.BYTES;
    }

    /// All bytes that masks and additions are made of.
    Set<Integer> constants() {
        Set<Integer> all = new TreeSet<>();
        for (int word = 0; word < NUMBER_WORDS; word++) {
            collect(numbers(word), all);
        }
        for (int group = 0; group < groups(); group++) {
            collect(codes(group, 0), all);
        }
        return all;
    }

    private static void collect(Word word, Set<Integer> all) {
        if (word.added() != 0) {
            all.add(word.added());
        }
        word.bits().stream().map(Bits::mask).filter(mask -> mask != WHOLE).forEach(all::add);
    }

    /// Eight scales, then eight minima: the first four of each whole in their bytes, the others with their low nibbles
    /// in the last four bytes and their high bits on top of the first eight.
    private static Word sixBits(int word) {
        return switch (word) {
            case 0 -> new Word(List.of(new Bits(4, 0, 0x3F)), 0);
            case 1 -> new Word(List.of(new Bits(12, 0, 0x0F), new Bits(4, 2, 0x30)), 0);
            case 2 -> new Word(List.of(new Bits(8, 0, 0x3F)), 0);
            case 3 -> new Word(List.of(new Bits(12, 4, 0x0F), new Bits(8, 2, 0x30)), 0);
            default -> throw new IllegalArgumentException("word " + word + " of " + NUMBER_WORDS);
        };
    }
}
