package dev.lilla.decision;

import dev.lilla.evaluate.run.Comparison;
import dev.lilla.evaluate.statistics.PairedComparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is given up for the variant that is recommended.
record GivenUpWords(Decision decision, DecisionWords words) {
    /// What it lacks beside the best variant, and beside the model that it was made from.
    List<String> sentences() {
        JudgedVariant chosen = decision.chosen();
        JudgedVariant best = decision.choice().best();
        List<String> given = new ArrayList<>();
        decision.choice()
                .loss()
                .filter(loss -> loss.difference() != 0 || loss.interval().high() > 0)
                .ifPresent(loss -> given.add(loss(best, loss)));
        Optional<Comparison> step = decision.testAgainstParent(chosen);
        step.filter(test -> !test.second().equals(best.name()))
                .filter(test -> test.paired().difference() < 0)
                .ifPresent(test -> given.add(words.say(
                        "Against %s, which it was made from, it loses %s (%s).",
                        "Mot %s, som den är gjord av, förlorar den %s (%s).",
                        test.second(),
                        words.points(-test.paired().difference() / words.unit()),
                        words.probability(test))));
        chosen.figures()
                .elsewhere()
                .ifPresent(place -> given.add(words.say(
                        "That texts stay in the house: every request goes to %s, which may change the model behind its"
                                + " name.",
                        "Att texterna stannar i huset: varje fråga går till %s, som kan byta modell bakom namnet.",
                        place.host())));
        if (given.isEmpty()) {
            given.add(words.say(
                    "Nothing: no variant has more of what the goal asks for.",
                    "Inget: ingen variant ger mer av det målet kräver."));
        }
        return given;
    }

    private String loss(JudgedVariant best, PairedComparison loss) {
        Figures less = decision.chosen().figures();
        Figures more = best.figures();
        return words.say(
                        "%s has %s more %s (95 %%: %s to %s); it takes %s times the time",
                        "%s har %s mer %s (95 %%: %s till %s); den tar %s gånger så lång tid",
                        best.name(),
                        words.points(loss.difference() / words.unit()),
                        words.metric(),
                        words.points(loss.interval().low() / words.unit()),
                        words.points(loss.interval().high() / words.unit()),
                        words.number("%.2f", more.answerP50() / less.answerP50()))
                + (less.elsewhere().isPresent() || more.elsewhere().isPresent() ? price(more, less) : room(more, less));
    }

    private String price(Figures more, Figures less) {
        String costs = words.say(
                " and costs %s for 1,000 answers instead of %s",
                " och kostar %s för 1 000 svar i stället för %s",
                words.amount(Criterion.Kind.COST_PER_1000, more.costPer1000()),
                words.amount(Criterion.Kind.COST_PER_1000, less.costPer1000()));
        return costs
                + more.elsewhere()
                        .map(place -> words.say(
                                ", and every request leaves the house for %s.",
                                ", och varje fråga lämnar huset för %s.", place.host()))
                        .orElse(".");
    }

    private String room(Figures more, Figures less) {
        return words.say(
                ", %s times the disk%s.",
                " och %s gånger så mycket disk%s.",
                words.number("%.2f", (double) more.diskBytes() / less.diskBytes()),
                memoryRatio(more, less));
    }

    private String memoryRatio(Figures more, Figures less) {
        if (more.memoryBytes().isEmpty() || less.memoryBytes().isEmpty()) {
            return "";
        }
        double ratio =
                (double) more.memoryBytes().getAsLong() / less.memoryBytes().getAsLong();
        return words.say(" and %s times the memory", " och %s gånger så mycket minne", words.number("%.2f", ratio));
    }
}
