package dev.lilla.evaluate.report;

import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.run.JudgeRecord;
import dev.lilla.evaluate.run.JudgeRecord.Agreement;
import dev.lilla.evaluate.run.JudgeRecord.Pairing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a judge said, beside how often it agrees with itself and with people.
record JudgeSection(JudgeRecord judge, ReportWords words) {
    void add(Html page) {
        page.raw("<section>\n").heading(2, words.say("A judge", "En domare"));
        page.paragraph(
                "quiet",
                words.say(
                        "%s compared the answers, each pair in both orders; a preference that does not survive the swap is a"
                                + " tie. Model digest %s, instruction %s.",
                        "%s jämförde svaren, varje par i båda ordningarna; en åsikt som inte håller vid bytet är oavgjord."
                                + " Modellens kontrollsumma %s, instruktion %s.",
                        judge.model(),
                        judge.digest(),
                        judge.instruction()));
        List<List<String>> rows = new ArrayList<>();
        for (Pairing pairing : judge.pairings()) {
            rows.add(List.of(
                    pairing.first() + words.say(" against ", " mot ") + pairing.second(),
                    share(pairing.winShare(), pairing.low(), pairing.high()),
                    words.score(pairing.consistency(), Scale.SHARE),
                    pairing.people().map(this::people).orElse("-")));
        }
        page.table(
                words.say("Verdicts with 95 % intervals", "Omdömen med 95-procentiga intervall"),
                List.of(
                        words.say("models", "modeller"),
                        words.say("the first wins", "den första vinner"),
                        words.say("both orders agree", "båda ordningarna överens"),
                        words.say("agrees with people", "överens med människor")),
                rows);
        if (judge.pairings().stream().allMatch(pairing -> pairing.people().isEmpty())) {
            page.paragraph(
                    "",
                    words.say(
                            "It was not held against verdicts of people, so nobody knows what it is worth: --judge-labels.",
                            "Den har inte jämförts med människors omdömen, så ingen vet vad den är värd: --judge-labels."));
        }
        ratings(page);
        page.raw("</section>\n");
    }

    private void ratings(Html page) {
        if (judge.ratings().isEmpty()) {
            return;
        }
        page.table(
                words.say("Ratings (Bradley and Terry)", "Styrka (Bradley och Terry)"),
                List.of("", words.say("rating", "styrka")),
                judge.ratings().entrySet().stream()
                        .map(rating -> List.of(rating.getKey(), String.format(Locale.ROOT, "%.0f", rating.getValue())))
                        .toList());
    }

    private String people(Agreement people) {
        return share(people.share(), people.low(), people.high()) + words.say(" of %s", " av %s", people.labelled());
    }

    private String share(double value, double low, double high) {
        return words.score(value, Scale.SHARE) + " ("
                + words.score(low, Scale.SHARE).replace(" %", "") + words.say(" to ", " till ")
                + words.score(high, Scale.SHARE).replace(" %", "") + ")";
    }
}
