package dev.lilla.tokenizer;

import java.util.HashMap;
import java.util.Map;

/// Sorts the pieces of a WordPiece vocabulary into those that begin a word and those that continue one.
final class WordPieceVocabulary {
    private static final String WORD_SIGN = "\u2581";

    private WordPieceVocabulary() {}

    /// Following pieces carry a prefix (`##`), as in vocab.txt and tokenizer.json.
    static WordPiece marked(Vocabulary vocabulary, String prefix, int unknown, int charactersMax) {
        Map<String, Integer> following = new HashMap<>();
        vocabulary.ids().forEach((token, id) -> {
            if (token.startsWith(prefix) && token.length() > prefix.length()) {
                following.put(token.substring(prefix.length()), id);
            }
        });
        return new WordPiece(vocabulary.ids(), following, unknown, charactersMax);
    }

    /// Initial pieces carry `▁`, as in GGUF.
    static WordPiece phantomSpaced(Vocabulary vocabulary, int unknown) {
        Map<String, Integer> initial = new HashMap<>();
        Map<String, Integer> following = new HashMap<>();
        vocabulary.ids().forEach((token, id) -> {
            if (vocabulary.isAdded(id)) {
                return;
            }
            if (token.startsWith(WORD_SIGN)) {
                initial.put(token.substring(1), id);
            } else {
                following.put(token, id);
            }
        });
        return new WordPiece(initial, following, unknown, WordPiece.WORD_CHARACTERS);
    }
}
