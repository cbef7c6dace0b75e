package dev.lilla.evaluate.report;

import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.TaskScores;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Examples one by one, the worst answers first.
final class ExamplesSection {
    private static final int SHOWN_MAX = 50;
    private static final int TEXT_MAX = 1200;

    private ExamplesSection() {}

    static void add(Html page, List<Result> results) {
        page.raw("<section>\n").heading(2, "Examples");
        int count = results.getFirst().scores().examples().size();
        List<Integer> order = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> goodness(results, i)))
                .toList();
        int shown = Math.min(SHOWN_MAX, count);
        page.paragraph("quiet", "The worst first" + (shown < count ? ", " + shown + " of " + count + "." : "."));
        for (int i : order.subList(0, shown)) {
            example(page, results, i);
        }
        page.raw("</section>\n");
    }

    /// The mean over the models; what has no score of its own comes last.
    private static double goodness(List<Result> results, int index) {
        return results.stream()
                .mapToDouble(result -> result.scores().goodness(index).orElse(2))
                .average()
                .orElse(2);
    }

    private static void example(Html page, List<Result> results, int index) {
        Example example = results.getFirst().scores().examples().get(index);
        page.raw("<details><summary>");
        page.element("span", "id", example.id());
        results.forEach(result -> page.element("span", style(result.scores(), index), text(result, index)));
        page.raw("</summary>\n<dl>\n");
        entry(page, "asked", example.question());
        if (!example.expected().isEmpty()) {
            entry(page, "expected", example.expected());
        }
        results.forEach(result -> entry(page, result.model(), result.scores().answer(index)));
        page.raw("</dl></details>\n");
    }

    private static String style(TaskScores scores, int index) {
        double value = scores.goodness(index).orElse(Double.NaN);
        return value >= 1 ? "right" : value <= 0 ? "wrong" : "";
    }

    private static String text(Result result, int index) {
        double value = result.scores().goodness(index).orElse(Double.NaN);
        String figure = value >= 1 ? "right" : value <= 0 ? "wrong" : ScoreText.of(value, Scale.SHARE);
        return result.model() + ": " + (Double.isNaN(value) ? result.scores().answer(index) : figure);
    }

    private static void entry(Html page, String name, String text) {
        String shown = text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) + "…" : text;
        page.element("dt", "", name).element("dd", "", shown);
    }
}
