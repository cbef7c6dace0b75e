package dev.lilla.deploy;

import dev.lilla.evaluate.report.EvaluationPage;
import dev.lilla.evaluate.report.Html;
import dev.lilla.evaluate.report.ReportWords;
import dev.lilla.evaluate.run.Prices;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;

/// A check as a page: the verdict first, then what it rests on, down to single answers.
public final class PromisePage {
    private PromisePage() {}

    /// Writes the page in place of an older one.
    public static void write(Path file, PromiseWords words, Prices prices) {
        String project = words.record().project();
        Html page = new Html(project + words.say(": check", ": kontroll"), new ReportWords(words.tongue()).code());
        page.heading(1, project);
        page.paragraph(
                "quiet",
                words.say(
                        "%s examples, checked by Lilla on %s; decided %s",
                        "%s exempel, kontrollerade av Lilla den %s; beslutat %s",
                        words.check().examples(),
                        LocalDate.now(ZoneId.systemDefault()),
                        words.record().created()));
        boolean holds = words.check().holds();
        page.raw("<section class=\"verdict " + (holds ? "meets" : "misses") + "\">\n");
        page.heading(2, words.verdict());
        page.raw("<ul>\n");
        words.criteria().forEach(line -> page.element("li", "", line));
        page.element("li", "", words.drop());
        words.notes().forEach(note -> page.element("li", "quiet", note));
        page.raw("</ul>\n</section>\n");
        EvaluationPage.addDetails(page, List.of(words.check().result()), List.of(), prices, words.tongue());
        page.write(file);
    }
}
