package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class TrainingReportTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Path log(int steps) {
        Path file = folder.resolve("log.jsonl");
        try (TrainingLog log = TrainingLog.open(file, 0)) {
            for (int step = 1; step <= steps; step++) {
                log.happened(new TrainingEvent.Stepped(
                        step, steps, step / 10.0, 9.0 / step, 9.5 / step, 1e-4, 2, 100, Duration.ofSeconds(1)));
                if (step % 10 == 0) {
                    log.happened(new TrainingEvent.Validated(step, 10.0 / step, true));
                }
            }
        }
        return file;
    }

    @Test
    void drawsEveryCurveAndAsksNothingOfTheNetwork() throws IOException {
        Path page = folder.resolve("report.html");
        TrainingReport.write(page, TrainingLog.read(log(5000)), List.of("Model: <tiny> & small"));
        String html = Files.readString(page);
        assertThat(html)
                .contains("Loss over steps", "Learning rate over steps", "Best validation loss: 0.0020")
                .contains("&lt;tiny&gt; &amp; small", "prefers-color-scheme: dark")
                .doesNotContain("http", "src=", "<link", "@import", "url(", "NaN");
        assertThat(html.length()).isLessThan(200_000);
    }

    @Test
    void writesSvgThatParses() throws Exception {
        CurveChart chart = new CurveChart(List.of(new CurveChart.Curve(
                "a", "first", List.of(new double[] {1, 2}, new double[] {2, Double.NaN}, new double[] {3, 2}))));
        String svg = chart.svg("loss");
        var document =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(1);
        assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(2);
    }

    @Test
    void keepsTheLinesOfStepsThatAreDone() throws IOException {
        Path file = log(20);
        // A program that ended while it wrote.
        Files.writeString(file, "{\"step\":21,\"lo", StandardOpenOption.APPEND);
        assertThat(TrainingLog.read(file)).hasSize(22);
        TrainingLog.open(file, 12).close();
        assertThat(TrainingLog.read(file))
                .hasSize(13)
                .allMatch(line -> line.path("step").intValue() <= 12);
        TrainingLog.open(file, 0).close();
        assertThat(TrainingLog.read(file)).isEmpty();
    }
}
