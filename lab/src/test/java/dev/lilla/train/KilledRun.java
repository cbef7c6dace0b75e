package dev.lilla.train;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A run in a program of its own, which a test kills: saves after every step and goes on from what it finds.
public final class KilledRun {
    static final int STEPS = 30;

    private KilledRun() {}

    /// @param arguments the folder of the run
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        try (TinyRun run =
                TinyRun.lora(Set.of("q_proj", "v_proj", "down_proj"), 4, 2, 0.1f, OptimizerOptions.standard())) {
            train(run, folder);
        }
    }

    /// Trains to the end.
    static void train(TinyRun run, Path folder) {
        TrainingSets sets = new TrainingSets(TinyRun.examples(14, 1), Optional.of(TinyRun.examples(5, 2)));
        TrainingOptions options =
                TinyRun.options(STEPS, new TrainingOptions.Validation(4, 0), new TrainingOptions.Saving(1, 2));
        Trainer trainer = run.trainer(sets, options, folder.resolve("checkpoints"), Map.of("data", "random"));
        trainer.resume();
        try (TrainingLog log = TrainingLog.open(folder.resolve("log.jsonl"), trainer.step())) {
            trainer.run(log, () -> false);
        }
    }
}
