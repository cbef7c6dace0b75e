package dev.lilla.train;

import dev.lilla.kernel.Backend;
import dev.lilla.model.LossSum;
import dev.lilla.model.TrainableDecoder;
import dev.lilla.model.TrainingSequence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/// The loop: examples to gradients to steps, with validation and checkpoints.
///
/// What a step does follows from the parameters, the moments, the number of the step and the plan of steps alone, so a
/// run that goes on from a checkpoint has the losses of one that never stopped, bit for bit.
public final class Trainer {
    /// Distances between the seeds of micro-batches: large primes, so that no two of a run are alike.
    private static final long STEP_SEED = 0x9E37_79B9_7F4A_7C15L;

    private static final long MICRO_BATCH_SEED = 0xC2B2_AE3D_27D4_EB4FL;

    private final TrainableDecoder decoder;
    private final Backend backend;
    private final Optimizer optimizer;
    private final ExampleSet train;
    private final Optional<ExampleSet> validation;
    private final TrainingOptions options;
    private final BatchPlan plan;
    private final Schedule schedule;
    private final Checkpoints checkpoints;
    private final RunIdentity identity;
    private TrainingState state;
    private StepPlan steps;
    private int savedStep = -1;
    private final StepClock clock = new StepClock();

    /// How a run ended.
    public enum Outcome {
        /// All steps are done.
        FINISHED,
        /// The validation loss did not improve any more.
        STOPPED_EARLY,
        /// Somebody wished for the end; a checkpoint holds where it was.
        INTERRUPTED
    }

    /// @param optimizer of the parameters of `decoder`
    /// @param folder for checkpoints
    /// @param identity what has to be the same for a run to go on
    Trainer(
            TrainableDecoder decoder,
            Backend backend,
            Optimizer optimizer,
            TrainingSets sets,
            TrainingOptions options,
            Path folder,
            RunIdentity identity) {
        this.decoder = decoder;
        this.backend = backend;
        this.optimizer = optimizer;
        this.train = sets.train();
        this.validation = sets.validation();
        this.options = options;
        this.plan = new BatchPlan(train.lengths(), options.batch(), options.seed());
        this.steps = StepPlan.of(options.steps(plan.stepsPerEpoch()));
        this.schedule = options.rate().schedule(steps.first());
        this.checkpoints = new Checkpoints(folder, options.saving().keep());
        this.identity = identity;
        this.state = TrainingState.start(options.validation().patience());
    }

    /// Steps of the whole run.
    public int steps() {
        return steps.steps();
    }

    /// The same as it was planned.
    StepPlan stepPlan() {
        return steps;
    }

    /// Has the steps that the run had by a plan that was made while it went.
    ///
    /// @throws IllegalArgumentException if it is the plan of a run that began with another number of steps
    void follow(StepPlan planned) {
        if (planned.first() != steps.first()) {
            throw new IllegalArgumentException("the plan of a run of " + planned.first() + " steps does not fit one of "
                    + steps.first() + ". Begin a new run in another folder.");
        }
        steps = planned;
    }

    /// Steps done.
    public int step() {
        return state.step();
    }

    /// The lowest validation loss so far, and nothing before the first validation.
    public Optional<Double> bestLoss() {
        return Optional.of(state.validation().bestLoss()).filter(Double::isFinite);
    }

    /// The step after which it was measured; 0 before the first validation.
    public int bestStep() {
        return state.validation().bestStep();
    }

