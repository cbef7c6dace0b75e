package dev.lilla.search;

import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.Precision;
import dev.lilla.model.AdapterScaling;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.train.Averaging;
import dev.lilla.train.BatchOptions;
import dev.lilla.train.Columns;
import dev.lilla.train.EncodingOptions;
import dev.lilla.train.LoraOptions;
import dev.lilla.train.OptimizerOptions;
import dev.lilla.train.Pace;
import dev.lilla.train.RateOptions;
import dev.lilla.train.Schedule;
import dev.lilla.train.StepPlan;
import dev.lilla.train.TimedPace;
import dev.lilla.train.Trainer;
import dev.lilla.train.TrainingEvent;
import dev.lilla.train.TrainingOptions;
import dev.lilla.train.TrainingRequest;
import dev.lilla.train.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Teaches a model a project's job: a LoRA adapter on all its linear maps, from the project's training data.
///
/// Where the time is short, its steps are planned by a trial at first, and then by the time that they take.
///
/// @param epochs how often it goes through the data, time allowing
/// @param clock in nanoseconds, as [System#nanoTime]
public record Tuner(PartFiles parts, HostOptions host, int epochs, LongSupplier clock) {
    /// Small models take, and need, larger steps (measured on the demo models; 2e-4 is PEFT's usual rate for large
    /// ones).
    private static final long SMALL = 20_000_000;

    private static final long MIDDLE = 500_000_000;
    private static final double RATE_SMALL = 4e-3;
    private static final double RATE_MIDDLE = 1e-3;
    private static final double RATE_LARGE = 2e-4;

    private static final int RANK = 16;
    private static final int EXAMPLES_A_STEP = 8;
    private static final int TOKENS_A_PASS = 2048;
    private static final int LENGTH_MAX = 2048;
    private static final long SEED = 1;

    /// Epochs that small data sets are worth.
    public static final int EPOCHS = 5;

    /// Fewer steps teach nothing.
    private static final int STEPS_MIN = 20;

    /// How it ended.
    public sealed interface Outcome {
        /// @param epochs that it went through, 0.5 for half of the examples
        /// @param plan how many steps were planned, and done
        record Tuned(Path adapter, double epochs, StepPlan plan) implements Outcome {}

        /// @param needed for a single epoch
        record TooLong(Duration needed) implements Outcome {}

        /// It goes on from where it was when it is asked for again.
        record Interrupted() implements Outcome {}
    }

    public Tuner(PartFiles parts, HostOptions host, int epochs) {
        this(parts, host, epochs, System::nanoTime);
    }

    /// Tunes, or goes on with what was begun in the same folder.
    ///
    /// @param out folder of the run
    /// @param time that its steps may take; fewer are taken where it is short. A run that goes on keeps to its plan
    ///     if that was made by the time of its steps already
    public Outcome tune(
            Path model, Path out, Duration time, TrainingEvent.Listener listener, BooleanSupplier interrupted) {
        int stepsAnEpoch = Math.ceilDiv(parts.train().rows(), EXAMPLES_A_STEP);
        int stepsMax = epochs * stepsAnEpoch;
        Path adapter = out.resolve("adapter");
        PlanFile file = PlanFile.in(out);
        Optional<StepPlan> begun = file.read();
        if (begun.isPresent() && Files.exists(adapter.resolve("adapter_config.json"))) {
            return new Outcome.Tuned(adapter, (double) begun.get().steps() / stepsAnEpoch, begun.get());
        }
        int steps = stepsMax;
        if (begun.isPresent()) {
            steps = begun.get().first();
        } else {
            TrainingRun.begin(out);
            Duration all = trial(model, out, stepsMax);
            if (all.compareTo(time) > 0) {
                steps = (int) Math.floor((double) time.toNanos() / all.toNanos() * stepsMax);
            }
            if (steps < Math.min(STEPS_MIN, stepsAnEpoch)) {
                return new Outcome.TooLong(all.dividedBy(epochs));
            }
        }
        try (HostBackend backend = HostBackend.open(host);
                TrainingRun run = TrainingRun.open(request(model, out, steps), backend)) {
            begun.ifPresent(run::follow);
            file.write(run.plan());
            if (begun.isPresent() && run.resume()) {
                listener.happened(new TrainingEvent.Started(run.step(), run.steps(), stepsAnEpoch));
            }
            boolean isMeasured = !run.plan().revisions().isEmpty();
            Pace pace = isMeasured ? Pace.AS_PLANNED : new TimedPace(time, stepsMax, clock);
            TrainingEvent.Listener writing = event -> {
                if (event instanceof TrainingEvent.Planned(StepPlan plan)) {
                    file.write(plan);
                }
            };
            Trainer.Outcome outcome = run.train(writing.and(listener), interrupted, pace);
            if (outcome == Trainer.Outcome.INTERRUPTED) {
                return new Outcome.Interrupted();
            }
            return new Outcome.Tuned(run.write(), (double) run.step() / stepsAnEpoch, run.plan());
        }
    }

    private Duration trial(Path model, Path out, int steps) {
        try (HostBackend backend = HostBackend.open(host);
                TrainingRun run = TrainingRun.open(request(model, out, steps), backend)) {
            return run.trial();
        }
    }

    private TrainingRequest request(Path model, Path out, int steps) {
        long parameters;
        int context;
        try (ModelDescription description = ModelDescription.open(model, LoadOptions.DEFAULT)) {
            parameters = description.parameters();
            context = description.spec().contextLength();
        }
        double rate = parameters < SMALL ? RATE_SMALL : parameters < MIDDLE ? RATE_MIDDLE : RATE_LARGE;
        boolean validates = parts.validation().rows() > 0;
        return new TrainingRequest(
                model,
                LoadOptions.DEFAULT,
                new TrainingRequest.Examples(
                        parts.train().path(),
                        validates ? Optional.of(parts.validation().path()) : Optional.empty(),
                        0,
                        Columns.DEFAULT,
                        EncodingOptions.of(Math.min(context, LENGTH_MAX))),
                out,
                Optional.of(
                        new LoraOptions(RANK, 2.0 * RANK, AdapterScaling.BY_RANK, 0, Set.of(LoraOptions.ALL_LINEAR))),
                new TrainingOptions(
                        SEED,
                        epochs,
                        OptionalInt.of(steps),
                        BatchOptions.of(EXAMPLES_A_STEP, TOKENS_A_PASS),
                        Averaging.TOKENS,
                        OptimizerOptions.standard(),
                        new RateOptions(new Schedule.Shape.Linear(), rate, 0.03, 0),
                        new TrainingOptions.Validation(0, 0),
                        new TrainingOptions.Saving(0, 1)),
                new TrainingRequest.Computing(Precision.BF16, false));
    }
}
