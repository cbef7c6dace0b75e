package dev.lilla.evaluate.task;

import dev.lilla.evaluate.metric.Calibration;
import dev.lilla.evaluate.metric.ChoiceScores;
import dev.lilla.evaluate.metric.ChoiceScores.Normalization;
import dev.lilla.evaluate.metric.ConfusionMatrix;
import dev.lilla.evaluate.metric.LabelPair;
import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.metric.TextLikelihood;
import dev.lilla.evaluate.metric.TextPair;
import dev.lilla.evaluate.statistics.MeanTally;
import dev.lilla.evaluate.statistics.RepeatedTally;
import dev.lilla.evaluate.statistics.SumsTally;
import dev.lilla.evaluate.statistics.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/// The scores of what a model made of a task's examples; the first is the one that counts most.
///
/// @param outcomes one an example
/// @param further outcomes of other rounds, in which the same examples were answered anew; scores are means over all
public record TaskScores(Task task, List<Example> examples, List<Outcome> outcomes, List<List<Outcome>> further) {
    public TaskScores {
        examples = List.copyOf(examples);
        outcomes = List.copyOf(outcomes);
        further = further.stream().map(List::copyOf).toList();
        requireOneEach(examples, outcomes);
        for (List<Outcome> round : further) {
            requireOneEach(examples, round);
        }
    }

    /// Of one round.
    public TaskScores(Task task, List<Example> examples, List<Outcome> outcomes) {
        this(task, examples, outcomes, List.of());
    }

    private static void requireOneEach(List<Example> examples, List<Outcome> outcomes) {
        if (examples.size() != outcomes.size()) {
            throw new IllegalArgumentException(examples.size() + " examples have " + outcomes.size() + " outcomes");
        }
    }

    /// How often each example was answered.
    public int rounds() {
        return 1 + further.size();
    }

    /// Outcomes of all rounds, one round after the other.
    public List<Outcome> allOutcomes() {
        List<Outcome> all = new ArrayList<>(outcomes);
        further.forEach(all::addAll);
        return all;
    }

    private List<TaskScores> eachRound() {
        List<TaskScores> rounds = new ArrayList<>();
        rounds.add(new TaskScores(task, examples, outcomes));
        further.forEach(round -> rounds.add(new TaskScores(task, examples, round)));
        return rounds;
    }

    /// @throws IllegalArgumentException if the model has no likelihoods where the task needs them
    public List<Score> scores() {
        if (further.isEmpty()) {
            return scoresOfOneRound();
        }
        List<List<Score>> rounds =
                eachRound().stream().map(TaskScores::scoresOfOneRound).toList();
        return IntStream.range(0, rounds.getFirst().size())
                .mapToObj(i -> new Score(
                        rounds.getFirst().get(i).metric(),
                        rounds.getFirst().get(i).scale(),
                        new RepeatedTally(rounds.stream()
                                .map(round -> round.get(i).tally())
                                .toList())))
                .toList();
    }

    private List<Score> scoresOfOneRound() {
        return switch (task.kind()) {
            case TaskKind.Writing writing ->
                writing.metrics().stream()
                        .map(metric -> new Score(metric.name(), metric.scale(), metric.tally(textPairs())))
                        .toList();
            case TaskKind.Classification classes -> classification(classes);
            case TaskKind.Choice choice -> choice(choice.metrics());
            case TaskKind.Continuation _ -> continuation();
            case TaskKind.WholeText _ -> wholeTexts();
        };
    }

    private List<TextPair> textPairs() {
        return IntStream.range(0, examples.size())
                .mapToObj(i -> new TextPair(outcomes.get(i).text(), ((Example.Written) examples.get(i)).references()))
                .toList();
    }

    private List<Score> classification(TaskKind.Classification classes) {
        List<LabelPair> pairs = labelPairs(classes);
        List<Score> scores = new ArrayList<>();
        classes.metrics()
                .forEach(metric -> scores.add(new Score(
                        metric.label(),
                        metric.scale(),
                        metric.tally(pairs, classes.labels().size()))));
        if (classes.method() == TaskKind.Method.LIKELIHOOD) {
            scores.addAll(calibration());
        } else {
            double[] unnamed = pairs.stream()
                    .mapToDouble(pair -> pair.predicted() == LabelPair.NONE ? 1 : 0)
                    .toArray();
            scores.add(new Score("no_label", Scale.ERROR, new MeanTally(unnamed)));
        }
        return scores;
    }

