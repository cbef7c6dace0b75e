package dev.lilla.evaluate.run;

import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.statistics.Interval;
import dev.lilla.evaluate.statistics.Wilson;
import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Outcome;
import dev.lilla.evaluate.task.Score;
import dev.lilla.evaluate.task.Task;
import dev.lilla.evaluate.task.TaskExamples;
import dev.lilla.evaluate.task.TaskScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// Evaluates models on a task, each example once.
///
/// @param limit the most examples
/// @param bootstrap for intervals
public record Evaluation(Task task, int limit, Bootstrap bootstrap) {
    /// Watches how far it is.
    public interface Watcher {
        /// @param done examples answered, those of earlier runs included
        void progress(String model, int done, int total);
    }

    /// What one model came to.
    ///
    /// @param scores of its answers, with what they were made of
    /// @param measured the scores with their intervals
    public record Result(
            String model,
            String digest,
            Protocol protocol,
            TaskScores scores,
            List<Measured> measured,
            Efficiency efficiency) {
        public Result {
            measured = List.copyOf(measured);
        }

        /// The same with the memory that a process of its own took.
        public Result withOwnMemory(long bytes) {
            return new Result(model, digest, protocol, scores, measured, efficiency.withOwnMemory(bytes));
        }

        /// The same under another name.
        public Result named(String name) {
            return new Result(name, digest, protocol, scores, measured, efficiency);
        }
    }

    /// Asks a model what the store does not know yet.
    ///
    /// @return empty if it was cancelled before the end; what was answered is kept
    /// @throws IllegalArgumentException if the data breaks the task, or the model cannot do it
    public Optional<Result> run(Subject subject, RunStore store, Watcher watcher, BooleanSupplier cancelled)
            throws InterruptedException {
        List<Example> examples = TaskExamples.read(task, subject.hasChat(), limit);
        Protocol protocol = Protocol.of(task, examples, subject.enginePath());
        RunStore.Run run = store.run(subject.name(), subject.digest(), protocol);
        Map<Integer, Outcome> outcomes = new TreeMap<>(run.answers());
        List<Integer> open = new ArrayList<>();
        List<Example> asked = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            if (!outcomes.containsKey(i)) {
                open.add(i);
                asked.add(examples.get(i));
            }
        }
        watcher.progress(subject.name(), outcomes.size(), examples.size());
        Resources used = run.resources();
        if (!asked.isEmpty()) {
            ResourceMeter meter = ResourceMeter.start();
            Resources before = used;
            subject.answer(
                    task,
                    asked,
                    (index, outcome) -> {
                        int place = open.get(index);
                        outcomes.put(place, outcome);
                        store.keep(run.id(), place, examples.get(place).id(), outcome, before.plus(meter.read()));
                        watcher.progress(subject.name(), outcomes.size(), examples.size());
                    },
                    cancelled);
            used = before.plus(meter.read());
        }
        if (outcomes.size() < examples.size()) {
            return Optional.empty();
        }
        Result result = result(subject, protocol, examples, List.copyOf(outcomes.values()), used);
        store.keep(run.id(), stored(result));
        return Optional.of(result);
    }

    private Result result(
            Subject subject, Protocol protocol, List<Example> examples, List<Outcome> outcomes, Resources used) {
        TaskScores scores = new TaskScores(task, examples, outcomes);
        List<Measured> measured = scores.scores().stream().map(this::measured).toList();
        return new Result(
                subject.name(),
                subject.digest(),
                protocol,
                scores,
                measured,
                Efficiency.of(outcomes, used, subject.diskBytes()));
    }

    /// Where all examples are alike, so are all resamples, and what they span says nothing; for scores between bounds
    /// Wilson's interval of as many equal trials does.
    private Measured measured(Score score) {
        double value = score.tally().score();
        Interval interval = bootstrap.interval(score.tally());
        boolean isBounded = score.scale() == Scale.SHARE || score.scale() == Scale.CORRELATION;
        if (isBounded && interval.width() == 0 && (value == 0 || value == 1)) {
            int examples = score.tally().examples();
            interval = Wilson.interval(value == 0 ? 0 : examples, examples);
        }
        return new Measured(score, value, interval);
    }

    private static List<RunStore.StoredScore> stored(Result result) {
        return result.measured().stream()
                .map(measured -> {
                    Interval interval = measured.interval();
                    return new RunStore.StoredScore(
                            measured.metric(),
                            measured.value(),
                            interval.low(),
                            interval.high(),
                            interval.method(),
                            measured.score().tally().examples());
                })
                .toList();
    }
}
