package dev.lilla.generate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Puts whole texts together from events.
final class CompletionCollector {
    private final Map<Integer, StringBuilder> texts = new TreeMap<>();
    private final Map<Integer, List<Integer>> tokens = new TreeMap<>();
    private final Map<Integer, Completion> completions = new TreeMap<>();

    /// @throws RuntimeException what a text failed with
    void add(TextEvent event) {
        int choice = event.choice();
        StringBuilder text = texts.computeIfAbsent(choice, _ -> new StringBuilder());
        List<Integer> ids = tokens.computeIfAbsent(choice, _ -> new ArrayList<>());
        switch (event) {
            case TextEvent.PromptRead _ -> {}
            case TextEvent.Token token -> {
                text.append(token.piece());
                ids.add(token.token());
            }
            case TextEvent.End end -> {
                text.append(end.tail());
                int[] written = ids.stream().mapToInt(Integer::intValue).toArray();
                completions.put(choice, new Completion(text.toString(), written, end.reason(), end.usage()));
            }
            case TextEvent.Failure failure -> throw failure.cause();
        }
    }

    /// The texts that have ended, by choice.
    Collection<Completion> completions() {
        return completions.values();
    }
}
