package dev.lilla.train;

import dev.lilla.format.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;

/// The log of a run as one HTML page with curves, which asks nothing of the network.
public final class TrainingReport {
    private static final String STYLE = "report.css";

    private final List<JsonNode> log;

    private TrainingReport(List<JsonNode> log) {
        this.log = log;
    }

    /// Writes the page.
    ///
    /// @param log lines of a [TrainingLog]
    /// @param facts what the run is, one sentence each
    public static void write(Path file, List<JsonNode> log, List<String> facts) {
        WholeFile.write(file, new TrainingReport(log).html(facts));
    }

    private String html(List<String> facts) {
        StringBuilder page = new StringBuilder();
        page.append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
        page.append("<meta name=\"viewport\" content=\"width=device-width\">\n<title>Training</title>\n<style>\n");
        page.append(style()).append("</style>\n<main>\n<h1>Training</h1>\n<ul>\n");
        facts.forEach(fact -> page.append("<li>").append(escaped(fact)).append("</li>\n"));
        results().forEach(result -> page.append("<li>").append(escaped(result)).append("</li>\n"));
        page.append("</ul>\n");
        section(
                page,
                "Loss",
                "Nats a token; lower is better. A validation loss that rises while the training loss falls means that"
                        + " the model learns the examples by heart.",
                List.of(
                        curve("each step", "faint", "loss"),
                        curve("smoothed", "first", "smoothedLoss"),
                        curve("validation", "second", "validationLoss")));
        section(page, "Learning rate", "", List.of(curve("learning rate", "first", "rate")));
        section(
                page,
                "Norm of the gradients",
                "Before clipping. Spikes that grow are the first sign of a learning rate that is too high.",
                List.of(curve("norm", "first", "gradientNorm")));
        section(page, "Speed", "Tokens a second.", List.of(curve("tokens a second", "first", "tokensPerSecond")));
        return page.append("</main>\n</html>\n").toString();
    }

    private void section(StringBuilder page, String title, String text, List<CurveChart.Curve> curves) {
        List<CurveChart.Curve> drawn =
                curves.stream().filter(curve -> !curve.points().isEmpty()).toList();
        if (drawn.isEmpty()) {
            return;
        }
        page.append("<section>\n<h2>").append(title).append("</h2>\n");
        if (!text.isEmpty()) {
            page.append("<p>").append(text).append("</p>\n");
        }
        if (drawn.size() > 1) {
            page.append("<p class=\"legend\">");
            drawn.forEach(curve -> page.append("<span class=\"")
                    .append(curve.style())
                    .append("\">")
                    .append(curve.name())
                    .append("</span> "));
            page.append("</p>\n");
        }
        page.append(new CurveChart(drawn).svg(title + " over steps")).append("</section>\n");
    }

    private CurveChart.Curve curve(String name, String style, String key) {
        List<double[]> points = new ArrayList<>();
        for (JsonNode line : log) {
            if (line.path(key).isNumber()) {
                points.add(new double[] {
                    line.path("step").asDouble(0), line.path(key).doubleValue()
                });
            }
        }
        return new CurveChart.Curve(name, style, points);
    }

    private List<String> results() {
        List<String> results = new ArrayList<>();
        OptionalDouble best = log.stream()
                .filter(line -> line.path("validationLoss").isNumber())
                .mapToDouble(line -> line.path("validationLoss").doubleValue())
                .min();
        int steps =
                log.stream().mapToInt(line -> line.path("step").asInt(0)).max().orElse(0);
        results.add("Steps: " + steps);
        best.ifPresent(loss -> results.add(
                String.format(Locale.ROOT, "Best validation loss: %.4f (perplexity %.2f)", loss, Math.exp(loss))));
        return results;
    }

    private static String style() {
        try (InputStream in = TrainingReport.class.getResourceAsStream(STYLE)) {
            if (in == null) {
                throw new IllegalStateException(STYLE + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
