package dev.lilla.grammar;

import dev.lilla.tokenizer.Detokenizer;
import dev.lilla.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/// The bytes of every token that may stand in a text, as a tree in preorder: nodes with a common beginning lie side by
/// side, and a whole branch is left out by going on at its end.
///
/// Special tokens are not in it, nor are tokens whose text the decoder does not write as their bytes.
/// Immutable and safe for use by several threads.
public final class TokenTrie {
    /// The longest token that is used under a grammar; longer ones are runs of spaces and the like.
    static final int TOKEN_BYTES_MAX = 64;

    private final int vocab;
    private final byte[][] bytes;
    private final boolean dropsLeadingSpace;
    private final byte[] label;
    private final byte[] depth;
    private final int[] end;
    /// Tokens that end at node `n`: `tokens[firstToken[n], firstToken[n + 1])`.
    private final int[] firstToken;

    private final int[] tokens;
    private final int longest;

    private TokenTrie(byte[][] bytes, boolean dropsLeadingSpace) {
        this.vocab = bytes.length;
        this.bytes = bytes;
        this.dropsLeadingSpace = dropsLeadingSpace;
        Integer[] ids = new Integer[bytes.length];
        Arrays.setAll(ids, id -> id);
        Integer[] sorted = Arrays.stream(ids)
                .filter(id -> bytes[id].length > 0)
                .sorted(Comparator.comparing((Integer id) -> bytes[id], Arrays::compareUnsigned))
                .toArray(Integer[]::new);
        int nodes = 1;
        byte[] before = {};
        int longestToken = 0;
        for (Integer id : sorted) {
            nodes += bytes[id].length - common(before, bytes[id]);
            before = bytes[id];
            longestToken = Math.max(longestToken, before.length);
        }
        longest = longestToken;
        label = new byte[nodes];
        depth = new byte[nodes];
        end = new int[nodes];
        firstToken = new int[nodes + 1];
        tokens = new int[sorted.length];
        fill(sorted);
    }

    private void fill(Integer[] sorted) {
        int[] path = new int[longest + 1];
        byte[] before = {};
        int node = 0;
        for (int i = 0; i < sorted.length; i++) {
            byte[] token = bytes[sorted[i]];
            int shared = common(before, token);
            for (int open = before.length; open > shared; open--) {
                end[path[open]] = node + 1;
            }
            for (int at = shared; at < token.length; at++) {
                node++;
                firstToken[node] = i;
                label[node] = token[at];
                depth[node] = (byte) (at + 1);
                path[at + 1] = node;
            }
            tokens[i] = sorted[i];
            before = token;
        }
        for (int open = before.length; open >= 0; open--) {
            end[path[open]] = node + 1;
        }
        firstToken[node + 1] = sorted.length;
    }

    private static int common(byte[] before, byte[] token) {
        int mismatch = Arrays.mismatch(before, token);
        return mismatch < 0 ? token.length : mismatch;
    }

    /// The tokens of a vocabulary. Takes a fraction of a second for 256,000; make it once for a model.
    public static TokenTrie of(Tokenizer tokenizer) {
        return new TokenTrie(new WrittenBytes(tokenizer).read(), dropsLeadingSpace(tokenizer));
    }

    /// Whether the decoder drops the space before the first word, as SentencePiece does.
    private static boolean dropsLeadingSpace(Tokenizer tokenizer) {
        for (int id = 0; id < tokenizer.size(); id++) {
            byte[] token = tokenizer.isSpecial(id) ? new byte[0] : tokenizer.bytes(id);
            if (token.length > 1 && token[0] == ' ' && token[1] > ' ') {
                Detokenizer fresh = tokenizer.detokenizer();
                return !(fresh.append(id) + fresh.finish()).startsWith(" ");
            }
        }
        return false;
    }

    /// Ids are from 0 to this, exclusive.
    int vocab() {
        return vocab;
    }

    /// The bytes that a token adds to a text; none for a token that cannot stand in it. Not to be changed.
    byte[] bytes(int id) {
        return bytes[id];
    }

    boolean dropsLeadingSpace() {
        return dropsLeadingSpace;
    }

    /// The longest token in bytes.
    int longest() {
        return longest;
    }

    int nodes() {
        return label.length;
    }

    /// The byte that leads to a node, from 0 to 255.
    int label(int node) {
        return label[node] & 0xFF;
    }

    /// Bytes from the root to a node.
    int depth(int node) {
        return depth[node];
    }

    /// The first node after those beneath a node.
    int end(int node) {
        return end[node];
    }

    /// Where the tokens that end at a node begin, among [#token]; those of the next node begin where they end.
    int firstToken(int node) {
        return firstToken[node];
    }

    int token(int index) {
        return tokens[index];
    }

    /// The child of the root for a byte, or -1.
    int child(int unsignedByte) {
        for (int node = 1; node < label.length; node = end[node]) {
            if (label(node) == unsignedByte) {
                return node;
            }
        }
        return -1;
    }

    @Override
    public String toString() {
        return "TokenTrie[" + tokens.length + " of " + vocab + " tokens, " + label.length + " nodes]";
    }

    /// Reads what each token writes, and leaves out those that write something else than their bytes.
    private static final class WrittenBytes {
        private static final byte[] NONE = {};
        private static final int UNKNOWN = -1;

        private final Tokenizer tokenizer;
        private final byte[][] bytes;
        private Detokenizer detokenizer;
        private final StringBuilder expected = new StringBuilder();
        private final IntList pending = new IntList();
        private int anchor = UNKNOWN;

        WrittenBytes(Tokenizer tokenizer) {
            this.tokenizer = tokenizer;
            this.bytes = new byte[tokenizer.size()][];
            this.detokenizer = tokenizer.detokenizer();
        }

        byte[][] read() {
            for (int id = 0; id < bytes.length; id++) {
                byte[] token = tokenizer.isSpecial(id) ? NONE : tokenizer.bytes(id);
                bytes[id] = token.length > TOKEN_BYTES_MAX ? NONE : token;
            }
            restart();
            for (int id = 0; id < bytes.length; id++) {
                String text = new String(bytes[id], StandardCharsets.UTF_8);
                // Parts of code points are written when the rest is there.
                if (bytes[id].length > 0 && text.indexOf('\uFFFD') < 0) {
                    append(id, text);
                }
            }
            judge(detokenizer.finish());
            return bytes;
        }

        /// Begins a text with a word, so that nothing is dropped for standing first.
        private void restart() {
            detokenizer = tokenizer.detokenizer();
            expected.setLength(0);
            pending.clear();
            if (anchor == UNKNOWN) {
                anchor = findAnchor();
            }
            if (anchor != UNKNOWN) {
                detokenizer.append(anchor);
            }
        }

        private int findAnchor() {
            for (int id = 0; id < bytes.length; id++) {
                boolean isCharacter = bytes[id].length == 1 && bytes[id][0] > ' ';
                if (isCharacter && !tokenizer.detokenizer().append(id).isEmpty()) {
                    return id;
                }
            }
            return UNKNOWN;
        }

        private void append(int id, String text) {
            expected.append(text);
            pending.add(id);
            String written = detokenizer.append(id);
            if (!written.isEmpty()) {
                judge(written);
            }
        }

        private void judge(String written) {
            if (!written.contentEquals(expected)) {
                for (int i = 0; i < pending.size(); i++) {
                    bytes[pending.get(i)] = NONE;
                }
                restart();
            }
            expected.setLength(0);
            pending.clear();
        }
    }
}
