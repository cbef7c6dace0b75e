package dev.lilla.cli;

import dev.lilla.evaluate.SpeedCase;
import dev.lilla.evaluate.SpeedMeter;
import dev.lilla.evaluate.SpeedResult;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// Goes through a plan, and keeps what was measured when it is ended early.
final class BenchRun {
    private final BenchPlan plan;
    private final KvType kvType;
    private final ProgressLine progress;
    private final BooleanSupplier cancelled;
    private final List<BenchRow> rows = new ArrayList<>();

    BenchRun(BenchPlan plan, KvType kvType, ProgressLine progress, BooleanSupplier cancelled) {
        this.plan = plan;
        this.kvType = kvType;
        this.progress = progress;
        this.cancelled = cancelled;
    }

    /// What was measured so far.
    List<BenchRow> rows() {
        return List.copyOf(rows);
    }

    /// Measures a model.
    ///
    /// @param opener opens it on a backend
    void measure(HostOptions host, Function<Backend, BenchModel> opener) {
        if (cancelled.getAsBoolean()) {
            return;
        }
        List<SpeedCase> cases = plan.cases();
        try (HostBackend backend = HostBackend.open(host);
                BenchModel model = opener.apply(backend);
                KvBlocks cache = backend.allocateBlocks(model.decoder().kvLayout(kvType), SpeedMeter.blocks(cases));
                SpeedMeter meter = new SpeedMeter(model.decoder(), cache, cancelled)) {
            for (SpeedCase work : cases) {
                Instant at = Instant.now();
                long[] nanos = rounds(meter, work, model.about().label() + ", " + host.threads() + " threads");
                if (nanos.length > 0) {
                    rows.add(new BenchRow(
                            model.about(),
                            model.file(),
                            model.cost(),
                            host.threads(),
                            model.decoder().rowsMax(),
                            kvType,
                            backend.description(),
                            at,
                            new SpeedResult(work, nanos)));
                }
            }
        } finally {
            progress.finished();
        }
    }

    /// Times of the rounds that were finished.
    private long[] rounds(SpeedMeter meter, SpeedCase work, String subject) {
        List<Long> nanos = new ArrayList<>();
        String last = "";
        for (int round = 1 - plan.warmUp(); round <= plan.repeat() && !cancelled.getAsBoolean(); round++) {
            String which = round < 1 ? "warming up" : "round " + round + " of " + plan.repeat();
            progress.started(subject + ": " + work.label() + ", " + which + last, 0);
            OptionalLong time = meter.run(work);
            if (time.isPresent()) {
                last = String.format(Locale.ROOT, ", last %.2f tokens/s", work.tokens() / (time.getAsLong() / 1e9));
                if (round >= 1) {
                    nanos.add(time.getAsLong());
                }
            }
        }
        return nanos.stream().mapToLong(Long::longValue).toArray();
    }
}
