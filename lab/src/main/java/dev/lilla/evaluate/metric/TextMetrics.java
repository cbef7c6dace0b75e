package dev.lilla.evaluate.metric;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The metrics of written answers, by the names of task files.
public final class TextMetrics {
    private static final List<TextMetric> ALL = Stream.of(
                    Stream.of(
                            ExactMatch.STRICT,
                            new Squad(Squad.Kind.EXACT_MATCH, Squad.Articles.ENGLISH),
                            new Squad(Squad.Kind.F1, Squad.Articles.ENGLISH),
                            new Squad(Squad.Kind.EXACT_MATCH, Squad.Articles.SWEDISH),
                            new Squad(Squad.Kind.F1, Squad.Articles.SWEDISH),
                            Bleu.DEFAULT,
                            ChrF.CHRF,
                            ChrF.CHRF_PLUS_PLUS,
                            new EditDistance(),
                            new JsonMetric(JsonMetric.Kind.VALID),
                            new JsonMetric(JsonMetric.Kind.EXACT)),
                    Stream.of(FieldF1.Kind.values()).map(FieldF1::new),
                    Stream.of(RougeWords.values())
                            .flatMap(words -> Stream.of(Rouge.Kind.values()).map(kind -> new Rouge(kind, words))))
            .flatMap(Function.<Stream<? extends TextMetric>>identity())
            .map(TextMetric.class::cast)
            .toList();

    private TextMetrics() {}

    /// The metric of a name.
    public static Optional<TextMetric> named(String name) {
        return ALL.stream().filter(metric -> metric.name().equals(name)).findFirst();
    }

    /// All names, for messages.
    public static String names() {
        return ALL.stream()
                .map(TextMetric::name)
                .sorted(Comparator.naturalOrder())
                .collect(Collectors.joining(", "));
    }
}
