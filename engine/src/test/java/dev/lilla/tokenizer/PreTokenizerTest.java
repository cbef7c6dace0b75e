package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.tokenizer.PreTokenizer.Behavior;
import dev.lilla.tokenizer.PreTokenizer.Matches;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreTokenizerTest {
    private static List<String> split(PreTokenizer preTokenizer, String text) {
        List<String> pieces = new ArrayList<>();
        preTokenizer.split(
                text, 0, text.length(), true, (piece, from, to, first) -> pieces.add(piece.substring(from, to)));
        return pieces;
    }

    /// Expected pieces: the examples in the documentation of Hugging Face tokenizers' SplitDelimiterBehavior.
    @ParameterizedTest
    @CsvSource({
        "REMOVED,              the|final|countdown",
        "ISOLATED,             the|-|final|-|-|countdown",
        "MERGED_WITH_PREVIOUS, the-|final-|-|countdown",
        "MERGED_WITH_NEXT,     the|-final|-|-countdown",
        "CONTIGUOUS,           the|-|final|--|countdown"
    })
    void treatsMatchesAsDocumented(Behavior behavior, String expected) {
        PreTokenizer split = new PreTokenizer.Split(new LiteralScanner("-"), behavior, Matches.OF_PATTERN);
        assertThat(String.join("|", split(split, "the-final--countdown"))).isEqualTo(expected);
    }

    @Test
    void keepsOnlyTheMatchesWhenInverted() {
        PreTokenizer split = new PreTokenizer.Split(ClassScanner.WORDS, Behavior.REMOVED, Matches.BETWEEN);
        assertThat(split(split, " Hi, you \n")).containsExactly("Hi", ",", "you");
    }

    @Test
    void losesNoCharacterUnlessItRemovesMatches() {
        RandomText random = new RandomText(7);
        for (int run = 0; run < 500; run++) {
            String text = random.words(15);
            for (Behavior behavior : Behavior.values()) {
                PreTokenizer split = new PreTokenizer.Split(ClassScanner.PUNCTUATION, behavior, Matches.OF_PATTERN);
                if (behavior != Behavior.REMOVED) {
                    assertThat(String.join("", split(split, text))).isEqualTo(text);
                }
            }
        }
    }

    @Nested
    class Metaspaces {
        @Test
        void putTheSignInFrontAndCutBeforeEach() {
            PreTokenizer metaspace = new PreTokenizer.Metaspace('\u2581', PreTokenizer.Prepend.ALWAYS, true);
            assertThat(split(metaspace, "Hey  you")).containsExactly("\u2581Hey", "\u2581", "\u2581you");
        }

        @Test
        void putNoSignInFrontOfOne() {
            PreTokenizer metaspace = new PreTokenizer.Metaspace('\u2581', PreTokenizer.Prepend.ALWAYS, false);
            assertThat(split(metaspace, " Hey you")).containsExactly("\u2581Hey\u2581you");
        }

        @Test
        void leaveLaterStretchesAsTheyAreIfOnlyTheFirstGetsASign() {
            PreTokenizer metaspace = new PreTokenizer.Metaspace('\u2581', PreTokenizer.Prepend.FIRST, false);
            List<String> pieces = new ArrayList<>();
            metaspace.split("Hey", 0, 3, false, (piece, from, to, first) -> pieces.add(piece.substring(from, to)));
            assertThat(pieces).containsExactly("Hey");
        }
    }

    @Nested
    class ByteLevels {
        @Test
        void writeBytesOnlyBeforeStepsThatFollow() {
            PreTokenizer.Sequence falcon = new PreTokenizer.Sequence(List.of(
                    new PreTokenizer.Split(Gpt2Scanner.WITH_SPACES, Behavior.ISOLATED, Matches.OF_PATTERN),
                    new PreTokenizer.WriteBytes(),
                    new PreTokenizer.Split(ClassScanner.NUMBERS, Behavior.ISOLATED, Matches.OF_PATTERN)));
            // The second byte of U+0432 is 0xB2, which the alphabet writes as a superscript two: a number.
            assertThat(split(falcon, "a \u0432")).containsExactly("a", "\u0120\u00D0", "\u00B2");
        }

        @Test
        void putASpaceInFrontIfAsked() {
            assertThat(split(new PreTokenizer.PrefixSpace(), "a")).containsExactly(" a");
            assertThat(split(new PreTokenizer.PrefixSpace(), " a")).containsExactly(" a");
        }
    }
}
