package dev.lilla.project;

import dev.lilla.optimize.ConversionType;
import dev.lilla.store.Catalog;
import dev.lilla.store.CatalogModel;
import dev.lilla.store.PublishedScore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What published scores let one expect of a model before it is tried. It orders the candidates and promises nothing:
/// `lilla evaluate` measures.
final class QualityPrior {
    /// The one benchmark that most publishers give, with 5 examples in the prompt.
    private static final String BENCHMARK = "MMLU";
    /// Guessing among four answers.
    private static final double GUESSING = 25;
    /// What the best models of these sizes reach.
    private static final double BEST = 75;

    private final double slope;
    private final double intercept;
    private final double spread;

    private QualityPrior(double slope, double intercept, double spread) {
        this.slope = slope;
        this.intercept = intercept;
        this.spread = spread;
    }

    /// An expectation with the reason for it.
    ///
    /// @param quality 0 to 1
    record Expectation(double quality, String reason) {}

    /// A line through the published scores by the logarithm of size serves models without one.
    static QualityPrior of(Catalog catalog) {
        List<double[]> points = new ArrayList<>();
        for (CatalogModel model : catalog.models()) {
            published(model).ifPresent(score -> points.add(new double[] {size(model), score.value()}));
        }
        double count = points.size();
        double meanX = points.stream().mapToDouble(point -> point[0]).sum() / count;
        double meanY = points.stream().mapToDouble(point -> point[1]).sum() / count;
        double products = 0;
        double squares = 0;
        for (double[] point : points) {
            products += (point[0] - meanX) * (point[1] - meanY);
            squares += (point[0] - meanX) * (point[0] - meanX);
        }
        double slope = squares == 0 ? 0 : products / squares;
        double intercept = meanY - slope * meanX;
        double residuals = points.stream()
                .mapToDouble(point -> Math.pow(point[1] - intercept - slope * point[0], 2))
                .sum();
        return new QualityPrior(slope, intercept, Math.sqrt(residuals / Math.max(1, count - 2)));
    }

    private static double size(CatalogModel model) {
        return Math.log((double) model.shape().parameters());
    }

    private static Optional<PublishedScore> published(CatalogModel model) {
        List<PublishedScore> scores = model.scores().stream()
                .filter(score -> score.benchmark().equals(BENCHMARK))
                .toList();
        return scores.stream()
                .filter(score -> score.of().equals("chat"))
                .findFirst()
                .or(() -> scores.stream().findFirst());
    }

    Expectation expect(CatalogModel model, ConversionType type) {
        double loss = loss(type);
        Optional<PublishedScore> score = published(model);
        // Without a score: what its size promises, less the spread around that line.
        double points = score.map(PublishedScore::value).orElse(intercept + slope * size(model) - spread);
        String reason = score.map(found -> String.format(
                        Locale.ROOT,
                        "%s %.1f published (%s, %s; %s)",
                        BENCHMARK,
                        found.value(),
                        found.of(),
                        found.protocol(),
                        found.source()))
                .orElseGet(() -> String.format(
                        Locale.ROOT,
                        "no published %s in the catalog; %.1f expected from its size, with caution",
                        BENCHMARK,
                        points));
        double quality = Math.clamp((points - loss - GUESSING) / (BEST - GUESSING), 0, 1);
        return new Expectation(quality, loss == 0 ? reason : reason + ", less " + loss + " for " + type.label());
    }

    /// Points of the benchmark that a type takes: what was published of Qwen-1.8B-Chat for 8 and 4 bits (43.3, 43.1,
    /// 42.9; README of QwenLM/Qwen); below 4 bits a guess that errs on the side of caution.
    private static double loss(ConversionType type) {
        return switch (type) {
            case F32, F16, BF16 -> 0;
            case Q8_0, Q6_K -> 0.2;
            case Q5_0, Q5_1, Q5_K_S, Q5_K_M -> 0.3;
            case Q4_0, Q4_1, Q4_K_S, Q4_K_M, IQ4_NL, IQ4_XS -> 0.4;
            case Q3_K_S, Q3_K_M, Q3_K_L -> 2;
            case Q2_K -> 5;
        };
    }
}
