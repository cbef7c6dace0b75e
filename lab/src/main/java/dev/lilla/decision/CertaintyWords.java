package dev.lilla.decision;

import dev.lilla.decision.DecisionRecord.Baseline;
import dev.lilla.evaluate.run.Comparison;
import dev.lilla.evaluate.run.Measured;
import dev.lilla.evaluate.statistics.PowerEstimate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// How sure a decision is.
record CertaintyWords(Decision decision, DecisionWords words) {
    /// Half an interval, in quality, that most will find narrow enough.
    private static final double NARROW = 0.05;

    /// How sure the figures are, what would make them surer, and whether it takes a model at all.
    List<String> sentences(List<Baseline> baselines) {
        JudgedVariant chosen = decision.chosen();
        Measured main = chosen.result().measured().getFirst();
        int examples = main.score().tally().examples();
        List<String> sure = new ArrayList<>();
        sure.add(words.say(
                "%s is %s on %d test examples; in 95 of 100 cases the true value lies in such an interval.",
                "%s är %s på %d testexempel; i 95 fall av 100 ligger det sanna värdet i ett sådant intervall.",
                words.metric(),
                words.withInterval(chosen),
                examples));
        sure.addAll(words.departures());
        int rounds = chosen.result().scores().rounds();
        if (rounds > 1) {
            sure.add(words.say(
                    "Each example was answered %d times with other seeds, and figures are means of these; the interval"
                            + " counts examples, not answers.",
                    "Varje exempel besvarades %d gånger med olika frön, och siffrorna är medelvärden av dem; intervallet"
                            + " räknar exempel, inte svar.",
                    rounds));
        }
        unsettled(chosen, examples).ifPresent(sure::add);
        ancestorTest(chosen).ifPresent(test -> sure.add(words.sentence(test, examples)));
        if (decision.variants().size() > 2) {
            sure.add(words.say(
                    "%d variants were held against the same examples; the best of many looks a little better than it is."
                            + " \"lilla check\" tells with fresh ones.",
                    "%d varianter prövades på samma exempel; den bästa av många ser lite bättre ut än den är."
                            + " \"lilla check\" visar det med nya.",
                    decision.variants().size()));
        }
        withoutModel(chosen, baselines).ifPresent(sure::add);
        return sure;
    }

    /// That answers without a model are as good, where they are.
    private Optional<String> withoutModel(JudgedVariant chosen, List<Baseline> baselines) {
        return baselines.stream()
                .max(Comparator.comparingDouble(baseline -> baseline.quality().value()))
                .filter(best -> best.quality().value() >= chosen.figures().quality())
                .map(best -> words.say(
                        "Without a model, %s comes to %s: on these examples a model gains nothing.",
                        "Utan modell ger %s %s: på de här exemplen vinner man inget med en modell.",
                        best.name(),
                        words.withInterval(best.quality())));
    }

    private Optional<String> unsettled(JudgedVariant chosen, int examples) {
        Optional<Criterion> open = chosen.criteria().stream()
                .filter(criterion -> criterion.verdict() == Criterion.Verdict.UNSETTLED)
                .findFirst();
        if (open.isPresent()) {
            double room = Math.max(open.get().found() - open.get().limit(), 1e-3);
            return Optional.of(words.say(
                    "Whether it reaches the %s of the goal is not settled; about %d examples would settle it.",
                    "Om den når målets %s är inte avgjort; omkring %d exempel skulle avgöra det.",
                    words.share(open.get().limit()),
                    Math.max(
                            examples,
                            PowerEstimate.forProportion(Math.clamp(open.get().found(), 0.05, 0.95), room))));
        }
        double half = (chosen.figures().high() - chosen.figures().low()) / 2;
        return half <= NARROW
                ? Optional.empty()
                : Optional.of(words.say(
                        "That is within %s either way; about %d examples would make it %s.",
                        "Det är på %s när; omkring %d exempel skulle ge %s.",
                        words.points(half),
                        PowerEstimate.forProportion(Math.clamp(chosen.figures().quality(), 0.05, 0.95), NARROW),
                        words.points(NARROW)));
    }

    /// The test against the parent, or that of the nearest ancestor that has a significant one.
    private Optional<Comparison> ancestorTest(JudgedVariant chosen) {
        Optional<Comparison> first = decision.testAgainstParent(chosen);
        Optional<Comparison> test = first;
        while (test.isPresent() && !test.get().paired().isSignificant()) {
            String parent = test.get().second();
            test = decision.variants().stream()
                    .filter(variant -> variant.name().equals(parent))
                    .findFirst()
                    .flatMap(decision::testAgainstParent);
        }
        return test.or(() -> first);
    }
}
