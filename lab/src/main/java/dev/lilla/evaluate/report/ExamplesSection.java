package dev.lilla.evaluate.report;

import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.task.Example;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/// Examples one by one, the worst answers first.
final class ExamplesSection {
    private static final int SHOWN_MAX = 50;
    private static final int TEXT_MAX = 1200;

    private final Html page;
    private final List<Judged> judged;
    private final ReportWords words;

    /// A result, with how good each of its answers is.
    private record Judged(Result result, List<OptionalDouble> goodness) {}

    private ExamplesSection(Html page, List<Result> results, ReportWords words) {
        this.page = page;
        this.words = words;
        this.judged = results.stream()
                .map(result -> new Judged(result, result.scores().goodness()))
                .toList();
    }

    static void add(Html page, List<Result> results, ReportWords words) {
        new ExamplesSection(page, results, words).add();
    }

    private void add() {
        page.raw("<section>\n").heading(2, words.say("Examples", "Exempel"));
        int count = judged.getFirst().goodness().size();
        List<Integer> order = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingDouble(this::goodness))
                .toList();
        int shown = Math.min(SHOWN_MAX, count);
        int rounds = judged.getFirst().result().scores().rounds();
        page.paragraph(
                "quiet",
                words.say("The worst first", "De sämsta först")
                        + (shown < count ? words.say(", %s of %s.", ", %s av %s.", shown, count) : ".")
                        + (rounds > 1
                                ? words.say(
                                        " Each was answered %s times; shown is the first answer, and the mean of all.",
                                        " Vart och ett besvarades %s gånger; det första svaret visas, och allas medelvärde.",
                                        rounds)
                                : ""));
        order.subList(0, shown).forEach(this::example);
        page.raw("</section>\n");
    }

    /// The mean over the models; what has no score of its own comes last.
    private double goodness(int index) {
        return judged.stream()
                .mapToDouble(one -> one.goodness().get(index).orElse(2))
                .average()
                .orElse(2);
    }

    private void example(int index) {
        Example example = judged.getFirst().result().scores().examples().get(index);
        page.raw("<details><summary>");
        page.element("span", "id", example.id());
        judged.forEach(one -> page.element("span", style(one, index), text(one, index)));
        page.raw("</summary>\n<dl>\n");
        entry(page, words.say("asked", "fråga"), example.question());
        if (!example.expected().isEmpty()) {
            entry(page, words.say("expected", "rätt svar"), example.expected());
        }
        judged.forEach(
                one -> entry(page, one.result().model(), one.result().scores().answer(index)));
        page.raw("</dl></details>\n");
    }

    private static String style(Judged one, int index) {
        double value = one.goodness().get(index).orElse(Double.NaN);
        return value >= 1 ? "right" : value <= 0 ? "wrong" : "";
    }

    private String text(Judged one, int index) {
        Result result = one.result();
        double value = one.goodness().get(index).orElse(Double.NaN);
        String figure = value >= 1
                ? words.say("right", "rätt")
                : value <= 0 ? words.say("wrong", "fel") : words.score(value, Scale.SHARE);
        return result.model() + ": " + (Double.isNaN(value) ? result.scores().answer(index) : figure);
    }

    private static void entry(Html page, String name, String text) {
        String shown = text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) + "…" : text;
        page.element("dt", "", name).element("dd", "", shown);
    }
}
