package dev.lilla.evaluate.report;

import dev.lilla.evaluate.metric.ConfusionMatrix;
import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.task.TaskKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Each class of a classification: how well it is found, and what it is taken for.
record ClassesSection(List<Result> results, ReportWords words) {
    void add(Html page) {
        if (!(results.getFirst().scores().task().kind() instanceof TaskKind.Classification classes)) {
            return;
        }
        page.raw("<section>\n").heading(2, words.say("Classes", "Klasser"));
        for (Result result : results) {
            ConfusionMatrix matrix = result.scores().confusion().orElseThrow();
            page.heading(3, result.model());
            List<List<String>> rows = new ArrayList<>();
            for (int i = 0; i < matrix.labels(); i++) {
                rows.add(List.of(
                        classes.labels().get(i),
                        count(matrix.expected(i)),
                        words.score(matrix.precision(i), Scale.SHARE),
                        words.score(matrix.recall(i), Scale.SHARE),
                        words.score(matrix.f1(i), Scale.SHARE)));
            }
            page.table(
                    words.say("Each class", "Varje klass"),
                    List.of(
                            words.say("class", "klass"),
                            words.say("examples", "exempel"),
                            words.say("precision", "precision"),
                            words.say("recall", "täckning"),
                            "F1"),
                    rows);
            confusion(page, classes.labels(), matrix);
        }
        page.raw("</section>\n");
    }

    private void confusion(Html page, List<String> labels, ConfusionMatrix matrix) {
        page.raw("<div class=\"scroll\"><table class=\"heat\">\n<caption>"
                + words.say("Expected (rows) and answered (columns)", "Rätt svar (rader) och svarat (kolumner)")
                + "</caption>\n");
        page.raw("<thead><tr><th></th>");
        labels.forEach(label -> page.raw("<th scope=\"col\">" + Html.escaped(label) + "</th>"));
        page.raw("<th scope=\"col\"><em>" + words.say("none", "ingen") + "</em></th></tr></thead>\n<tbody>\n");
        for (int i = 0; i < labels.size(); i++) {
            page.raw("<tr><th scope=\"row\">" + Html.escaped(labels.get(i)) + "</th>");
            double expected = Math.max(1, matrix.expected(i));
            for (int j = 0; j <= labels.size(); j++) {
                double share = matrix.counts()[i][j] / expected;
                page.raw(String.format(
                        Locale.ROOT,
                        "<td class=\"%s\" style=\"--share:%.2f\">%s</td>",
                        i == j ? "hit" : "miss",
                        share,
                        count(matrix.counts()[i][j])));
            }
            page.raw("</tr>\n");
        }
        page.raw("</tbody></table></div>\n");
    }

    /// Means of several rounds need not be whole.
    private String count(double value) {
        return words.local(String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.1f", value));
    }
}
