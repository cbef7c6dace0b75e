package dev.lilla.cli;

import dev.lilla.chat.ChatModel;
import dev.lilla.data.DataFile;
import dev.lilla.data.DataRow;
import dev.lilla.evaluate.metric.Match;
import dev.lilla.evaluate.metric.Ratings;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.PairwiseJudge;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.statistics.Interval;
import dev.lilla.evaluate.statistics.MeanTally;
import dev.lilla.evaluate.task.Example;
import dev.lilla.generate.LocalChatModel;
import dev.lilla.generate.LocalModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// A model that compares the written answers of the others, in pairs.
final class JudgeOptions {
    @Option(
            names = "--judge",
            paramLabel = "MODEL",
            description = "Compares written answers in pairs, each pair in both orders. A model here, or elsewhere as "
                    + "--project names it.")
    private @Nullable String judge;

    @Option(
            names = "--judge-labels",
            paramLabel = "FILE",
            description = "Verdicts of people, to hold the judge against: columns id, first, second (models), winner "
                    + "(first, second or tie).")
    private @Nullable Path labels;

    /// Says before anything is evaluated if a judge elsewhere may not be asked.
    void require(Console console, RemoteSubjects remote) {
        if (judge != null && remote.has(judge)) {
            console.warn("the judge " + judge + " answers at " + remote.judgeHost(judge)
                    + ": questions and answers will be sent there");
        }
    }

    /// Judges, if a judge is named.
    void run(Console console, SubjectMixin models, RemoteSubjects remote, List<Result> results) throws IOException {
        if (judge == null) {
            return;
        }
        if (results.size() < 2
                || !results.getFirst().scores().examples().stream().allMatch(Example.Written.class::isInstance)) {
            throw new IllegalArgumentException("a judge compares the written answers of two models or more");
        }
        if (remote.has(judge)) {
            run(console, remote.chat(judge), " at " + remote.judgeHost(judge), results);
            return;
        }
        try (LocalModel opened = models.model(console, judge);
                LocalChatModel chat = opened.chat(List.of())) {
            run(console, chat, "", results);
        }
    }

    /// @param place of the judge, if it is not here
    private void run(Console console, ChatModel chat, String place, List<Result> results) {
        PairwiseJudge pairwise = new PairwiseJudge(chat, PairwiseJudge.INSTRUCTION);
        List<Match> matches = new ArrayList<>();
        console.out().println();
        console.out().println("judge " + chat.name() + place + ", each pair in both orders");
        for (int i = 0; i < results.size(); i++) {
            for (int j = i + 1; j < results.size(); j++) {
                PairwiseJudge.Judgement judgement = compare(pairwise, results.get(i), results.get(j));
                matches.addAll(judgement.matches());
                console.out().println(line(results.get(i), results.get(j), judgement));
            }
        }
        if (results.size() > 2) {
            ratings(console, matches);
        }
    }

    private static PairwiseJudge.Judgement compare(PairwiseJudge judge, Result first, Result second) {
        List<PairwiseJudge.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < first.scores().examples().size(); i++) {
            pairs.add(new PairwiseJudge.Pair(
                    first.scores().examples().get(i).question(),
                    first.scores().answer(i),
                    second.scores().answer(i)));
        }
        return judge.judge(first.model(), second.model(), pairs);
    }

    private String line(Result first, Result second, PairwiseJudge.Judgement judgement) {
        double[] outcomes =
                judgement.matches().stream().mapToDouble(Match::outcome).toArray();
        Interval interval = Bootstrap.DEFAULT.interval(new MeanTally(outcomes));
        String line = String.format(
                Locale.ROOT,
                "%s wins %.1f %% (%.1f to %.1f) against %s; both orders agree in %.0f %%",
                first.model(),
                100 * judgement.winShare(),
                100 * interval.low(),
                100 * interval.high(),
                second.model(),
                100 * judgement.consistency());
        Map<Integer, Double> labelled = labelled(first, second);
        return labelled.isEmpty()
                ? line + ". Not held against verdicts of people: --judge-labels."
                : line
                        + String.format(
                                Locale.ROOT,
                                "; agrees with people in %.0f %% of %d",
                                100 * judgement.agreement(labelled),
                                labelled.size());
    }

    /// Verdicts of people by the index of their example.
    private Map<Integer, Double> labelled(Result first, Result second) {
        Map<Integer, Double> found = new HashMap<>();
        if (labels == null) {
            return found;
        }
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < first.scores().examples().size(); i++) {
            places.put(first.scores().examples().get(i).id(), i);
        }
        DataFile.of(labels, Optional.empty()).forEach(row -> {
            Integer place = places.get(field(row, "id"));
            double outcome = switch (field(row, "winner")) {
                case "first" -> 1;
                case "second" -> 0;
                case "tie" -> 0.5;
                default ->
                    throw new IllegalArgumentException(labels + ": line " + row.line() + ", column 'winner': is '"
                            + field(row, "winner") + "', expected first, second or tie.");
            };
            String one = field(row, "first");
            String other = field(row, "second");
            if (place != null && one.equals(first.model()) && other.equals(second.model())) {
                found.put(place, outcome);
            } else if (place != null && one.equals(second.model()) && other.equals(first.model())) {
                found.put(place, 1 - outcome);
            }
            return true;
        });
        return found;
    }

    private String field(DataRow row, String column) {
        return row.field(column)
                .orElseThrow(() -> new IllegalArgumentException(
                        labels + ": line " + row.line() + ": has no column '" + column + "'."));
    }

    private static void ratings(Console console, List<Match> matches) {
        try {
            Ratings.bradleyTerry(matches)
                    .forEach((model, rating) ->
                            console.out().println(String.format(Locale.ROOT, "rating %5.0f  %s", rating, model)));
        } catch (IllegalArgumentException e) {
            console.warn(String.valueOf(e.getMessage()));
        }
    }
}
