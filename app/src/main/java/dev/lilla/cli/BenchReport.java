package dev.lilla.cli;

import dev.lilla.evaluate.SpeedCase;
import dev.lilla.evaluate.SpeedResult;
import dev.lilla.kernel.ProcessorFacts;
import java.io.PrintStream;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Measurements as a table for people, or as JSON with the field names of `llama-bench`.
record BenchReport(List<BenchRow> rows) {
    void print(PrintStream out) {
        Table table =
                new Table("MODEL", ">SIZE", ">THREADS", "TEST", ">TOKENS/S", ">+/-", ">SPREAD", ">GB/S", ">GFLOP/S");
        for (BenchRow row : rows) {
            SpeedResult result = row.result();
            table.row(
                    row.model().label(),
                    Units.bytes(row.model().bytes()),
                    row.threads(),
                    result.work().label(),
                    number("%.2f", result.median()),
                    result.nanos().length > 1 ? number("%.2f", result.deviation()) : "",
                    result.nanos().length > 1 ? number("%.1f %%", 100 * result.spread()) : "",
                    row.isReading() ? number("%.1f", row.weightBytesPerSecond() / 1e9) : "",
                    number("%.0f", row.operationsPerSecond() / 1e9));
        }
        table.print(out);
        String cache = rows.stream().map(row -> label(row.kvType())).distinct().collect(Collectors.joining(", "));
        String kernels = rows.stream().map(BenchRow::kernels).distinct().collect(Collectors.joining("; "));
        out.println();
        out.println("Medians and deviations; GB/s of weights, GFLOP/s in matrices. Cache " + cache + ", kernels "
                + kernels + ".");
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    ArrayNode json() {
        ArrayNode all = JsonMapper.shared().createArrayNode();
        String processor = ProcessorFacts.read().model();
        rows.forEach(row -> all.add(json(row, processor)));
        return all;
    }

    private static ObjectNode json(BenchRow row, String processor) {
        SpeedResult result = row.result();
        SpeedCase work = result.work();
        ObjectNode node = JsonMapper.shared()
                .createObjectNode()
                .put("build_commit", Lilla.Version.text())
                .put("cpu_info", processor)
                .put("backends", "CPU")
                .put("kernels", row.kernels())
                .put("model_filename", row.file())
                .put("model_name", row.model().name())
                .put("model_type", row.model().label())
                .put("model_size", row.model().bytes())
                .put("model_n_params", row.model().parameters())
                .put("n_batch", row.rowsMax())
                .put("n_ubatch", row.rowsMax())
                .put("n_threads", row.threads())
                .put("type_k", label(row.kvType()))
                .put("type_v", label(row.kvType()))
                .put("n_prompt", work.promptTokens())
                .put("n_gen", work.generatedTokens())
                .put("n_depth", work.depth())
                .put("n_sequences", work.sequences())
                .put("test_time", row.at().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("avg_ns", Math.round(result.meanNanos()))
                .put("stddev_ns", Math.round(result.deviationNanos()))
                .put("avg_ts", result.mean())
                .put("stddev_ts", result.deviation())
                .put("median_ts", result.median())
                .put("weight_bytes_per_second", row.weightBytesPerSecond())
                .put("flops", row.operationsPerSecond());
        ArrayNode nanos = node.putArray("samples_ns");
        Arrays.stream(result.nanos()).forEach(nanos::add);
        ArrayNode speeds = node.putArray("samples_ts");
        Arrays.stream(result.samples()).forEach(speeds::add);
        return node;
    }

    private static String label(Enum<?> type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
