package dev.lilla.evaluate.run;

import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatModel;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Message;
import dev.lilla.chat.Usage;
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
/// @param elsewhere where it answers, if that is not here
public record ChatSubject(ChatModel model, String digest, Optional<Elsewhere> elsewhere) implements Subject {
    /// A model here.
    public ChatSubject(ChatModel model, String digest) {
        this(model, digest, Optional.empty());
    }

    @Override
    public String name() {
        return model.name();
    }

    @Override
    public Map<String, String> enginePath() {
        return Map.of("backend", elsewhere.map(place -> "at " + place.host()).orElse("chat model"));
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
            Optional<Outcome> outcome = answer(written, task.decoding(), cancelled);
            if (outcome.isEmpty()) {
                return;
            }
            answers.take(i, outcome.get());
        }
    }

    /// @return empty if the answer was cancelled, so that part of one is not kept for a whole one
    private Optional<Outcome> answer(Example.Written example, Decoding decoding, BooleanSupplier cancelled) {
        List<Message> messages = switch (example.prompt()) {
            case Prompt.Text(String text) -> List.of(Message.user(text));
            case Prompt.Chat(List<Message> turns) -> turns;
        };
        long started = System.nanoTime();
        ChatResponse response = model.chat(
                new ChatRequest(
                        messages,
                        Optional.of(decoding.sampler()
                                .withSeed(
                                        decoding.sampler().seed() + example.id().hashCode())),
                        OptionalInt.of(decoding.maxTokens()),
                        decoding.stop(),
                        Map.of()),
                new Wish(cancelled));
        if (response.finishReason() == FinishReason.CANCELLED) {
            return Optional.empty();
        }
        long total = time(response.usage(), System.nanoTime() - started);
        long first = Math.min(total, response.usage().prompt().toNanos());
        return Optional.of(Outcome.written(
                response.text(),
                new Outcome.Cost(
                        response.usage().promptTokens(),
                        response.usage().cachedTokens(),
                        response.usage().completionTokens(),
                        first,
                        total,
                        true,
                        false)));
    }

    /// The time of the attempt that came through: how long a provider of few requests a minute let others wait is
    /// not what a single user sees.
    private long time(Usage usage, long elapsed) {
        return elsewhere.isPresent() ? usage.prompt().plus(usage.completion()).toNanos() : elapsed;
    }

    /// Ends an answer that nobody wants.
    private record Wish(BooleanSupplier cancelled) implements AnswerListener {
        @Override
        public void text(String piece) {}

        @Override
        public boolean isCancelled() {
            return cancelled.getAsBoolean();
        }
    }

    @Override
    public void close() {}
}
