package dev.lilla.generate;

import dev.lilla.chat.ResponseFormat;
import dev.lilla.grammar.CallTags;
import dev.lilla.grammar.FunctionSchema;
import dev.lilla.grammar.Grammar;
import dev.lilla.grammar.TokenGrammar;
import dev.lilla.grammar.TokenTrie;
import dev.lilla.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The grammars that were asked for last, ready for one vocabulary. What a text finds out about a
/// grammar serves the next one that is asked for the same. Safe for use by several threads.
public final class GrammarCache {
    /// Each may take up to about 100 MB for a vocabulary of 256,000, but most take a few.
    private static final int KEPT_MAX = 16;

    private final Tokenizer tokenizer;
    private final Map<Key, TokenGrammar> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, TokenGrammar> eldest) {
            return size() > KEPT_MAX;
        }
    };
    private @Nullable TokenTrie trie;

    public GrammarCache(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /// What a grammar is of.
    private sealed interface Key {
        record Whole(ResponseFormat format) implements Key {}

        /// @param schema of JSON that is a part of a text
        record Within(String schema) implements Key {}

        record Call(List<FunctionSchema> functions, CallTags tags) implements Key {}
    }

    /// The grammar of a format; empty for any text.
    ///
    /// @throws dev.lilla.grammar.GrammarException if the format is wrong or not supported
    public Optional<TokenGrammar> get(ResponseFormat format) {
        return get(new Key.Whole(format), () -> grammar(format));
    }

    /// The grammar of JSON that stands within a text.
    ///
    /// @throws dev.lilla.grammar.GrammarException if the schema is wrong or not supported
    public TokenGrammar within(String schema) {
        return get(new Key.Within(schema), () -> Optional.of(Grammar.jsonSchemaWithin(schema)))
                .orElseThrow();
    }

    /// The grammar of a call within a text, with its arguments between tags.
    ///
    /// @throws dev.lilla.grammar.GrammarException if the schema of a function is wrong or not supported
    public TokenGrammar taggedCall(List<FunctionSchema> functions, CallTags tags) {
        return get(new Key.Call(List.copyOf(functions), tags), () -> Optional.of(Grammar.taggedCall(functions, tags)))
                .orElseThrow();
    }

    private Optional<TokenGrammar> get(Key key, Supplier<Optional<Grammar>> compiler) {
        synchronized (kept) {
            TokenGrammar known = kept.get(key);
            if (known != null) {
                return Optional.of(known);
            }
        }
        // Outside the lock: a stranger's grammar may take a second.
        Optional<Grammar> grammar = compiler.get();
        if (grammar.isEmpty()) {
            return Optional.empty();
        }
        TokenGrammar made = grammar.get().over(vocabulary());
        synchronized (kept) {
            kept.put(key, made);
        }
        return Optional.of(made);
    }

    private static Optional<Grammar> grammar(ResponseFormat format) {
        return switch (format) {
            case ResponseFormat.Text() -> Optional.empty();
            case ResponseFormat.JsonObject() -> Optional.of(Grammar.jsonObject());
            case ResponseFormat.JsonSchema(String schema) -> Optional.of(Grammar.jsonSchema(schema));
            case ResponseFormat.Regex(String pattern) -> Optional.of(Grammar.regex(pattern));
            case ResponseFormat.Gbnf(String source) -> Optional.of(Grammar.gbnf(source));
        };
    }

    private synchronized TokenTrie vocabulary() {
        if (trie == null) {
            trie = TokenTrie.of(tokenizer);
        }
        return trie;
    }
}
