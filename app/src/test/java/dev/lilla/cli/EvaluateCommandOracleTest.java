package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class EvaluateCommandOracleTest {
    @TempDir
    Path folder;

    private final Lines lines = new Lines();
    private final Path model =
            Oracle.path(Oracle.json("eval/lm_eval/results.json").get("model").stringValue());

    private Lines.Outcome evaluate(String task, Object... more) {
        Object[] arguments = {
            "evaluate",
            model,
            "--task",
            Oracle.path("eval/lm_eval/" + task + ".yaml"),
            "--context",
            "64",
            "--kv-type",
            "f32",
            "--runs",
            folder.resolve("runs.db")
        };
        Object[] all = new Object[arguments.length + more.length];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return lines.run(all);
    }

    @Test
    void givesTheNumbersOfTheHarness() {
        JsonNode expected = Oracle.json("eval/lm_eval/results.json")
                .get("tasks")
                .get("tiny_mc")
                .get("results");
        JsonNode scores =
                evaluate("tiny_mc", "--json").json().get("models").get(0).get("scores");
        assertThat(scores.get(0).get("metric").stringValue()).isEqualTo("acc");
        assertThat(scores.get(0).get("value").doubleValue())
                .isEqualTo(expected.get("acc,none").doubleValue());
        assertThat(scores.get(1).get("value").doubleValue())
                .isEqualTo(expected.get("acc_norm,none").doubleValue());
    }

    @Test
    void writesTableReportAndSpreadsheet() throws IOException {
        Path report = folder.resolve("report.html");
        Path csv = folder.resolve("answers.csv");
        Lines.Outcome outcome = evaluate("tiny_gen", "--report", report, "--csv", csv);
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).contains("tiny_gen, 10 examples", "exact_match", "50.0 % (23.7 to 76.3)");
        assertThat(Files.readString(report)).contains("<svg", "exact_match", "Protocol");
        assertThat(Files.readString(csv)).startsWith("model,id,question,expected,answer,score");
    }

    @Test
    void saysWhatIsWrongBeforeItBegins() {
        assertThat(lines.run("evaluate", model, "missing.gguf", "--task", folder.resolve("none.yaml"))
                        .err())
                .contains("none.yaml does not exist");
        assertThat(evaluate("tiny_mc", "--columns", "question=frage").err()).contains("has no column 'frage'");
        assertThat(evaluate("tiny_mc", "--limit", "0").err()).contains("--limit");
    }
}