    private List<LabelPair> labelPairs(TaskKind.Classification classes) {
        List<LabelPair> pairs = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            pairs.add(
                    switch (examples.get(i)) {
                        case Example.Written written ->
                            new LabelPair(
                                    LabelReader.read(outcomes.get(i).text(), classes.labels()),
                                    classes.labels()
                                            .indexOf(written.references().getFirst()));
                        case Example.Chosen chosen ->
                            new LabelPair(choiceScores(i).predicted(Normalization.ACC), chosen.right());
                        case Example.Whole _ -> throw new IllegalStateException("a whole text has no label");
                    });
        }
        return pairs;
    }

    /// How often each label was taken for each, the mean of the rounds, if the task is a classification.
    public Optional<ConfusionMatrix> confusion() {
        return task.kind() instanceof TaskKind.Classification classes
                ? Optional.of(ConfusionMatrix.mean(eachRound().stream()
                        .map(round -> ConfusionMatrix.of(
                                round.labelPairs(classes), classes.labels().size()))
                        .toList()))
                : Optional.empty();
    }

    private ChoiceScores choiceScores(int index) {
        Example.Chosen chosen = (Example.Chosen) examples.get(index);
        Outcome outcome = outcomes.get(index);
        return new ChoiceScores(
                doubles(outcome.logLikelihoods()),
                outcome.unconditional().isEmpty() ? Optional.empty() : Optional.of(doubles(outcome.unconditional())),
                chosen.choices(),
                chosen.right());
    }

    private static double[] doubles(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private List<Score> choice(List<Normalization> metrics) {
        List<Score> scores = new ArrayList<>();
        for (Normalization metric : metrics) {
            double[] right = IntStream.range(0, examples.size())
                    .mapToDouble(i ->
                            choiceScores(i).predicted(metric) == choiceScores(i).expected() ? 1 : 0)
                    .toArray();
            scores.add(new Score(metric.label(), Scale.SHARE, new MeanTally(right)));
        }
        scores.addAll(calibration());
        return scores;
    }

    private List<Score> calibration() {
        List<Calibration.Forecast> forecasts = IntStream.range(0, examples.size())
                .mapToObj(i -> choiceScores(i).forecast())
                .toList();
        return List.of(
                new Score("brier", Scale.LOSS, Calibration.brier(forecasts)),
                new Score("ece", Scale.ERROR, Calibration.expectedError(forecasts)));
    }

    private List<Score> continuation() {
        List<TextLikelihood> texts = IntStream.range(0, examples.size())
                .mapToObj(i -> TextLikelihood.of(
                        examples.get(i).expected(),
                        outcomes.get(i).logLikelihoods().getFirst()))
                .toList();
        double[] greedy = outcomes.stream()
                .mapToDouble(outcome -> outcome.greedy().getFirst() ? 1 : 0)
                .toArray();
        return List.of(
                new Score("perplexity", Scale.LOSS, TextLikelihood.perplexity(texts)),
                new Score("acc", Scale.SHARE, new MeanTally(greedy)));
    }

    private List<Score> wholeTexts() {
        List<TextLikelihood> texts = IntStream.range(0, examples.size())
                .mapToObj(i -> TextLikelihood.of(
                        ((Example.Whole) examples.get(i)).text(),
                        outcomes.get(i).logLikelihoods().getFirst()))
                .toList();
        return List.of(
                new Score("word_perplexity", Scale.LOSS, TextLikelihood.wordPerplexity(texts)),
                new Score("byte_perplexity", Scale.LOSS, TextLikelihood.bytePerplexity(texts)),
                new Score("bits_per_byte", Scale.LOSS, TextLikelihood.bitsPerByte(texts)));
    }

    /// What the model answered to an example in the first round, for people.
    public String answer(int index) {
        return switch (examples.get(index)) {
            case Example.Written _ -> outcomes.get(index).text();
            case Example.Chosen chosen ->
                chosen.choices().size() == 1
                        ? String.format(
                                java.util.Locale.ROOT,
                                "log p = %.3f",
                                outcomes.get(index).logLikelihoods().getFirst())
                        : chosen.choices().get(choiceScores(index).predicted(Normalization.ACC));
            case Example.Whole _ ->
                String.format(
                        java.util.Locale.ROOT,
                        "log p = %.2f",
                        outcomes.get(index).logLikelihoods().getFirst());
        };
    }

    /// How good the answer to each example is, 0 to 1, by the first metric that says so of one example; empty where
    /// none does. The mean of the rounds.
    public List<OptionalDouble> goodness() {
        List<List<OptionalDouble>> rounds =
                eachRound().stream().map(TaskScores::goodnessOfOneRound).toList();
        return IntStream.range(0, examples.size())
                .mapToObj(i -> rounds.stream()
                        .map(round -> round.get(i))
                        .reduce((sum, next) -> sum.isPresent() && next.isPresent()
                                ? OptionalDouble.of(sum.getAsDouble() + next.getAsDouble())
                                : OptionalDouble.empty())
                        .orElseThrow())
                .map(sum -> sum.isPresent() ? OptionalDouble.of(sum.getAsDouble() / rounds.size()) : sum)
                .toList();
    }

    private List<OptionalDouble> goodnessOfOneRound() {
        if (task.kind() instanceof TaskKind.Classification classes) {
            return labelPairs(classes).stream()
                    .map(pair -> OptionalDouble.of(pair.isRight() ? 1 : 0))
                    .toList();
        }
        List<Tally> tallies = scores().stream()
                .filter(score -> score.scale() == Scale.SHARE)
                .map(Score::tally)
                .filter(tally -> tally instanceof MeanTally || tally instanceof SumsTally)
                .toList();
        return IntStream.range(0, examples.size())
                .mapToObj(i -> tallies.stream()
                        .map(tally -> tally.example(i))
                        .filter(OptionalDouble::isPresent)
                        .findFirst()
                        .orElse(OptionalDouble.empty()))
                .toList();
    }
}
