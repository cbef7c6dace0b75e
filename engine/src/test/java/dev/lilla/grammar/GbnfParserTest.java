package dev.lilla.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GbnfParserTest {
    @Test
    void followsRulesThatCallThemselves() {
        Grammar arithmetic = Grammar.gbnf("""
                # sums of products
                root    ::= sum "\\n"?
                sum     ::= product ([+-] product)*
                product ::= value ("*" value)*     # at least one value
                value   ::= [0-9]+ ("." [0-9]{1,2})? | "(" sum ")"
                """);
        assertThat(arithmetic.matches("1+2*(3.25-4)\n")).isTrue();
        assertThat(arithmetic.matches("((((7))))")).isTrue();
        assertThat(arithmetic.matches("((((7)))")).isFalse();
        assertThat(arithmetic.matches("1.234")).isFalse();
        assertThat(arithmetic.matches("")).isFalse();
    }

    @Test
    void readsRulesOverSeveralLines() {
        Grammar list = Grammar.gbnf("""
                root ::= (
                  # one of these
                  "- " item
                  | "* " item
                )+
                item ::= [^\\n]{1,8} |
                  "none"
                """);
        assertThat(list.matches("- milk* eggs")).isTrue();
        assertThat(list.matches("milk")).isFalse();
    }

    @Test
    void readsEscapesAndAnyCharacter() {
        Grammar grammar = Grammar.gbnf("root ::= \"\\x41\\u00e5\\U0001F600\\\"\\\\\" [\\]\\-a-c\\t] . [^a-z]");
        assertThat(grammar.matches("Aå😀\"\\]€B")).isTrue();
        assertThat(grammar.matches("Aå😀\"\\-\n😀")).isTrue();
        assertThat(grammar.matches("Aå😀\"\\-\nb")).isFalse();
    }

    @Test
    void followsRulesThatMayBeEmpty() {
        Grammar grammar = Grammar.gbnf("""
                root ::= a b a* "x"
                a ::= "a"*
                b ::= a a | "b"
                """);
        assertThat(grammar.matches("x")).isTrue();
        assertThat(grammar.matches("aaabaax")).isTrue();
        assertThat(grammar.matches("bbx")).isFalse();
        assertThat(Grammar.gbnf("root ::= a?\na ::= \"a\"?").matches("")).isTrue();
    }

    @Test
    void endsARuleThatCallsItselfLastWithoutAStack() {
        Grammar grammar = Grammar.gbnf("root ::= [a-z] root | \".\"");
        assertThat(grammar.matches("a".repeat(100_000) + ".")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            root ::= x                      ~ there is no rule "x"
            x ::= "a"                       ~ no rule "root"
            root = "a"                      ~ expected "::="
            root ::= "a                     ~ it ends too early
            root ::= [a                     ~ it ends too early
            root ::= ("a"                   ~ expected ")"
            root ::= "\\q"                  ~ no escape \\q
            root ::= "a"** "b"              ~ repetition of a repetition
            root ::= <think>                ~ tokens as such
            root ::= [z-a]                  ~ ends before it begins
            root ::= "a" )                  ~ end of the line
            root ::= "\\ud800"              ~ no Unicode character
            root ::= root "a" | "a"         ~ begins with itself
            root ::= "a"? root              ~ begins with itself
            root ::= "a" root               ~ no text follows
            ""                              ~ no rule "root"
            """)
    void refusesTheRestAndSaysWhy(String source, String message) {
        assertThatThrownBy(() -> Grammar.gbnf(source.equals("\"\"") ? "" : source))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining(message);
    }

    @Test
    void saysInWhichLineAnErrorLies() {
        assertThatThrownBy(() -> Grammar.gbnf("root ::= a\na ::= b\nb ::= \"x\"{2"))
                .hasMessageContaining("line 3, column 12");
        assertThatThrownBy(() -> Grammar.gbnf("root ::= a\na ::= \"1\" b\n")).hasMessageContaining("line 2, column 11");
        assertThatThrownBy(() -> Grammar.gbnf("root ::= a\na ::= \"1\"\na ::= \"2\"\n"))
                .hasMessageContaining("a second rule \"a\"");
    }
}
