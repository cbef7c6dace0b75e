package dev.lilla.evaluate.run;

import dev.lilla.chat.ChatModel;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.Message;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.evaluate.metric.Match;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A model that says which of two answers is better. It is asked twice, with the positions swapped: only a preference
/// that survives counts, since judges favor a place.
///
/// @param instruction with the places `{question}`, `{first}` and `{second}`
public record PairwiseJudge(ChatModel model, String instruction) {
    /// Asks for one letter, which small judges manage too.
    public static final String INSTRUCTION = """
            Which answer is better? Reply with one letter: A, B, or C if they are equally good.

            Question:
            {question}

            Answer A:
            {first}

            Answer B:
            {second}

            Verdict:""";

    private static final Pattern VERDICT = Pattern.compile("\\b([ABC])\\b");
    private static final int MAX_TOKENS = 64;

    public PairwiseJudge {
        for (String place : List.of("{question}", "{first}", "{second}")) {
            if (!instruction.contains(place)) {
                throw new IllegalArgumentException("the judge's instruction lacks the place " + place);
            }
        }
    }

    /// Two answers to one question.
    public record Pair(String question, String first, String second) {
        Pair swapped() {
            return new Pair(question, second, first);
        }
    }

    /// @param outcome 1 if the first answer won in both orders, 0 if the second did, else 0.5
    /// @param isConsistent whether both orders agree; a verdict that cannot be read agrees with none
    public record Verdict(double outcome, boolean isConsistent) {}

    public Verdict judge(Pair pair) {
        Optional<Double> straight = ask(pair);
        Optional<Double> swapped = ask(pair.swapped()).map(outcome -> 1 - outcome);
        boolean isConsistent = straight.isPresent() && straight.equals(swapped);
        return new Verdict(isConsistent ? straight.get() : 0.5, isConsistent);
    }

    private Optional<Double> ask(Pair pair) {
        Map<String, String> places =
                Map.of("{question}", pair.question(), "{first}", pair.first(), "{second}", pair.second());
        String filled = Pattern.compile("\\{(question|first|second)}")
                .matcher(instruction)
                .replaceAll(match -> Matcher.quoteReplacement(places.getOrDefault(match.group(), "")));
        String reply = model.chat(new ChatRequest(
                        List.of(Message.user(filled)),
                        Optional.of(SamplerOptions.greedy()),
                        OptionalInt.of(MAX_TOKENS),
                        List.of(),
                        Map.of()))
                .text();
        Matcher verdict = VERDICT.matcher(reply.toUpperCase(Locale.ROOT));
        if (!verdict.find()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (verdict.group(1)) {
                    case "A" -> 1.0;
                    case "B" -> 0.0;
                    default -> 0.5;
                });
    }

    /// What a judge said of many pairs.
    ///
    /// @param matches one a pair, with the names of both models
    /// @param consistency share of pairs on which both orders agree
    public record Judgement(List<Match> matches, double consistency) {
        public Judgement {
            matches = List.copyOf(matches);
        }

        /// Wins of the first model, ties as half.
        public double winShare() {
            return matches.stream().mapToDouble(Match::outcome).average().orElse(Double.NaN);
        }

        /// Share of the labelled pairs on which judge and person agree; says whether the judge is worth anything.
        ///
        /// @param labels outcomes by the index of their pair
        public double agreement(Map<Integer, Double> labels) {
            return labels.entrySet().stream()
                    .mapToDouble(label -> matches.get(label.getKey()).outcome() == label.getValue() ? 1 : 0)
                    .average()
                    .orElse(Double.NaN);
        }
    }

    /// Judges the answers of two models to the same questions.
    public Judgement judge(String first, String second, List<Pair> pairs) {
        List<Verdict> verdicts = pairs.stream().map(this::judge).toList();
        return new Judgement(
                verdicts.stream()
                        .map(verdict -> new Match(first, second, verdict.outcome()))
                        .toList(),
                verdicts.stream()
                        .mapToDouble(verdict -> verdict.isConsistent() ? 1 : 0)
                        .average()
                        .orElse(Double.NaN));
    }
}
