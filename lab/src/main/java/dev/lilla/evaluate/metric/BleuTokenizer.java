package dev.lilla.evaluate.metric;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// How BLEU takes a text apart; the names are those of sacrebleu's signatures.
public enum BleuTokenizer {
    /// At white space alone, for texts that are tokenized already.
    NONE,
    /// As mteval-v13a: ASCII punctuation apart, but not inside numbers.
    T13A(
            new Rule("([\\{-\\~\\[-\\` -\\&\\(-\\+\\:-\\@\\/])", " $1 "),
            new Rule("([^0-9])([\\.,])", "$1 $2 "),
            new Rule("([\\.,])([^0-9])", " $1 $2"),
            new Rule("([0-9])(-)", "$1 $2 ")),
    /// As mteval-v14 with international tokenization: punctuation and symbols of all scripts apart.
    INTL(new Rule("(\\P{N})(\\p{P})", "$1 $2 "), new Rule("(\\p{P})(\\P{N})", " $1 $2"), new Rule("(\\p{S})", " $1 ")),
    /// Every character apart.
    CHAR;

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list of records
    private final List<Rule> rules;

    private record Rule(Pattern pattern, String replacement) {
        Rule(String pattern, String replacement) {
            this(Pattern.compile(pattern), replacement);
        }
    }

    BleuTokenizer(Rule... rules) {
        this.rules = List.of(rules);
    }

    /// The name in a signature: `13a`.
    public String label() {
        return this == T13A ? "13a" : name().toLowerCase(Locale.ROOT);
    }

    List<String> tokens(String text) {
        return switch (this) {
            case NONE -> Texts.words(text);
            case CHAR -> Texts.words(String.join(" ", Texts.characters(text)));
            case T13A -> Texts.words(apply(" " + unescaped(text) + " "));
            case INTL -> Texts.words(apply(text));
        };
    }

    private String apply(String text) {
        String result = text;
        for (Rule rule : rules) {
            result = rule.pattern().matcher(result).replaceAll(rule.replacement());
        }
        return result;
    }

    private static String unescaped(String text) {
        return text.replace("<skipped>", "")
                .replace("-\n", "")
                .replace("\n", " ")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
    }
}
