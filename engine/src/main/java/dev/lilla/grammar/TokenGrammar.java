package dev.lilla.grammar;

import java.util.Set;

/// A grammar for the tokens of one vocabulary. Safe for use by several threads; what one text finds out about it serves
/// the others, so keep it for requests with the same grammar.
public final class TokenGrammar {
    private final Grammar grammar;
    private final TokenTrie trie;
    private final TokenMasks masks;

    TokenGrammar(Grammar grammar, TokenTrie trie) {
        this.grammar = grammar;
        this.trie = trie;
        this.masks = new TokenMasks(grammar.automaton(), trie);
    }

    /// The state before the first token of a text.
    ///
    /// @param ends ids that end a text; they are allowed where it may end, and nowhere else
    public GrammarState begin(Set<Integer> ends) {
        return new GrammarState(this, ends, true);
    }

    /// The same for a part of a text that begins somewhere within it.
    public GrammarState beginWithin(Set<Integer> ends) {
        return new GrammarState(this, ends, false);
    }

    public Grammar grammar() {
        return grammar;
    }

    TokenTrie trie() {
        return trie;
    }

    Configuration start() {
        return masks.configurations().start();
    }

    synchronized void mask(Configuration at, boolean atStart, TokenMask into) {
        into.copy(atStart ? masks.first() : masks.mask(at));
    }

    synchronized Configuration after(Configuration before, byte[] bytes, int from) {
        masks.configurations().allowWork();
        Configuration at = before;
        for (int i = from; i < bytes.length && !at.isDead(); i++) {
            at = masks.configurations().after(at, bytes[i] & 0xFF);
        }
        return at;
    }
}
