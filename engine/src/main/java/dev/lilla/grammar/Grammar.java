package dev.lilla.grammar;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The set of texts that a model may write. Immutable and safe for use by several threads.
///
/// All kinds become one: rules over bytes, followed by a pushdown automaton. Errors are [GrammarException]s that say
/// where in the source they lie.
public final class Grammar {
    private static final String WITHIN = "within a text";

    private final String description;
    private final Automaton automaton;

    private Grammar(String description, RuleSet rules) {
        this.description = description;
        this.automaton = AutomatonCompiler.compile(rules);
    }

    /// JSON values that a schema allows.
    ///
    /// @param schema JSON; docs/guide/structured-output.md lists the keywords that are supported, and any other is
    ///     refused
    public static Grammar jsonSchema(String schema) {
        return new Grammar("JSON schema", SchemaGrammar.rules(schema));
    }

    /// The same for JSON that stands within a text: white space may go before it.
    ///
    /// @param schema as above
    public static Grammar jsonSchemaWithin(String schema) {
        RuleSet json = SchemaGrammar.rules(schema);
        Map<String, Expression> rules = new HashMap<>(json.rules());
        rules.put(WITHIN, Expression.sequence(JsonSyntax.SPACE, new Expression.Call(json.root())));
        return new Grammar("JSON schema within a text", new RuleSet(WITHIN, rules));
    }

    /// A call of one of several functions, with its arguments between tags; white space may go before it.
    ///
    /// @param functions each with the schema of its arguments, an object
    public static Grammar taggedCall(List<FunctionSchema> functions, CallTags tags) {
        return new Grammar("call between tags", TaggedCall.rules(functions, tags));
    }

    /// Any JSON object.
    public static Grammar jsonObject() {
        return new Grammar("JSON object", JsonSyntax.anyObject());
    }

    /// Texts that a regular expression matches as a whole.
    public static Grammar regex(String pattern) {
        return new Grammar("regular expression", RegexParser.rules(pattern));
    }

    /// Texts that follow the rule `root` of a grammar in llama.cpp's notation.
    public static Grammar gbnf(String source) {
        return new Grammar("GBNF grammar", GbnfParser.rules(source));
    }

    /// Prepares it for a vocabulary.
    public TokenGrammar over(TokenTrie vocabulary) {
        return new TokenGrammar(this, vocabulary);
    }

    /// Whether a text follows it.
    public boolean matches(String text) {
        Configurations configurations = new Configurations(automaton);
        Configuration at = configurations.start();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            configurations.allowWork();
            at = configurations.after(at, b & 0xFF);
        }
        return at.isComplete();
    }

    Automaton automaton() {
        return automaton;
    }

    @Override
    public String toString() {
        return description + " of " + automaton.states() + " states";
    }
}
