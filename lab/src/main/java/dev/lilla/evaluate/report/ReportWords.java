package dev.lilla.evaluate.report;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.run.Comparison;
import dev.lilla.evaluate.run.Measured;
import dev.lilla.evaluate.statistics.PairedComparison;
import dev.lilla.evaluate.task.Decoding;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The words of reports in the languages that Lilla speaks, and figures as each writes them.
public record ReportWords(Tongue tongue) {
    /// Facts of protocols and names of tests, which are stored in English.
    private static final Map<String, String> SWEDISH = Map.ofEntries(
            Map.entry("a cloud API", "ett moln-API"),
            Map.entry("decoding", "avkodning"),
            Map.entry("engine.backend", "beräknat med"),
            Map.entry("engine.context", "kontext"),
            Map.entry("engine.deterministic", "deterministiskt"),
            Map.entry("engine.kvType", "typ för nycklar och värden"),
            Map.entry("examples", "exempel"),
            Map.entry("prompts and references", "frågor och facit"),
            Map.entry("seeds", "frön"),
            Map.entry("shots", "visade exempel"),
            Map.entry("task file", "uppgiftsfil"),
            Map.entry("mcnemar", "McNemar"),
            Map.entry("paired bootstrap", "parvis bootstrap"),
            Map.entry("true", "ja"),
            Map.entry("false", "nej"));

    private static final int DECIMALS_MAX = 8;

    /// The code of the language, for pages.
    public String code() {
        return tongue == Tongue.SWEDISH ? "sv" : "en";
    }

    /// One of two wordings, with values in the places of `%s`.
    public String say(String english, String swedish, Object... values) {
        String words = new Wording(english, swedish).in(tongue);
        return values.length == 0 ? words : String.format(Locale.ROOT, words, values);
    }

    /// Figures with the sign that the language has between whole and part.
    public String local(String figures) {
        return tongue == Tongue.SWEDISH ? figures.replace('.', ',') : figures;
    }

    /// A word that is stored in English, where it is a known one.
    public String stored(String word) {
        return tongue == Tongue.SWEDISH ? SWEDISH.getOrDefault(word, word) : word;
    }

    /// How answers were chosen.
    String decoding(Decoding decoding) {
        SamplerOptions sampler = decoding.sampler();
        StringBuilder text = new StringBuilder(say("at most %s tokens", "högst %s token", decoding.maxTokens()));
        if (sampler.isGreedy()) {
            text.append(say(", always the likeliest", ", alltid den troligaste"));
        } else {
            text.append(say(", temperature ", ", temperatur ")).append(local(Double.toString(sampler.temperature())));
            if (sampler.topK() > 0) {
                text.append(", top-k ").append(sampler.topK());
            }
            if (sampler.topP() < 1) {
                text.append(", top-p ").append(local(Double.toString(sampler.topP())));
            }
            text.append(say(", seed ", ", frö ")).append(sampler.seed());
        }
        if (!decoding.stop().isEmpty()) {
            text.append(say(", ends at ", ", slutar vid ")).append(String.join(" | ", decoding.stop()));
        }
        return text.toString();
    }

    /// An amount of money with three digits that matter: `12.34`, `0.437`, `0.000437`.
    public String money(double value) {
        int decimals = value > 0 ? (int) Math.clamp(2 - Math.floor(Math.log10(value)), 2, DECIMALS_MAX) : 2;
        return local(String.format(Locale.ROOT, "%." + decimals + "f", value));
    }

    /// `92.5 %`.
    public String score(double value, Scale scale) {
        return local(ScoreText.of(value, scale));
    }

    /// `92.5 % (86.4 to 96.0)`.
    public String withInterval(Measured measured) {
        return local(ScoreText.withInterval(measured).replace(" to ", say(" to ", " till ")));
    }

    /// `0.031`, `< 0.001`.
    public String probability(Comparison comparison) {
        return local(comparison.probability());
    }

    /// What to say of a proportion that few examples leave open.
    public Optional<String> tooWide(Measured measured, int examples) {
        return ScoreText.wide(measured)
                .map(wide -> say(
                        "With %s examples %s is known to within %s points either way; about %s would make it %s.",
                        "Med %s exempel är %s känt på %s procentenheter när; omkring %s skulle ge %s.",
                        examples,
                        measured.metric(),
                        local(String.format(Locale.ROOT, "%.1f", wide.halfPoints())),
                        wide.examplesNeeded(),
                        ScoreText.POINTS_WANTED));
    }

    /// What a comparison means, in a sentence.
    ///
    /// @param examples that both answered
    /// @param isHigherBetter whether a higher score is a better one
    public String sentence(Comparison comparison, int examples, boolean isHigherBetter) {
        if (tongue == Tongue.ENGLISH) {
            return comparison.sentence(examples, isHigherBetter);
        }
        PairedComparison paired = comparison.paired();
        String metric = comparison.metric();
        if (paired.difference() == 0) {
            return comparison.first() + " och " + comparison.second() + " har samma " + metric + ".";
        }
        boolean isFirst = paired.difference() > 0 == isHigherBetter;
        String better = isFirst ? comparison.first() : comparison.second();
        String worse = isFirst ? comparison.second() : comparison.first();
        String found = better + " är bättre än " + worse + " i " + metric + " (p = " + probability(comparison) + ").";
        if (paired.isSignificant()) {
            return found;
        }
        String more = paired.examplesToSettle().isEmpty()
                ? " Fler exempel skulle visa det."
                : paired.examplesToSettle().getAsLong() <= examples
                        ? " Skillnaden är vid gränsen för vad " + examples + " exempel visar."
                        : " Omkring " + paired.examplesToSettle().getAsLong()
                                + " exempel skulle avgöra en så stor skillnad, och det finns " + examples + ".";
        return "För lite data för att säga om " + found + more;
    }
}
