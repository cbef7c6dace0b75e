package dev.lilla.grammar;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the allowed tokens for each configuration of a grammar, and keeps what it found.
///
/// What a state alone decides is found once for each class of states by following the whole [TokenTrie]; where a rule
/// ends within a token, the rest is followed with the stack at hand. The idea is that of XGrammar (Dong et al., arXiv
/// 2411.15100). Not safe for use by several threads.
final class TokenMasks {
    /// Kept masks of configurations, of 32 KB each for a vocabulary of 256,000.
    private static final int MASKS_MAX = 128;
    /// Memory for what states alone decide.
    private static final long STATE_BYTES_MAX = 64L << 20;

    private final TokenTrie trie;
    private final Configurations configurations;
    private final int[] stateClasses;
    private final Configuration[] path;
    private final Map<Configuration, TokenMask> masks;
    private final LinkedHashMap<Integer, StateTokens> stateTokens = new LinkedHashMap<>(16, 0.75f, true);
    private long stateBytes;
    private @Nullable TokenMask first;

    TokenMasks(Automaton automaton, TokenTrie trie) {
        this.trie = trie;
        this.configurations = new Configurations(automaton);
        this.stateClasses = StateClasses.of(automaton, trie.longest());
        this.path = new Configuration[trie.longest() + 1];
        this.masks = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Configuration, TokenMask> eldest) {
                return size() > MASKS_MAX;
            }
        };
    }

    Configurations configurations() {
        return configurations;
    }

    /// The tokens that may follow a configuration; not to be changed.
    TokenMask mask(Configuration at) {
        TokenMask known = masks.get(at);
        if (known == null) {
            configurations.allowWork();
            known = new TokenMask(trie.vocab());
            for (int place = 0; place < at.size(); place++) {
                StateTokens tokens = stateTokens(stateClasses[at.state(place)]);
                tokens.addTo(known);
                Frame frame = at.frame(place);
                if (frame != null) {
                    Configuration popped = configurations.popped(frame);
                    for (int exit : tokens.exits()) {
                        walk(exit, popped, known::set, _ -> {});
                    }
                }
            }
            masks.put(at, known);
        }
        return known;
    }

    /// The tokens that may begin a text; not to be changed.
    TokenMask first() {
        if (first == null) {
            Configuration start = configurations.start();
            TokenMask found = new TokenMask(trie.vocab());
            found.copy(mask(start));
            int space = trie.dropsLeadingSpace() ? trie.child(' ') : -1;
            if (space >= 0) {
                for (int i = trie.firstToken(space); i < trie.firstToken(trie.end(space)); i++) {
                    found.clear(trie.token(i));
                }
                configurations.allowWork();
                walk(space, start, found::set, _ -> {});
                clearDoubleSpaces(space, found);
            }
            first = found;
        }
        return first;
    }

    /// Decoders differ in what they leave of several spaces in front.
    private void clearDoubleSpaces(int space, TokenMask mask) {
        for (int node = space + 1; node < trie.end(space); node = trie.end(node)) {
            if (trie.label(node) == ' ') {
                for (int i = trie.firstToken(node); i < trie.firstToken(trie.end(node)); i++) {
                    mask.clear(trie.token(i));
                }
            }
        }
    }

    private StateTokens stateTokens(int state) {
        StateTokens known = stateTokens.get(state);
        if (known == null) {
            IntList accepted = new IntList();
            IntList exits = new IntList();
            walk(0, configurations.only(state), accepted::add, exits::add);
            known = StateTokens.of(accepted, exits, trie.vocab());
            stateTokens.put(state, known);
            stateBytes += known.size();
            while (stateBytes > STATE_BYTES_MAX && stateTokens.size() > 1) {
                stateBytes -= stateTokens.pollFirstEntry().getValue().size();
            }
        }
        return known;
    }

    private interface Sink {
        void take(int number);
    }

    /// Follows all tokens beneath a node.
    ///
    /// @param at the configuration at the node
    /// @param accepted takes tokens at whose end the configuration lives
    /// @param exits takes nodes where the outermost rule may end and tokens go on
    private void walk(int top, Configuration at, Sink accepted, Sink exits) {
        path[trie.depth(top)] = at;
        int end = trie.end(top);
        int node = top + 1;
        while (node < end) {
            int depth = trie.depth(node);
            Configuration next = configurations.after(path[depth - 1], trie.label(node));
            if (next.isDead()) {
                node = trie.end(node);
                continue;
            }
            path[depth] = next;
            for (int i = trie.firstToken(node); i < trie.firstToken(node + 1); i++) {
                accepted.take(trie.token(i));
            }
            if (next.isComplete() && trie.end(node) > node + 1) {
                exits.take(node);
            }
            node = next.isLast() ? trie.end(node) : node + 1;
        }
    }
}
