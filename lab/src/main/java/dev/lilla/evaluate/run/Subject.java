package dev.lilla.evaluate.run;

import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Outcome;
import dev.lilla.evaluate.task.Task;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// A model under evaluation.
public interface Subject extends AutoCloseable {
    /// The name in tables.
    String name();

    /// Tells this model from others: equal weights, equal digest.
    String digest();

    /// How its answers come about: kernels, cache type and the like. Part of the protocol.
    Map<String, String> enginePath();

    /// Whether prompts are chats unless a task says otherwise.
    boolean hasChat();

    /// Bytes of its files; 0 for a model elsewhere.
    long diskBytes();

    /// Where it answers, if that is not here.
    default Optional<Elsewhere> elsewhere() {
        return Optional.empty();
    }

    /// Asks for answers, and gives each out as soon as it is there, in any order.
    ///
    /// @param cancelled asked between answers; those not begun are left out
    /// @throws IllegalArgumentException if this model cannot do such a task
    void answer(Task task, List<Example> examples, Answers answers, BooleanSupplier cancelled)
            throws InterruptedException;

    /// Takes answers, by the index of their example.
    interface Answers {
        void take(int index, Outcome outcome);
    }

    @Override
    void close();
}