    /// Goes on from the newest checkpoint.
    ///
    /// @return whether there is one
    /// @throws IllegalArgumentException if it is of a run with other data or options
    public boolean resume() {
        Optional<Checkpoints.Found> found = checkpoints.latest();
        if (found.isEmpty()) {
            return false;
        }
        List<String> differences = found.get().identity().differences(identity);
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException(found.get().folder() + ": is of another run: "
                    + String.join("; ", differences)
                    + ". Resume with what it began with, or begin a new run in another folder.");
        }
        state = found.get().state();
        checkpoints.load(state.step(), optimizer, backend);
        savedStep = state.step();
        return true;
    }

    /// How long the steps that are left will take, by trying the first micro-batch of the next one and
    /// what the optimizer multiplies: a few times where that is fast, since the first time is not.
    /// Nothing that a step follows from is changed.
    public Duration trial() {
        if (state.step() >= steps()) {
            return Duration.ZERO;
        }
        List<BatchPlan.StepExamples> epoch = plan.epoch(state.step() / plan.stepsPerEpoch());
        int[] first =
                epoch.get(state.step() % plan.stepsPerEpoch()).microBatches().getFirst();
        List<TrainingSequence> batch = sequences(train, first);
        long shortest = Trial.shortest(() -> decoder.accumulate(batch, 1, 0), System::nanoTime);
        decoder.clearGradients();
        double tokens =
                batch.stream().mapToLong(sequence -> sequence.tokens().length).sum();
        double tokensAnExample = (double) train.report().lengths().total() / train.size();
        int stepsLeft = steps() - state.step();
        double tokensLeft = (double) stepsLeft * options.batch().examples() * tokensAnExample;
        long ofStep = optimizer
                .rehearsal()
                .map(work -> Trial.shortest(work, System::nanoTime))
                .orElse(0L);
        return Duration.ofNanos((long) (shortest / tokens * tokensLeft) + ofStep * stepsLeft);
    }

    /// Trains to the end as planned. See [#run(TrainingEvent.Listener, BooleanSupplier, Pace)].
    public Outcome run(TrainingEvent.Listener listener, BooleanSupplier interrupted) {
        return run(listener, interrupted, Pace.AS_PLANNED);
    }

    /// Trains to the end, until the validation loss has stopped improving, or until the end is wished for, which is
    /// asked between micro-batches.
    ///
    /// @param pace says whether the end is another one than planned
    /// @throws IllegalArgumentException if the loss is no number any more
    public Outcome run(TrainingEvent.Listener listener, BooleanSupplier interrupted, Pace pace) {
        listener.happened(new TrainingEvent.Started(state.step(), steps(), plan.stepsPerEpoch()));
        List<BatchPlan.StepExamples> epochSteps = List.of();
        int loadedEpoch = -1;
        while (state.step() < steps() && !state.validation().hasEnded()) {
            int epoch = state.step() / plan.stepsPerEpoch();
            if (epoch != loadedEpoch) {
                epochSteps = plan.epoch(epoch);
                loadedEpoch = epoch;
            }
            boolean isDone = !interrupted.getAsBoolean()
                    && step(epochSteps.get(state.step() % plan.stepsPerEpoch()), listener, interrupted);
            if (!isDone) {
                save(listener);
                return Outcome.INTERRUPTED;
            }
            pace.after(state.step(), steps).ifPresent(revision -> {
                steps = steps.with(revision);
                listener.happened(new TrainingEvent.Planned(steps));
            });
            boolean isLast = state.step() == steps();
            boolean isBest = isDue(options.validation().everySteps(), isLast) && validate(listener);
            if (isBest || isDue(options.saving().everySteps(), isLast)) {
                save(listener);
            }
        }
        save(listener);
        return state.validation().hasEnded() ? Outcome.STOPPED_EARLY : Outcome.FINISHED;
    }

    /// Puts the parameters of the best validation back, where there was one.
    public void takeBest() {
        int best = state.validation().bestStep();
        if (best > 0 && best != state.step() && checkpoints.has(best)) {
            checkpoints.load(best, optimizer, backend);
        }
    }

    private boolean isDue(int everySteps, boolean isLast) {
        boolean endsEpoch = state.step() % plan.stepsPerEpoch() == 0;
        return isLast || (everySteps == 0 ? endsEpoch : state.step() % everySteps == 0);
    }

    private void save(TrainingEvent.Listener listener) {
        if (savedStep != state.step()) {
            Path folder = checkpoints.save(state, identity, optimizer, backend);
            savedStep = state.step();
            listener.happened(new TrainingEvent.Saved(state.step(), folder));
        }
    }

    /// @return false if it was interrupted, and nothing is changed
    private boolean step(
            BatchPlan.StepExamples examples, TrainingEvent.Listener listener, BooleanSupplier interrupted) {
        clock.start();
        int number = state.step() + 1;
        decoder.clearGradients();
        List<List<TrainingSequence>> batches = examples.microBatches().stream()
                .map(indexes -> sequences(train, indexes))
                .toList();
        double stepWeight = batches.stream().mapToDouble(Trainer::weight).sum();
        double loss = 0;
        long tokens = 0;
        for (int micro = 0; micro < batches.size(); micro++) {
            if (micro > 0 && interrupted.getAsBoolean()) {
                return false;
            }
            List<TrainingSequence> batch = batches.get(micro);
            double scale = switch (options.averaging()) {
                case TOKENS -> 1 / stepWeight;
                case MICRO_BATCHES -> 1 / (batches.size() * weight(batch));
            };
            LossSum sum = decoder.accumulate(batch, scale, seed(number, micro));
            loss += sum.loss() * scale;
            tokens += batch.stream()
                    .mapToLong(sequence -> sequence.tokens().length)
                    .sum();
            listener.happened(new TrainingEvent.Advanced(number, steps(), micro + 1, batches.size()));
        }
        double norm = optimizer.norm();
        requireFinite(number, loss, norm);
        double rate = schedule.rate(steps.place(number));
        optimizer.step(number, rate, norm);
        state = state.stepped(loss, tokens);
        clock.stop(tokens);
        listener.happened(new TrainingEvent.Stepped(
                number,
                steps(),
                (double) number / plan.stepsPerEpoch(),
                loss,
                state.smoothedLoss(),
                rate,
                norm,
                clock.tokensPerSecond(),
                clock.left(steps() - number)));
        return true;
    }

    private void requireFinite(int step, double loss, double norm) {
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            String saved =
                    savedStep < 0 ? "No checkpoint was made" : "The checkpoint of step " + savedStep + " is whole";
            throw new IllegalArgumentException("in step " + step + " the loss is " + loss
                    + " and the norm of the gradients " + norm + ": training has diverged. Lower the learning rate, or"
                    + " warm up longer. " + saved + ".");
        }
    }

    private long seed(int step, int microBatch) {
        return options.seed() + step * STEP_SEED + microBatch * MICRO_BATCH_SEED;
    }

    /// @return whether it is the best so far
    private boolean validate(TrainingEvent.Listener listener) {
        if (validation.isEmpty()) {
            return false;
        }
        double loss = evaluate(validation.get());
        state = state.validated(loss);
        boolean isBest = state.validation().isBest(state.step());
        listener.happened(new TrainingEvent.Validated(state.step(), loss, isBest));
        return isBest;
    }

    /// The mean loss of a set, by weight, in nats a token.
    double evaluate(ExampleSet set) {
        BatchOptions order = new BatchOptions(
                set.size(), options.batch().microBatchTokens(), OptionalInt.empty(), BatchOptions.Order.FILE, 1);
        LossSum sum = LossSum.ZERO;
        for (BatchPlan.StepExamples step : new BatchPlan(set.lengths(), order, 0).epoch(0)) {
            for (int[] batch : step.microBatches()) {
                sum = sum.plus(decoder.evaluate(sequences(set, batch)));
            }
        }
        return sum.mean();
    }

    private static List<TrainingSequence> sequences(ExampleSet set, int[] indexes) {
        List<TrainingSequence> sequences = new ArrayList<>(indexes.length);
        Arrays.stream(indexes)
                .forEach(index -> sequences.add(new TrainingSequence(
                        set.get(index).tokens(), set.get(index).weights())));
        return sequences;
    }

    private static double weight(List<TrainingSequence> batch) {
        return batch.stream().mapToDouble(TrainingSequence::weight).sum();
    }

    /// Tokens gone through so far.
    public long tokens() {
        return state.tokens();
    }
}
