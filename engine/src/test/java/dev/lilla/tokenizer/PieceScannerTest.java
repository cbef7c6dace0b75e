package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The scanners against `java.util.regex`, given the regular expressions that the models publish.
class PieceScannerTest {
    private static final String S = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String SMALL =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*" + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+";
    private static final String CAPITAL =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+" + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*";

    static Stream<String> regexes() {
        return Stream.of(
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)",
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                S
                        + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                S + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+"
                        + "|\\s+(?!\\S)|\\s+",
                SMALL + "|" + CAPITAL + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                SMALL + S + "?|" + CAPITAL + S + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+"
                        + "|\\s+(?!\\S)|\\s+",
                "[\\p{P}\\$\\+<=>\\^~\\|`]+",
                "[0-9][0-9][0-9]",
                "\\p{N}",
                "\\p{N}+",
                "\\p{N}{1,3}",
                "\\s",
                "\\s+",
                "\\w+|[^\\w\\s]+");
    }

    @ParameterizedTest
    @MethodSource("regexes")
    void matchesWhatTheRegularExpressionMatches(String regex) {
        PieceScanner scanner = KnownPatterns.find(regex).orElseThrow();
        Pattern pattern = Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
        RandomText random = new RandomText(42);
        for (int i = 0; i < 3000; i++) {
            String text = random.words(1 + i % 12);
            assertThat(matches(scanner, text)).as("\"%s\"", text).isEqualTo(matches(pattern, text));
        }
    }

    private static List<String> matches(PieceScanner scanner, String text) {
        List<String> found = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int end = scanner.match(text, at, text.length());
            if (end == PieceScanner.NO_MATCH) {
                at += Character.charCount(text.codePointAt(at));
            } else {
                found.add(at + ":" + text.substring(at, end));
                at = end;
            }
        }
        return found;
    }

    private static List<String> matches(Pattern pattern, String text) {
        List<String> found = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.start() + ":" + matcher.group());
        }
        return found;
    }

    @Nested
    class Recognition {
        @Test
        void mapsSpellingsOfOneExpressionToOneScanner() {
            String spelled = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+"
                    + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
            assertThat(KnownPatterns.find(spelled)).contains(new Cl100kScanner(1));
        }

        @Test
        void knowsNoOtherExpression() {
            assertThat(KnownPatterns.find("(a+)+$")).isEmpty();
        }
    }

    @Nested
    class Literals {
        @Test
        void matchOnlyWithinTheirBounds() {
            assertThat(new LiteralScanner("ab").match("xab", 1, 3)).isEqualTo(3);
            assertThat(new LiteralScanner("ab").match("xab", 1, 2)).isEqualTo(PieceScanner.NO_MATCH);
        }
    }
}
