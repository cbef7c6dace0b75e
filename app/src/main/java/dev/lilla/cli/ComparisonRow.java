package dev.lilla.cli;

import dev.lilla.evaluate.Divergence;
import dev.lilla.evaluate.SpeedCase;
import dev.lilla.evaluate.SpeedMeter;
import dev.lilla.generate.LocalModel;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A variant of a model in a comparison.
///
/// @param parameters numbers in its weights
/// @param bytes of its weights
/// @param tokensPerSecond that it writes here, behind an empty prompt: the median of a few short runs
record ComparisonRow(String name, long parameters, long bytes, double tokensPerSecond, Divergence.Result result) {
    private static final int SPEED_TOKENS = 24;
    private static final int SPEED_RUNS = 3;

    static ComparisonRow of(String name, LocalModel model, Divergence.Result result) {
        return new ComparisonRow(
                name,
                model.model().description().parameters(),
                model.model().description().weightBytes(),
                speed(model),
                result);
    }

    private static double speed(LocalModel model) {
        int tokens = Math.min(SPEED_TOKENS, model.decoder().spec().contextLength());
        SpeedCase work = SpeedCase.generation(tokens, 0, 1);
        double[] speeds = new double[SPEED_RUNS];
        try (SpeedMeter meter = new SpeedMeter(model.decoder(), model.cache(), () -> false)) {
            meter.run(work);
            for (int run = 0; run < speeds.length; run++) {
                speeds[run] = tokens * 1e9 / meter.run(work).orElseThrow();
            }
        }
        Arrays.sort(speeds);
        return speeds[SPEED_RUNS / 2];
    }

    double bitsPerWeight() {
        return 8.0 * bytes / parameters;
    }

    static ArrayNode json(List<ComparisonRow> rows) {
        ArrayNode list = JsonMapper.shared().createArrayNode();
        for (ComparisonRow row : rows) {
            Divergence.Result result = row.result();
            ObjectNode node = list.addObject();
            node.put("name", row.name())
                    .put("parameters", row.parameters())
                    .put("bytes", row.bytes())
                    .put("bitsPerWeight", row.bitsPerWeight())
                    .put("tokens", result.tokens())
                    .put("perplexity", result.perplexity())
                    .put("lossChange", result.lossChange())
                    .put("lossChangeError", result.lossChangeError())
                    .put("klDivergence", result.divergence())
                    .put("klDivergenceError", result.divergenceError())
                    .put("klDivergence99", result.divergence99())
                    .put("top1Agreement", result.agreement())
                    .put("tokensPerSecond", row.tokensPerSecond());
        }
        return list;
    }

    static void print(List<ComparisonRow> rows, Console console) {
        Table table = new Table(
                "VARIANT",
                ">PARAMETERS",
                ">SIZE",
                ">BITS",
                ">PERPLEXITY",
                ">LOSS",
                ">+/-",
                ">KL",
                ">KL 99 %",
                ">TOP-1",
                ">TOKENS/S");
        for (ComparisonRow row : rows) {
            Divergence.Result result = row.result();
            table.row(
                    row.name(),
                    Units.count(row.parameters()),
                    Units.bytes(row.bytes()),
                    text("%.2f", row.bitsPerWeight()),
                    text("%.4f", result.perplexity()),
                    text("%+.4f", result.lossChange()),
                    text("%.4f", result.lossChangeError()),
                    text("%.5f", result.divergence()),
                    text("%.4f", result.divergence99()),
                    text("%.2f %%", 100 * result.agreement()),
                    text("%.1f", row.tokensPerSecond()));
        }
        table.print(console.out());
        console.out().println();
        console.out()
                .println(rows.getFirst().result().tokens()
                        + " tokens compared. LOSS is the change in nats a token, with its standard error.");
    }

    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
