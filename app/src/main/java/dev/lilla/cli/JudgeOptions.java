package dev.lilla.cli;

import dev.lilla.chat.ChatModel;
import dev.lilla.data.DataFile;
import dev.lilla.data.DataRow;
import dev.lilla.evaluate.metric.Match;
import dev.lilla.evaluate.metric.Ratings;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.JudgeRecord;
import dev.lilla.evaluate.run.LocalSubject;
import dev.lilla.evaluate.run.PairwiseJudge;
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

    /// Whether a judge is named.
    boolean isNamed() {
        return judge != null;
    }

    /// Judges, if a judge is named.
    Optional<JudgeRecord> judge(Console console, SubjectMixin models, RemoteSubjects remote, List<Result> results)
            throws IOException {
        if (judge == null) {
            return Optional.empty();
        }
        if (results.size() < 2
                || !results.getFirst().scores().examples().stream().allMatch(Example.Written.class::isInstance)) {
            throw new IllegalArgumentException("a judge compares the written answers of two models or more");
        }
        if (remote.has(judge)) {
            return Optional.of(judge(
                    console, remote.chat(judge), new Judge(judge + " at " + remote.judgeHost(judge), "-"), results));
        }
        try (LocalModel opened = models.model(console, judge);
                LocalChatModel chat = opened.chat(List.of())) {
            Judge named =
                    new Judge(chat.name(), LocalSubject.digest(opened.model().description()));
            return Optional.of(judge(console, chat, named, results));
        }
    }

    /// What tells a judge from others.
    ///
    /// @param name with the place, if it is not here
    /// @param digest of its weights; a dash where nobody can know
    private record Judge(String name, String digest) {}

    private JudgeRecord judge(Console console, ChatModel chat, Judge judge, List<Result> results) {
        PairwiseJudge pairwise = new PairwiseJudge(chat, PairwiseJudge.INSTRUCTION);
        List<Match> matches = new ArrayList<>();
        List<JudgeRecord.Pairing> pairings = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            for (int j = i + 1; j < results.size(); j++) {
                Result first = results.get(i);
                Result second = results.get(j);
                PairwiseJudge.Judgement judgement = compare(pairwise, first, second);
                matches.addAll(judgement.matches());
                pairings.add(JudgeRecord.Pairing.of(first.model(), second.model(), judgement, labelled(first, second)));
            }
        }
        return new JudgeRecord(
                judge.name(),
                judge.digest(),
                JudgeRecord.instruction(pairwise),
                pairings,
                results.size() > 2 ? ratings(console, matches) : Map.of());
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

    /// What a judge said, for people.
    static void print(Console console, JudgeRecord record) {
        console.out().println();
        console.out().println("judge " + record.model() + ", each pair in both orders");
        record.pairings().forEach(pairing -> console.out().println(line(pairing)));
        record.ratings()
                .forEach((model, rating) ->
                        console.out().println(String.format(Locale.ROOT, "rating %5.0f  %s", rating, model)));
    }

    private static String line(JudgeRecord.Pairing pairing) {
        String line = String.format(
                Locale.ROOT,
                "%s wins %.1f %% (%.1f to %.1f) against %s; both orders agree in %.0f %%",
                pairing.first(),
                100 * pairing.winShare(),
                100 * pairing.low(),
                100 * pairing.high(),
                pairing.second(),
                100 * pairing.consistency());
        return pairing.people()
                .map(people -> line
                        + String.format(
                                Locale.ROOT,
                                "; agrees with people in %.0f %% of %d (%.0f to %.0f)",
                                100 * people.share(),
                                people.labelled(),
                                100 * people.low(),
                                100 * people.high()))
                .orElse(line + ". Not held against verdicts of people: --judge-labels.");
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

    private static Map<String, Double> ratings(Console console, List<Match> matches) {
        try {
            return Ratings.bradleyTerry(matches);
        } catch (IllegalArgumentException e) {
            console.warn(String.valueOf(e.getMessage()));
            return Map.of();
        }
    }
}
