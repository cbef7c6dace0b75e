package dev.lilla.tokenizer;

import java.util.List;

/// Finds added tokens in a text: the leftmost, of those the longest. Reads each character at most as often as the
/// longest token is long ([#CHARACTERS_MAX]).
final class AddedTokenFinder {
    /// Published ones reach 60 characters; runs of spaces 31.
    static final int CHARACTERS_MAX = 1024;

    private final TextTrie all = new TextTrie();
    private final TextTrie ordinary = new TextTrie();
    private final List<AddedToken> tokens;

    /// Takes the stretches of a text in order.
    interface Sink {
        void token(AddedToken token);

        void text(String text, int from, int to);
    }

    /// @param tokens what to find; tokens without content are never found
    /// @param contents the text of each as it is looked for
    AddedTokenFinder(List<AddedToken> tokens, List<String> contents) {
        this.tokens = List.copyOf(tokens);
        for (int i = 0; i < tokens.size(); i++) {
            all.put(contents.get(i), i);
            if (!tokens.get(i).special()) {
                ordinary.put(contents.get(i), i);
            }
        }
    }

    /// Cuts `text[from, to)` at the tokens in it.
    ///
    /// @param special whether special tokens are found too
    void cut(String text, int from, int to, boolean special, Sink sink) {
        TextTrie trie = special ? all : ordinary;
        int done = from;
        int at = trie.isEmpty() ? to : from;
        while (at < to) {
            long match = trie.mayBegin(text.charAt(at)) ? longest(trie, text, at, to) : -1;
            if (match < 0) {
                at++;
                continue;
            }
            AddedToken token = tokens.get((int) match);
            int end = (int) (match >> 32);
            if (token.matching().wholeWord() && !standsAlone(text, at, end)) {
                at = end;
                continue;
            }
            int start = token.matching().stripsLeft() ? spacesBefore(text, Math.max(done, from), at) : at;
            if (token.matching().stripsRight()) {
                end = TextRuns.of(text, end, to, CharacterClass.SPACE);
            }
            if (start > done) {
                sink.text(text, done, start);
            }
            sink.token(token);
            done = end;
            at = end;
        }
        if (done < to) {
            sink.text(text, done, to);
        }
    }

    /// End in the upper half, index of the token in the lower; or -1.
    private static long longest(TextTrie trie, String text, int from, int to) {
        long best = -1;
        int node = trie.root();
        for (int i = from; i < to; i++) {
            node = trie.step(node, text.charAt(i));
            if (node < 0) {
                break;
            }
            if (trie.value(node) >= 0) {
                best = ((long) (i + 1) << 32) | trie.value(node);
            }
        }
        return best;
    }

    private static boolean standsAlone(String text, int start, int end) {
        return (start == 0 || !CharacterClass.isWord(text.codePointBefore(start)))
                && (end == text.length() || !CharacterClass.isWord(text.codePointAt(end)));
    }

    private static int spacesBefore(String text, int least, int at) {
        int start = at;
        while (start > least && CharacterClass.is(text.charAt(start - 1), CharacterClass.SPACE)) {
            start--;
        }
        return start;
    }
}
