package dev.lilla.grammar;

import dev.lilla.tokenizer.Detokenizer;
import dev.lilla.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Writes a text by choosing at random among the tokens that a grammar allows.
final class GrammarWalk {
    private final Tokenizer tokenizer;
    private final RandomGenerator random;
    private final List<Integer> ids = new ArrayList<>();

    GrammarWalk(Tokenizer tokenizer, RandomGenerator random) {
        this.tokenizer = tokenizer;
        this.random = random;
    }

    /// @return the text; empty if it did not end within a number of tokens
    Optional<String> write(TokenGrammar grammar, int tokensMax) {
        ids.clear();
        GrammarState state = grammar.begin(Set.of());
        while (!state.isLast() && !(state.isComplete() && random.nextInt(4) == 0)) {
            if (ids.size() == tokensMax) {
                return Optional.empty();
            }
            int id = choose(state.mask());
            state.accept(id);
            ids.add(id);
        }
        Detokenizer detokenizer = tokenizer.detokenizer();
        StringBuilder text = new StringBuilder();
        ids.forEach(id -> text.append(detokenizer.append(id)));
        return Optional.of(text.append(detokenizer.finish()).toString());
    }

    int choose(TokenMask mask) {
        int count = mask.count();
        if (count == 0) {
            throw new AssertionError("no token is allowed after " + ids);
        }
        int id = mask.next(0);
        for (int skip = random.nextInt(count); skip > 0; skip--) {
            id = mask.next(id + 1);
        }
        return id;
    }
}
