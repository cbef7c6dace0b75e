package dev.lilla.kernel.x64;

import java.util.List;

/// How the codes of a block lie in a panel, behind its scales: in as many bits as the stored
/// type has, in words of a [PanelLayout]. A group is 32 columns: word `w` of it holds columns `4 w` to `4 w + 3`
/// of all rows.
///
/// Nibbles lie in pairs of groups: eight words, the lower nibbles of the first group, the upper ones of the
/// second. What is above a nibble follows: two words with a bit, or four with two bits, as many neighboring words
/// in each as fit, those of the first group below those of the second. Two bits lie in fours of groups: eight
/// words, the first group lowest. So a panel is read front to back, as prefetching wants it.
public enum PanelCodes {
    TWO_BITS(2),
    NIBBLES(4),
    /// Nibbles that stand for [#levels()].
    LEVELS(4),
    FIVE_BITS(5),
    SIX_BITS(6);

    /// Words of a group with a byte for each column.
    private static final int WORDS = 8;

    private static final int WORD = 64;

    private static final int NIBBLE = 4;

    /// ggml `kvalues_iq4nl`.
    private static final List<Integer> LEVEL_VALUES =
            List.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

    private final int bits;

    PanelCodes(int bits) {
        this.bits = bits;
    }

    /// Bits of codes that lie side by side in each byte of a word.
    ///
    /// @param word of the block's codes
    /// @param at the lowest of them in the byte
    /// @param width how many
    /// @param to the bit of the code that the lowest is
    public record Part(int word, int at, int width, int to) {
        /// Bytes from the first code on.
        public int offset() {
            return word * WORD;
        }

        /// Its bits in the code.
        int mask() {
            return ((1 << width) - 1) << to;
        }

        /// Its bits of a code as they lie in the byte.
        public int place(int code) {
            return (code & mask()) >> to << at;
        }

        /// Its bits of the code in a byte.
        int take(int stored) {
            return stored >> at << to & mask();
        }
    }

    /// What the codes of word `word` of a group are put together from.
    List<Part> parts(int group, int word) {
        if (this == TWO_BITS) {
            return List.of(new Part(group / 4 * WORDS + word, group % 4 * bits, bits, 0));
        }
        int above = bits - NIBBLE;
        int pair = group / 2 * WORDS * bits / NIBBLE;
        int second = group % 2;
        Part nibble = new Part(pair + word, second * NIBBLE, NIBBLE, 0);
        if (above == 0) {
            return List.of(nibble);
        }
        int together = NIBBLE / above;
        int at = (word % together * 2 + second) * above;
        return List.of(nibble, new Part(pair + WORDS + word / together, at, above, NIBBLE));
    }

    /// The same for column `column` of a block.
    public List<Part> partsOf(int column) {
        return parts(column / RowEncoding.BLOCK_COLUMNS, column % RowEncoding.BLOCK_COLUMNS / 4);
    }

    /// The bits of a code up to a nibble, in each byte of four.
    int lower() {
        return ((1 << Math.min(bits, NIBBLE)) - 1) * 0x01010101;
    }

    /// The bits of a code above a nibble, in each byte of four; of five and six bits.
    int upper() {
        return ((1 << bits) - 1 & 0xF0) * 0x01010101;
    }

    boolean hasUpper() {
        return bits > NIBBLE;
    }

    /// What the nibbles 0 to 15 of [#LEVELS] stand for, ascending.
    public static List<Integer> levels() {
        return LEVEL_VALUES;
    }

    /// Bytes of `columns` columns of 16 rows, a multiple of what lies together.
    int bytes(int columns) {
        return columns * PanelLayout.ROWS * bits / Byte.SIZE;
    }
}
