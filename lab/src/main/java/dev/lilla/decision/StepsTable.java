package dev.lilla.decision;

import dev.lilla.evaluate.report.Html;
import dev.lilla.evaluate.run.Comparison;
import dev.lilla.evaluate.statistics.PairedComparison;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import java.util.List;
import java.util.OptionalLong;

/// Each change as a row of a page: the score before and after it, the difference with its interval, and whether it
/// may be chance.
record StepsTable(Decision decision, DecisionWords words, Tongue tongue) {
    void addTo(Html page) {
        page.table(
                say("Paired tests", "Parvisa test"),
                List.of(
                        say("step", "steg"),
                        say("before", "före"),
                        say("after", "efter"),
                        say("points (95 %)", "enheter (95 %)"),
                        "p",
                        say("which is", "det är")),
                decision.tests().stream().map(this::row).toList());
    }

    private List<String> row(Comparison test) {
        PairedComparison paired = test.paired();
        return List.of(
                test.second() + " → " + test.first(),
                words.quality(judged(test.second())),
                words.quality(judged(test.first())),
                words.change(paired.difference()) + " ("
                        + words.change(paired.interval().low()) + say(" to ", " till ")
                        + words.change(paired.interval().high()) + ")",
                words.local(test.probability()),
                outcome(paired));
    }

    private JudgedVariant judged(String name) {
        return decision.variants().stream()
                .filter(variant -> variant.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String outcome(PairedComparison paired) {
        if (paired.difference() == 0) {
            return say("the same", "detsamma");
        }
        if (paired.isSignificant()) {
            return paired.difference() > 0 ? say("better", "bättre") : say("worse", "sämre");
        }
        OptionalLong needed = paired.examplesToSettle();
        long examples = decision.chosen().result().scores().examples().size();
        return needed.isPresent() && needed.getAsLong() > examples
                ? say("maybe chance: about ", "kanske slump: omkring ")
                        + needed.getAsLong()
                        + say(" examples would tell", " exempel skulle avgöra")
                : say("maybe chance", "kanske slump");
    }

    private String say(String english, String swedish) {
        return new Wording(english, swedish).in(tongue);
    }
}
