package dev.lilla.cli;

import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.Message;
import dev.lilla.demo.Example;
import dev.lilla.demo.HouseCorpus;
import dev.lilla.demo.Language;
import dev.lilla.demo.Task;
import dev.lilla.generate.LocalChatModel;
import dev.lilla.generate.LocalModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Solved logs of Kvitto before each question: as many as are asked for, or fewer where the context ends sooner.
final class ShownExamples {
    private final HouseCorpus kvitto;
    private final int wanted;
    private final LocalModel model;
    private final LocalChatModel chat;
    private final Map<Kind, List<Example>> logs = new HashMap<>();
    private final Map<Integer, Integer> questionsByShown = new TreeMap<>();

    /// What logs have in common with the question that they are shown before.
    private record Kind(Task task, Language language) {}

    ShownExamples(HouseCorpus kvitto, int wanted, LocalModel model, LocalChatModel chat) {
        this.kvitto = kvitto;
        this.wanted = wanted;
        this.model = model;
        this.chat = chat;
    }

    /// The conversation that ends with a question.
    List<Message> before(Example asked) {
        int room = model.decoder().spec().contextLength() - DemoQuestion.ANSWER_TOKENS_MAX;
        List<Example> shortest = logs.computeIfAbsent(
                new Kind(asked.task(), asked.language()),
                kind -> kvitto.shortest(kind.task(), kind.language(), wanted));
        int shown = shortest.size();
        List<Message> messages = HouseCorpus.after(shortest, asked);
        while (shown > 0 && tokens(messages) > room) {
            shown--;
            messages = HouseCorpus.after(shortest.subList(0, shown), asked);
        }
        questionsByShown.merge(shown, 1, Integer::sum);
        return messages;
    }

    private int tokens(List<Message> messages) {
        return model.encode(chat.render(
                        new ChatRequest(messages, Optional.empty(), OptionalInt.empty(), List.of(), Map.of())))
                .length;
    }

    /// How many examples stood before how many questions: "4 before 20 questions, 5 before 380".
    String tally() {
        return questionsByShown.entrySet().stream()
                .map(entry -> entry.getKey() + " before " + entry.getValue() + " questions")
                .collect(Collectors.joining(", "));
    }
}
