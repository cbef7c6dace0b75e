package dev.lilla.grammar;

import static dev.lilla.grammar.Expression.choice;
import static dev.lilla.grammar.Expression.optional;
import static dev.lilla.grammar.Expression.sequence;
import static dev.lilla.grammar.Expression.text;

import java.util.LinkedHashMap;
import java.util.Map;

/// The grammar of JSON (RFC 8259), with the white space that models write: none, a space, or a new line with what
/// indents it.
final class JsonSyntax {
    /// Rules that any JSON grammar may call.
    static final String STRING = "string";

    static final String OBJECT = "object";
    static final String VALUE = "value";
    private static final String ARRAY = "array";

    /// Between two things.
    static final Expression SPACE = choice(
            Expression.EMPTY,
            text(" "),
            sequence(
                    new Expression.Repeat(text("\n"), 1, 2), new Expression.Repeat(Expression.ascii("  \t\t"), 0, 20)));

    /// After a colon.
    static final Expression COLON = sequence(text(":"), optional(text(" ")));

    static final Expression COMMA = sequence(text(","), SPACE);
    static final Expression DIGIT = Expression.ascii("09");

    /// At most 18 digits, which every reader holds in 64 bits.
    static final Expression INTEGER = sequence(optional(text("-")), natural());

    /// At most 18 digits on either side of the point, and an exponent that a double holds.
    static final Expression NUMBER = sequence(
            INTEGER,
            optional(sequence(text("."), new Expression.Repeat(DIGIT, 1, 18))),
            optional(sequence(
                    Expression.ascii("eeEE"), optional(Expression.ascii("++--")), new Expression.Repeat(DIGIT, 1, 2))));

    private JsonSyntax() {}

    private static Expression natural() {
        return choice(text("0"), sequence(Expression.ascii("19"), new Expression.Repeat(DIGIT, 0, 17)));
    }

    static RuleSet anyObject() {
        return new RuleSet(OBJECT, rules());
    }

    /// The rules of any value, by name.
    static Map<String, Expression> rules() {
        Expression call = new Expression.Call(VALUE);
        Map<String, Expression> rules = new LinkedHashMap<>();
        rules.put(STRING, string());
        rules.put(
                VALUE,
                choice(
                        new Expression.Call(OBJECT),
                        new Expression.Call(ARRAY),
                        new Expression.Call(STRING),
                        NUMBER,
                        text("true"),
                        text("false"),
                        text("null")));
        rules.put(OBJECT, list("{", sequence(new Expression.Call(STRING), COLON, call), "}"));
        rules.put(ARRAY, list("[", call, "]"));
        return rules;
    }

    private static Expression list(String open, Expression item, String close) {
        Expression more = new Expression.Repeat(sequence(COMMA, item), 0, Expression.UNBOUNDED);
        return sequence(text(open), SPACE, optional(sequence(item, more, SPACE)), text(close));
    }

    /// Any string in any of its spellings, but without half surrogate pairs.
    private static Expression string() {
        Expression hex = Expression.ascii("09afAF");
        Expression notSurrogate = choice(
                sequence(Expression.ascii("09acefACEF"), hex, hex, hex),
                sequence(Expression.ascii("ddDD"), Expression.ascii("07"), hex, hex));
        Expression pair = sequence(
                Expression.ascii("ddDD"),
                Expression.ascii("89abAB"),
                hex,
                hex,
                text("\\u"),
                Expression.ascii("ddDD"),
                Expression.ascii("cfCF"),
                hex,
                hex);
        CodePointSet plain = new CodePointSet().add(0x20, Character.MAX_CODE_POINT);
        plain.removeAll(new CodePointSet().add('"', '"').add('\\', '\\'));
        Expression character = choice(
                CharacterEncoding.utf8(plain),
                sequence(
                        text("\\"),
                        choice(
                                Expression.ascii("\"\"\\\\//bbffnnrrtt"),
                                sequence(text("u"), choice(notSurrogate, pair)))));
        return sequence(text("\""), new Expression.Repeat(character, 0, Expression.UNBOUNDED), text("\""));
    }
}
