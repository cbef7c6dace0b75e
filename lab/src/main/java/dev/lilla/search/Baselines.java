package dev.lilla.search;

import dev.lilla.decision.DecisionRecord.Baseline;
import dev.lilla.decision.DecisionRecord.Quality;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Measured;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Outcome;
import dev.lilla.evaluate.task.Score;
import dev.lilla.evaluate.task.Task;
import dev.lilla.evaluate.task.TaskScores;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What answers without a model come to: a model that is no better is not worth running.
final class Baselines {
    private static final Pattern WORDS = Pattern.compile("[^\\p{L}\\p{N}]+");

    private static final Wording MOST_FREQUENT =
            new Wording("always the most frequent answer", "alltid det vanligaste svaret");
    private static final Wording MOST_SIMILAR = new Wording(
            "the answer of the most similar training example", "svaret på det mest liknande träningsexemplet");

    private final List<Known> known;
    private final Map<String, Integer> documents = new HashMap<>();

    /// @param prompt of a training example
    /// @param answer that is right
    public record Solved(String prompt, String answer) {}

    private record Known(Set<String> words, String answer) {}

    Baselines(List<Solved> solved) {
        known = solved.stream()
                .map(example -> new Known(words(example.prompt()), example.answer()))
                .toList();
        known.forEach(example -> example.words().forEach(word -> documents.merge(word, 1, Integer::sum)));
    }

    /// The answers to the examples of a result, scored as it was.
    List<Baseline> of(Task task, Result result, Tongue tongue) {
        if (known.isEmpty()) {
            return List.of();
        }
        String frequent = mostFrequent();
        Map<String, UnaryOperator<String>> ways = new LinkedHashMap<>();
        ways.put(MOST_FREQUENT.in(tongue), _ -> frequent);
        ways.put(MOST_SIMILAR.in(tongue), this::mostSimilar);
        return ways.entrySet().stream()
                .map(way -> new Baseline(way.getKey(), quality(task, result, way.getValue())))
                .toList();
    }

    private static Quality quality(Task task, Result result, UnaryOperator<String> way) {
        List<Example> examples = result.scores().examples();
        List<Outcome> outcomes = examples.stream()
                .map(example ->
                        Outcome.written(way.apply(example.question()), new Outcome.Cost(0, 0, 0, 0, 0, true, false)))
                .toList();
        Score score = new TaskScores(task, examples, outcomes).scores().getFirst();
        double unit = score.scale().unit();
        Measured measured = Measured.of(score, Bootstrap.DEFAULT);
        return new Quality(
                measured.value() / unit,
                measured.interval().low() / unit,
                measured.interval().high() / unit);
    }

    private String mostFrequent() {
        return known.stream().collect(Collectors.groupingBy(Known::answer, Collectors.counting())).entrySet().stream()
                .max(Map.Entry.<String, Long>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
                .orElseThrow()
                .getKey();
    }

    /// By the words that both share, a rare one counting more: the logarithm of how few examples have it, over the root
    /// of the length.
    private String mostSimilar(String question) {
        Set<String> asked = words(question);
        Known best = known.getFirst();
        double bestScore = -1;
        for (Known example : known) {
            Set<String> words = example.words();
            double score = 0;
            for (String word : words) {
                if (asked.contains(word)) {
                    score += Math.log((double) known.size() / documents.getOrDefault(word, 1));
                }
            }
            score /= Math.sqrt(words.size() + 1.0);
            if (score > bestScore) {
                bestScore = score;
                best = example;
            }
        }
        return best.answer();
    }

    private static Set<String> words(String text) {
        Set<String> words = new HashSet<>(List.of(WORDS.split(text.toLowerCase(Locale.ROOT))));
        words.remove("");
        return words;
    }
}
