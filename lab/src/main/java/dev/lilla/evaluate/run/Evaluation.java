package dev.lilla.evaluate.run;

import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.statistics.Interval;
import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Outcome;
import dev.lilla.evaluate.task.Task;
import dev.lilla.evaluate.task.TaskExamples;
import dev.lilla.evaluate.task.TaskScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// Evaluates models on a task, each example once with each seed.
///
/// @param limit the most examples
/// @param bootstrap for intervals
/// @param seeds of rounds in which all examples are answered anew; scores are means over the rounds
public record Evaluation(Task task, int limit, Bootstrap bootstrap, List<Long> seeds) {
    public Evaluation {
        seeds = List.copyOf(seeds);
        if (seeds.isEmpty()) {
            throw new IllegalArgumentException("an evaluation has a seed or more");
        }
    }

    /// One round, with the seed of the task.
    public Evaluation(Task task, int limit, Bootstrap bootstrap) {
        this(task, limit, bootstrap, List.of(task.decoding().sampler().seed()));
    }

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

    /// One seed's answers, and what they took.
    private record Round(RunStore.Run run, Task task, Protocol protocol, List<Outcome> outcomes, Resources used) {}

    /// Asks a model what the store does not know yet. Each seed has a run of its own there.
    ///
    /// @return empty if it was cancelled before the end; what was answered is kept
    /// @throws IllegalArgumentException if the data breaks the task, or the model cannot do it
    public Optional<Result> run(Subject subject, RunStore store, Watcher watcher, BooleanSupplier cancelled)
            throws InterruptedException {
        List<Example> examples = TaskExamples.read(task, subject.hasChat(), limit);
        List<Round> rounds = new ArrayList<>();
        for (long seed : seeds) {
            int before = rounds.size() * examples.size();
            int all = seeds.size() * examples.size();
            Optional<Round> round = round(
                    subject,
                    store,
                    task.withSeed(seed),
                    examples,
                    (name, done, _) -> watcher.progress(name, before + done, all),
                    cancelled);
            if (round.isEmpty()) {
                return Optional.empty();
            }
            rounds.add(round.get());
        }
        return Optional.of(result(subject, examples, rounds, store));
    }

    private static Optional<Round> round(
            Subject subject,
            RunStore store,
            Task task,
            List<Example> examples,
            Watcher watcher,
            BooleanSupplier cancelled)
            throws InterruptedException {
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
        return outcomes.size() < examples.size()
                ? Optional.empty()
                : Optional.of(new Round(run, task, protocol, List.copyOf(outcomes.values()), used));
    }

    private Result result(Subject subject, List<Example> examples, List<Round> rounds, RunStore store) {
        for (Round round : rounds) {
            store.keep(round.run().id(), stored(measured(new TaskScores(round.task(), examples, round.outcomes()))));
        }
        Round first = rounds.getFirst();
        TaskScores scores = new TaskScores(
                first.task(),
                examples,
                first.outcomes(),
                rounds.stream().skip(1).map(Round::outcomes).toList());
        Resources used = rounds.stream().map(Round::used).reduce(Resources.NONE, Resources::plus);
        Efficiency efficiency = Efficiency.of(scores.allOutcomes(), used, subject.diskBytes());
        return new Result(
                subject.name(),
                subject.digest(),
                rounds.size() == 1 ? first.protocol() : first.protocol().with("seeds", seeds.toString()),
                scores,
                measured(scores),
                subject.elsewhere().map(efficiency::at).orElse(efficiency));
    }

    private List<Measured> measured(TaskScores scores) {
        return scores.scores().stream()
                .map(score -> Measured.of(score, bootstrap))
                .toList();
    }

    private static List<RunStore.StoredScore> stored(List<Measured> scores) {
        return scores.stream()
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
