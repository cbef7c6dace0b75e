package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// WordPiece, unigram, added tokens and the word cache.
class EncodersTest {
    private static int[] encode(PieceEncoder encoder, String text) {
        IdBuffer out = new IdBuffer();
        encoder.encode(text, 0, text.length(), out);
        return out.toArray();
    }

    @Nested
    class WordPieces {
        private final WordPiece wordPiece =
                new WordPiece(Map.of("un", 1, "u", 2, "\uD83D\uDE80", 5), Map.of("aff", 3, "able", 4), 0, 10);

        /// The example of the BERT paper's code.
        @Test
        void takeTheLongestMatchFromTheLeft() {
            assertThat(encode(wordPiece, "unaffable")).containsExactly(1, 3, 4);
        }

        @Test
        void areUnknownAsAWholeWithoutACover() {
            assertThat(encode(wordPiece, "unaffx")).containsExactly(0);
        }

        @Test
        void areUnknownWhenTooLong() {
            assertThat(encode(wordPiece, "unaffaffaff")).containsExactly(0);
        }

        @Test
        void keepSurrogatePairsWhole() {
            assertThat(encode(wordPiece, "\uD83D\uDE80")).containsExactly(5);
        }
    }

    @Nested
    class Unigrams {
        private final int[] bytes = new int[256];

        private Unigram unigram() {
            java.util.Arrays.fill(bytes, -1);
            return new Unigram(
                    new String[] {"", "a", "b", "ab", "abc", "c"},
                    new double[] {0, -1, -1, -1.5, -4, -1},
                    new CodePointBpe.Fallback(bytes, 0, true));
        }

        @Test
        void takeTheMostProbableSegmentation() {
            // ab + c = -2.5, a + b + c = -3, abc = -4.
            assertThat(encode(unigram(), "abc")).containsExactly(3, 5);
        }

        @Test
        void fuseUnknownCodePoints() {
            assertThat(encode(unigram(), "axyb")).containsExactly(1, 0, 2);
        }

        @Test
        void encodeNothingAsNothing() {
            assertThat(encode(unigram(), "")).isEmpty();
        }
    }

    @Nested
    class AddedTokens {
        private String cut(String text, boolean special, AddedToken... tokens) {
            StringBuilder out = new StringBuilder();
            new AddedTokenFinder(
                            List.of(tokens),
                            List.of(tokens).stream().map(AddedToken::content).toList())
                    .cut(text, 0, text.length(), special, new AddedTokenFinder.Sink() {
                        @Override
                        public void token(AddedToken token) {
                            out.append('<').append(token.id()).append('>');
                        }

                        @Override
                        public void text(String source, int from, int to) {
                            out.append('[').append(source, from, to).append(']');
                        }
                    });
            return out.toString();
        }

        private AddedToken token(int id, String content, boolean special, boolean left, boolean right, boolean word) {
            return new AddedToken(id, content, special, new AddedToken.Matching(false, left, right, word));
        }

        @Test
        void areFoundLongestFirst() {
            assertThat(cut(
                            "xaab",
                            true,
                            token(1, "a", false, false, false, false),
                            token(2, "aa", false, false, false, false)))
                    .isEqualTo("[x]<2>[b]");
        }

        @Test
        void areTextIfSpecialOnesAreNotAsked() {
            AddedToken special = token(1, "<s>", true, false, false, false);
            AddedToken longer = token(2, "<s", false, false, false, false);
            assertThat(cut("a<s>b", true, special, longer)).isEqualTo("[a]<1>[b]");
            assertThat(cut("a<s>b", false, special, longer)).isEqualTo("[a]<2>[>b]");
        }

        @Test
        void swallowSpacesAroundThem() {
            assertThat(cut("a  <m>\n b", true, token(1, "<m>", true, true, true, false)))
                    .isEqualTo("[a]<1>[b]");
        }

        @Test
        void areFoundAsWholeWordsOnly() {
            AddedToken word = token(1, "cat", false, false, false, true);
            assertThat(cut("cat concat cat.", true, word)).isEqualTo("<1>[ concat ]<1>[.]");
        }

        @Test
        void areNeverFoundWithoutContent() {
            assertThat(cut("ab", true, token(1, "", false, false, false, false)))
                    .isEqualTo("[ab]");
        }
    }

    @Nested
    class Caching {
        @Test
        void givesTheIdsOfTheSameWordOnly() {
            WordCache cache = new WordCache();
            cache.put("xhellox", 1, 6, new int[] {4, 5});
            IdBuffer out = new IdBuffer();
            assertThat(cache.copy("hello", 0, 5, out)).isTrue();
            assertThat(out.toArray()).containsExactly(4, 5);
            assertThat(cache.copy("hellp", 0, 5, out)).isFalse();
            assertThat(cache.copy("hello", 0, 4, out)).isFalse();
        }
    }
}
