package dev.lilla.grammar;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/// How far one text has come in a grammar: which tokens may follow, and whether it may end.
///
/// Not safe for use by several threads; many may share a [TokenGrammar].
public final class GrammarState {
    private final TokenGrammar grammar;
    private final Set<Integer> ends;
    private final TokenMask mask;
    private Configuration at;
    private boolean atStart;

    /// @param atStart whether the next token is the first of a text, whose decoder may drop a space in front
    GrammarState(TokenGrammar grammar, Set<Integer> ends, boolean atStart) {
        this.grammar = grammar;
        this.atStart = atStart;
        this.ends = Set.copyOf(ends);
        this.mask = new TokenMask(grammar.trie().vocab());
        this.at = grammar.start();
    }

    /// The tokens that may come next: those that keep the text within the grammar, and where the text may end those
    /// that end it.
    ///
    /// @throws GrammarException if the grammar is too ambiguous
    public TokenMask mask() {
        grammar.mask(at, atStart, mask);
        for (int end : ends) {
            if (end >= 0 && end < mask.vocab()) {
                if (at.isComplete()) {
                    mask.set(end);
                } else {
                    mask.clear(end);
                }
            }
        }
        return mask;
    }

    /// Takes a token that is part of the text, not one that ends it.
    ///
    /// @throws IllegalArgumentException if it is not allowed
    /// @throws GrammarException if the text is nested too deeply
    public void accept(int id) {
        byte[] bytes = id >= 0 && id < mask.vocab() ? grammar.trie().bytes(id) : new byte[0];
        boolean drops =
                atStart && bytes.length > 0 && bytes[0] == ' ' && grammar.trie().dropsLeadingSpace();
        int from = drops ? 1 : 0;
        Configuration next = grammar.after(at, bytes, from);
        if (from >= bytes.length || next.isDead()) {
            throw new IllegalArgumentException("token " + id + " is not allowed by the grammar here");
        }
        if (next.depth() > GrammarLimits.FRAMES_MAX) {
            throw new GrammarException("the text is nested more than " + GrammarLimits.FRAMES_MAX
                    + " deep. Use a grammar that nests less.");
        }
        at = next;
        atStart = false;
    }

    /// Takes text that was written without the grammar; what no longer follows it leaves everything as it was.
    ///
    /// @return whether the grammar allows it
    public boolean acceptText(String text) {
        Configuration next = grammar.after(at, text.getBytes(StandardCharsets.UTF_8), 0);
        if (next.isDead() || next.depth() > GrammarLimits.FRAMES_MAX) {
            return false;
        }
        at = next;
        return true;
    }

    /// Whether the text may end here.
    public boolean isComplete() {
        return at.isComplete();
    }

    /// Whether nothing may follow: the text has to end here.
    public boolean isLast() {
        return at.isLast();
    }
}
