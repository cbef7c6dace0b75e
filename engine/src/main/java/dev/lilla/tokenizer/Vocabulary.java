package dev.lilla.tokenizer;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// The tokens by id and the ids by token. An id that no token has is an empty text.
final class Vocabulary {
    private final String[] tokens;
    private final Map<String, Integer> ids;
    private final BitSet special = new BitSet();
    private final BitSet added = new BitSet();

    private Vocabulary(String[] tokens) {
        this.tokens = tokens;
        this.ids = HashMap.newHashMap(tokens.length);
    }

    /// @param tokens by id, empty where there is none; the first of equal ones gets the id
    static Vocabulary of(List<String> tokens) {
        Vocabulary vocabulary = new Vocabulary(tokens.toArray(String[]::new));
        for (int id = 0; id < vocabulary.tokens.length; id++) {
            if (!vocabulary.tokens[id].isEmpty()) {
                vocabulary.ids.putIfAbsent(vocabulary.tokens[id], id);
            }
        }
        return vocabulary;
    }

    /// Marks an id as an added token, whose text is literal.
    Vocabulary add(AddedToken token) {
        added.set(token.id());
        special.set(token.id(), token.special());
        return this;
    }

    /// Marks an id as special whose text is not literal (the unknown token of SentencePiece).
    Vocabulary markSpecial(int id) {
        special.set(id);
        return this;
    }

    int size() {
        return tokens.length;
    }

    String token(int id) {
        if (id < 0 || id >= tokens.length) {
            throw new IllegalArgumentException("token id " + id + " is out of range, expected 0 to "
                    + (tokens.length - 1) + ". Check that the ids are of this model.");
        }
        return tokens[id];
    }

    OptionalInt id(String token) {
        Integer id = ids.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    boolean isAdded(int id) {
        return added.get(id);
    }

    boolean isSpecial(int id) {
        return special.get(id);
    }

    Map<String, Integer> ids() {
        return ids;
    }
}
