package dev.lilla.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexParserTest {
    /// The letters of random patterns and texts.
    private static final List<String> LETTERS = List.of("a", "b", "c", "å", "€", "😀", "-", "\n");

    private static final List<String> SETS = List.of(
            "[ab]", "[^a]", "[a-cå]", "[^€-😀]", ".", "\\d", "\\w", "\\W", "\\p{L}", "\\P{Ll}", "\\u00e5", "[\\w-]");

    @Test
    void agreesWithJavaOnRandomPatternsAndTexts() {
        SplittableRandom random = new SplittableRandom(11);
        int matches = 0;
        int refused = 0;
        for (int i = 0; i < 600; i++) {
            String regex = pattern(random, 2);
            Pattern theirs = Pattern.compile(regex, Pattern.UNIX_LINES);
            Grammar ours;
            try {
                ours = Grammar.regex(regex);
            } catch (GrammarException e) {
                // Some that are drawn need too many states.
                assertThat(e).hasMessageContaining("Make");
                refused++;
                continue;
            }
            for (int j = 0; j < 30; j++) {
                String text = text(random);
                // Ends of lines other than \n are in neither the texts nor Java's set under this flag.
                boolean expected = theirs.matcher(text).matches();
                matches += expected ? 1 : 0;
                assertThat(ours.matches(text)).as("/%s/ on \"%s\"", regex, text).isEqualTo(expected);
            }
        }
        assertThat(matches).isGreaterThan(1000);
        assertThat(refused).isLessThan(6);
    }

    private static String pattern(SplittableRandom random, int depth) {
        StringBuilder out = new StringBuilder();
        int parts = 1 + random.nextInt(3);
        for (int i = 0; i < parts; i++) {
            if (i > 0 && random.nextInt(4) == 0) {
                out.append('|');
            }
            out.append(atom(random, depth));
            switch (random.nextInt(8)) {
                case 0 -> out.append('*');
                case 1 -> out.append("+?");
                case 2 -> out.append('?');
                case 3 -> out.append("{1,3}");
                case 4 -> out.append("{2,}");
                default -> {}
            }
        }
        return out.toString();
    }

    private static String atom(SplittableRandom random, int depth) {
        if (depth > 0 && random.nextInt(3) == 0) {
            return (random.nextBoolean() ? "(" : "(?:") + pattern(random, depth - 1) + ")";
        }
        return random.nextBoolean()
                ? SETS.get(random.nextInt(SETS.size()))
                : LETTERS.get(random.nextInt(LETTERS.size()));
    }

    private static String text(SplittableRandom random) {
        StringBuilder out = new StringBuilder();
        int length = random.nextInt(7);
        for (int i = 0; i < length; i++) {
            out.append(LETTERS.get(random.nextInt(LETTERS.size())));
        }
        return out.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            ^ab$           ~ ab   ~ true
            ^a|b$          ~ b    ~ true
            a$|^b          ~ b    ~ true
            (?<name>x)y    ~ xy   ~ true
            \\x41\\u{1F600} ~ A😀  ~ true
            \\ud83d\\ude00  ~ 😀   ~ true
            [\\]\\-^]+      ~ ]-^  ~ true
            [^\\s]          ~ x    ~ true
            \\.\\/\\{       ~ ./{  ~ true
            a{0}b          ~ b    ~ true
            a{0}b          ~ ab   ~ false
            []             ~ x    ~ false
            """)
    void readsTheNotationOfEcma(String regex, String text, boolean expected) {
        if (regex.equals("[]")) {
            assertThatThrownBy(() -> Grammar.regex(regex)).hasMessageContaining("no text");
            return;
        }
        assertThat(Grammar.regex(regex).matches(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a(?=b)",
                "a(?!b)",
                "(?<=a)b",
                "(?i)a",
                "(a)\\1",
                "\\bword",
                "a**",
                "a++",
                "*a",
                "(a",
                "a)",
                "[a",
                "[b-a]",
                "a{2,1}",
                "a{",
                "a{x}",
                "\\p{Greek}",
                "\\q",
                "\\u12",
                "a^b",
                "a$b",
                "(a$)",
                "\\",
                "x{9999999999}",
                "\\ud83d"
            })
    void refusesTheRestAndSaysWhere(String regex) {
        assertThatThrownBy(() -> Grammar.regex(regex))
                .isInstanceOf(GrammarException.class)
                .hasMessageMatching("(?s)regular expression, character \\d+: .+");
    }
}
