package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer.Form;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TextNormalizerTest {
    @Test
    void composes() {
        assertThat(new TextNormalizer.Unicode(Form.NFC).apply("e\u0301\u1100\u1161"))
                .isEqualTo("\u00E9\uAC00");
        assertThat(new TextNormalizer.Unicode(Form.NFKC).apply("\uFB01\u2460")).isEqualTo("fi1");
    }

    @Test
    void prependsToTextOnly() {
        assertThat(new TextNormalizer.Prepend("\u2581").apply("a")).isEqualTo("\u2581a");
        assertThat(new TextNormalizer.Prepend("\u2581").apply("")).isEmpty();
    }

    @Test
    void replacesTextsAndClasses() {
        assertThat(new TextNormalizer.Replace(new LiteralScanner(" "), "\u2581").apply(" a  b"))
                .isEqualTo("\u2581a\u2581\u2581b");
        assertThat(new TextNormalizer.Replace(ClassScanner.SPACES, " ").apply("a \n\tb"))
                .isEqualTo("a b");
    }

    @Test
    void lowersEachCodePointByItself() {
        assertThat(new TextNormalizer.Lowercase().apply("\u0130\u03A3A\u03A3")).isEqualTo("i\u0307\u03C3a\u03C3");
    }

    @Test
    void stripsTheEndsItIsToldTo() {
        assertThat(new TextNormalizer.Strip(TextNormalizer.Ends.BOTH).apply("\u3000 a b\n"))
                .isEqualTo("a b");
        assertThat(new TextNormalizer.Strip(TextNormalizer.Ends.LEFT).apply(" a "))
                .isEqualTo("a ");
        assertThat(new TextNormalizer.Strip(TextNormalizer.Ends.RIGHT).apply(" a "))
                .isEqualTo(" a");
        assertThat(new TextNormalizer.Strip(TextNormalizer.Ends.NEITHER).apply(" a "))
                .isEqualTo(" a ");
        assertThat(new TextNormalizer.Strip(TextNormalizer.Ends.BOTH).apply(" \n "))
                .isEmpty();
    }

    @Test
    void leavesOneSpaceBetweenWords() {
        assertThat(new TextNormalizer.SingleSpaces().apply("  a   b  ")).isEqualTo("a b");
    }

    @Nested
    class Bert {
        private final TextNormalizer bert = JsonNormalizers.bert(true, true, true, true);

        @Test
        void takesAccentsAndCapitalsAway() {
            assertThat(bert.apply("\u00C5ngstr\u00F6m")).isEqualTo("angstrom");
        }

        @Test
        void dropsControlAndFormatCharacters() {
            assertThat(bert.apply("a\u0000\u200D\uFFFDb\u001B")).isEqualTo("ab");
        }

        @Test
        void setsIdeographsApart() {
            assertThat(bert.apply("a\u4F60b")).isEqualTo("a \u4F60 b");
        }

        @Test
        void keepsAccentsIfTold() {
            assertThat(JsonNormalizers.bert(true, true, false, false).apply("\u00C5"))
                    .isEqualTo("\u00C5");
        }
    }
}
