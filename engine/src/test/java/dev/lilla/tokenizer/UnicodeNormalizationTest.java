package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import org.junit.jupiter.api.Test;

class UnicodeNormalizationTest {
    /// Above, below, attached, iota (240), overlay (1), class 0, decomposing, supplementary.
    private static final int[] MARKS = {
        0x301, 0x316, 0x321, 0x345, 0x334, 0x34F, 0x344, 0x1D165, 0x5B0, 0x94D, 0x93F, 0x20DD, 0xF73, 0x340
    };

    @Test
    void equalsThePlatformWhateverTheOrderOfTheMarks() {
        RandomText random = new RandomText(5);
        for (int run = 0; run < 200; run++) {
            StringBuilder text = new StringBuilder("x");
            for (int i = 0; i < 300; i++) {
                text.appendCodePoint(random.below(100) == 0 ? 'e' : MARKS[random.below(MARKS.length)]);
            }
            for (Form form : Form.values()) {
                assertThat(UnicodeNormalization.apply(text.toString(), form))
                        .isEqualTo(Normalizer.normalize(text, form));
            }
        }
    }

    @Test
    void equalsThePlatformForAnyText() {
        RandomText random = new RandomText(6);
        for (int run = 0; run < 500; run++) {
            String text = random.words(20);
            assertThat(UnicodeNormalization.apply(text, Form.NFC)).isEqualTo(Normalizer.normalize(text, Form.NFC));
        }
    }

    /// The platform alone takes minutes for this.
    @Test
    void composesAMillionMarksAfterOneLetter() {
        int pairs = 500_000;
        String text = "e" + "\u0316\u0301".repeat(pairs);
        String composed = UnicodeNormalization.apply(text, Form.NFC);
        assertThat(composed).hasSize(2 * pairs).startsWith("\u00E9\u0316\u0316").endsWith("\u0301\u0301");
    }
}
