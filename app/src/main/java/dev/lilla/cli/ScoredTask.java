package dev.lilla.cli;

import dev.lilla.evaluate.run.Evaluation;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.LocalSubject;
import dev.lilla.evaluate.run.RunStore;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/// A task that variants of a model answer one after the other. What was answered is kept, also if it is interrupted.
record ScoredTask(Console console, Evaluation evaluation, RunStore store, int parallel) implements AutoCloseable {
    /// Lets a model answer what it has not answered before.
    ///
    /// @param model that stays open
    /// @param options it was opened with
    /// @throws IllegalArgumentException if the examples break the task, or the model cannot do it
    /// @throws CancellationException if it was interrupted
    Result score(String name, LocalModel model, LocalModelOptions options, BooleanSupplier interruption)
            throws InterruptedException {
        ProgressLine progress = new ProgressLine(console);
        try {
            return evaluation
                    .run(
                            // Closing it would close the model, which is its owner's to do.
                            new LocalSubject(name, model, options, List.of(), parallel),
                            store,
                            (_, done, total) -> progress.started(name + ": " + done + " of " + total + " examples", 0),
                            interruption)
                    .orElseThrow(CancellationException::new);
        } finally {
            progress.finished();
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
