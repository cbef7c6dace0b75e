package dev.lilla.generate;

import dev.lilla.grammar.GrammarState;
import dev.lilla.grammar.TokenMask;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Watches a text for markers, and holds the parts they begin to their grammars. Owned by one sequence; not safe for
/// use by several threads.
final class TriggeredGrammar {
    private final List<GrammarTrigger> triggers;
    private final Set<Integer> ends;
    private final int longest;
    /// The end of the text that no marker was found in, all of it as long as one may begin it.
    private final StringBuilder tail = new StringBuilder();
    private boolean mayBeAtStart = true;
    private @Nullable GrammarState active;

    /// @param ends ids that end a text: no part ends before its grammar does
    TriggeredGrammar(List<GrammarTrigger> triggers, Set<Integer> ends) {
        this.triggers = List.copyOf(triggers);
        this.ends = Set.copyOf(ends);
        this.longest = triggers.stream().mapToInt(GrammarTrigger::reach).max().orElse(0);
    }

    /// The tokens that may come next; null for any.
    @Nullable
    TokenMask mask() {
        TokenMask mask = active == null ? null : active.mask();
        if (mask != null && mask.isEmpty()) {
            active = null;
            return null;
        }
        return mask;
    }

    /// Takes a token that is part of the text.
    ///
    /// @param text what the token adds, as the decoder writes it
    void accept(int token, String text) {
        if (active != null) {
            active.accept(token);
            if (active.isLast()) {
                active = null;
            }
            return;
        }
        tail.append(text);
        triggers.forEach(this::find);
        if (active != null) {
            tail.setLength(0);
            mayBeAtStart = false;
            return;
        }
        String begun = tail.toString().stripLeading();
        mayBeAtStart = mayBeAtStart
                && triggers.stream()
                        .anyMatch(trigger -> trigger.place() == GrammarTrigger.Place.AT_START
                                && trigger.marker().startsWith(begun));
        if (!mayBeAtStart && tail.length() >= longest) {
            tail.delete(0, tail.length() - longest + 1);
        }
    }

    private void find(GrammarTrigger trigger) {
        if (active != null) {
            return;
        }
        switch (trigger.place()) {
            case AFTER -> {
                int end = trigger.end(tail);
                if (end >= 0) {
                    begin(trigger, tail.substring(end));
                }
            }
            case AT_START -> {
                String text = tail.toString().stripLeading();
                if (mayBeAtStart && text.startsWith(trigger.marker())) {
                    begin(trigger, text);
                }
            }
        }
    }

    private void begin(GrammarTrigger trigger, String written) {
        GrammarState state = trigger.grammar().beginWithin(ends);
        active = state.acceptText(written) && !state.isLast() ? state : null;
    }
}
