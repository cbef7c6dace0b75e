package dev.lilla.evaluate.run;

import dev.lilla.chat.ChatModel;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.Message;
import dev.lilla.evaluate.task.Decoding;
import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Outcome;
import dev.lilla.evaluate.task.Prompt;
import dev.lilla.evaluate.task.Task;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/// Any [ChatModel], such as one elsewhere: it writes, and does not say how likely it finds a text.
///
/// @param digest tells it from others: its address and name
public record ChatSubject(ChatModel model, String digest) implements Subject {
    @Override
    public String name() {
        return model.name();
    }

    @Override
    public Map<String, String> enginePath() {
        return Map.of("backend", "chat model");
    }

    @Override
    public boolean hasChat() {
        return true;
    }

    @Override
    public long diskBytes() {
        return 0;
    }

    @Override
    public void answer(Task task, List<Example> examples, Answers answers, BooleanSupplier cancelled) {
        for (int i = 0; i < examples.size() && !cancelled.getAsBoolean(); i++) {
            if (!(examples.get(i) instanceof Example.Written written)) {
                throw new IllegalArgumentException(
                        name() + " only writes; the task '" + task.name() + "' weighs texts. Use a local model.");
            }
            answers.take(i, answer(written, task.decoding()));
        }
    }

    private Outcome answer(Example.Written example, Decoding decoding) {
        List<Message> messages = switch (example.prompt()) {
            case Prompt.Text(String text) -> List.of(Message.user(text));
            case Prompt.Chat(List<Message> turns) -> turns;
        };
        long started = System.nanoTime();
        ChatResponse response = model.chat(new ChatRequest(
                messages,
                Optional.of(decoding.sampler()
                        .withSeed(decoding.sampler().seed() + example.id().hashCode())),
                OptionalInt.of(decoding.maxTokens()),
                decoding.stop(),
                Map.of()));
        long total = System.nanoTime() - started;
        long first = Math.min(total, response.usage().prompt().toNanos());
        return Outcome.written(
                response.text(),
                new Outcome.Cost(
                        response.usage().promptTokens(),
                        response.usage().cachedTokens(),
                        response.usage().completionTokens(),
                        first,
                        total,
                        true,
                        false));
    }

    @Override
    public void close() {}
}
