package dev.lilla.cli;

import dev.lilla.kernel.Ceilings;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What this machine can do at most, for people or as JSON.
record CeilingsReport(int threads, Optional<Ceilings> ceilings) {
    static final CeilingsReport NONE = new CeilingsReport(0, Optional.empty());

    void print(PrintStream out) {
        if (ceilings.isEmpty()) {
            return;
        }
        Ceilings found = ceilings.get();
        Table table = new Table("CEILING", ">AT MOST", "BY");
        table.row(
                "reading memory",
                String.format(Locale.ROOT, "%.1f GB/s", found.readBytesPerSecond() / 1e9),
                found.readBy());
        for (Ceilings.Rate rate : found.multiplications()) {
            String most = String.format(Locale.ROOT, "%.0f GFLOP/s", rate.operationsPerSecond() / 1e9);
            table.row("multiplying, " + rate.name(), most, threads + (threads == 1 ? " thread" : " threads"));
        }
        table.print(out);
        out.println();
    }

    /// Bytes a second in percent of what can be read, or nothing where that is not known.
    String shareOfReading(double bytesPerSecond) {
        return ceilings.map(found ->
                        String.format(Locale.ROOT, "%.0f %%", 100 * bytesPerSecond / found.readBytesPerSecond()))
                .orElse("");
    }

    ObjectNode json() {
        ObjectNode node = JsonMapper.shared().createObjectNode().put("n_threads", threads);
        ceilings.ifPresent(found -> {
            node.put("read_bytes_per_second", found.readBytesPerSecond());
            node.put("read_by", found.readBy());
            ObjectNode rates = node.putObject("operations_per_second");
            found.multiplications().forEach(rate -> rates.put(rate.name(), rate.operationsPerSecond()));
        });
        return node;
    }
}
