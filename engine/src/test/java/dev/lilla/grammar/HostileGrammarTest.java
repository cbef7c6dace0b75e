package dev.lilla.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.ByteTokenizer;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// Grammars that ask for too much end in an error that says so, not in memory or time.
class HostileGrammarTest {
    private static void refuses(Supplier<Grammar> grammar, String message) {
        assertThatThrownBy(grammar::get).isInstanceOf(GrammarException.class).hasMessageContaining(message);
    }

    @Test
    void refusesExponentialAlternatives() {
        refuses(() -> Grammar.regex("(a|b)*a(a|b){30}"), "states");
        refuses(() -> Grammar.regex("(.*a){14}.{14}b|(.*b){14}.{14}a"), "the grammar");
    }

    @Test
    void refusesGiantRepetitions() {
        refuses(() -> Grammar.regex("((a{1000}){1000}){1000}"), "states");
        refuses(() -> Grammar.regex("(((){1000}){1000}){1000}"), "states");
        refuses(() -> Grammar.regex("a{1,2000000000}"), "too large");
        refuses(() -> Grammar.jsonSchema("{\"type\":\"string\",\"maxLength\":1000000}"), "states");
        refuses(() -> Grammar.jsonSchema("{\"type\":\"array\",\"items\":{},\"minItems\":2000000000}"), "too large");
        refuses(() -> Grammar.jsonSchema("{\"type\":\"array\",\"items\":{},\"maxItems\":130000}"), "states");
    }

    @Test
    void refusesDeepNesting() {
        refuses(() -> Grammar.regex("(".repeat(100_000)), "nested");
        refuses(() -> Grammar.gbnf("root ::= " + "(".repeat(100_000)), "nested");
        refuses(() -> Grammar.jsonSchema("{\"items\":".repeat(100_000)), "JSON schema");
        refuses(() -> Grammar.jsonSchema("[".repeat(5000)), "JSON schema");
    }

    @Test
    void followsLongChainsOfRules() {
        StringBuilder rules = new StringBuilder("root ::= r0\n");
        for (int i = 0; i < 3000; i++) {
            rules.append('r').append(i).append(" ::= \"a\" r").append(i + 1).append('\n');
        }
        assertThat(Grammar.gbnf(rules.append("r3000 ::= \"b\"\n").toString()).matches("a".repeat(3000) + "b"))
                .isTrue();
    }

    @Test
    void refusesLeftRecursionThroughOtherRules() {
        refuses(
                () -> Grammar.gbnf("root ::= a\na ::= e b \"x\"\nb ::= a | \"y\"\ne ::= \"z\"?\n"),
                "begins with itself");
        refuses(() -> Grammar.jsonSchema("{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]}"), "begins with itself");
    }

    @Test
    void refusesLongSources() {
        refuses(() -> Grammar.regex("a".repeat(2_000_000)), "2000000 characters");
        refuses(() -> Grammar.gbnf("#".repeat(2_000_000)), "2000000 characters");
        refuses(() -> Grammar.jsonSchema(" ".repeat(2_000_000)), "2000000 characters");
    }

    @Test
    void endsTextsThatAGrammarReadsInTooManyWays() {
        Grammar ambiguous = Grammar.gbnf("""
                root ::= s
                s ::= "a" s s "b" | "a" s "b" s | "a" | "a" s "b" | "a" s s s
                """);
        assertThatThrownBy(() -> ambiguous.matches("a".repeat(400)))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("ambiguous");
    }

    @Test
    void endsTextsThatNestTooDeeply() {
        GrammarState state =
                Grammar.jsonObject().over(TokenTrie.of(new ByteTokenizer(256))).begin(Set.of());
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 2000; i++) {
                        "{\"\":".chars().forEach(state::accept);
                    }
                })
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("deep");
    }

    @Test
    void masksStayBoundedOnGrammarsDrawnByChance() {
        TokenTrie trie = TokenTrie.of(new ByteTokenizer(256));
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 200; i++) {
            try {
                TokenGrammar grammar = Grammar.gbnf(randomRules(random)).over(trie);
                new GrammarWalk(new ByteTokenizer(256), random).write(grammar, 60);
            } catch (GrammarException e) {
                assertThat(e).hasMessageMatching("(?s).{20,}");
            }
        }
    }

    private static String randomRules(SplittableRandom random) {
        StringBuilder rules = new StringBuilder("root ::= r0 r1\n");
        String[] parts = {"\"a\"", "\"ab\"", "[a-c]", "r0", "r1", "r2", "(r2 | \"b\")", "\"c\"?", "r1*", "[^a]{0,3}"};
        for (int rule = 0; rule < 3; rule++) {
            rules.append('r').append(rule).append(" ::= \"x\"");
            for (int i = random.nextInt(5); i > 0; i--) {
                rules.append(random.nextInt(3) == 0 ? " | " : " ").append(parts[random.nextInt(parts.length)]);
            }
            rules.append('\n');
        }
        return rules.toString();
    }
}
