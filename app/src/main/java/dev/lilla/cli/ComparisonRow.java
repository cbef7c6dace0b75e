package dev.lilla.cli;

import dev.lilla.evaluate.Divergence;
import dev.lilla.evaluate.SpeedCase;
import dev.lilla.evaluate.SpeedMeter;
import dev.lilla.evaluate.run.Evaluation;
import dev.lilla.generate.LocalModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A variant of a model in a comparison.
///
/// @param parameters numbers in its weights
/// @param bytes of its weights
/// @param tokensPerSecond that it writes here, behind an empty prompt: the median of a few short runs
/// @param task how it did a task, if there was one
record ComparisonRow(
        String name,
        long parameters,
        long bytes,
        double tokensPerSecond,
        Divergence.Result result,
        Optional<Evaluation.Result> task) {
    private static final int SPEED_TOKENS = 24;
    private static final int SPEED_RUNS = 3;
    /// Small models run through before Java has compiled what they run, and the first one would look slow.
    private static final long WARM_NANOS = 1_500_000_000;
    /// Of a small model three runs are milliseconds.
    private static final long SPEED_NANOS = 500_000_000;

    static ComparisonRow of(String name, LocalModel model, Divergence.Result result) {
        return new ComparisonRow(
                name,
                model.model().description().parameters(),
                model.model().description().weightBytes(),
                speed(model),
                result,
                Optional.empty());
    }

    /// The same beside how it did a task.
    ComparisonRow with(Evaluation.Result done) {
        return new ComparisonRow(name, parameters, bytes, tokensPerSecond, result, Optional.of(done));
    }

    private static double speed(LocalModel model) {
        int tokens = Math.min(SPEED_TOKENS, model.decoder().spec().contextLength());
        SpeedCase work = SpeedCase.generation(tokens, 0, 1);
        List<Double> speeds = new ArrayList<>();
        try (SpeedMeter meter = new SpeedMeter(model.decoder(), model.cache(), () -> false)) {
            long passed = 0;
            while (passed < WARM_NANOS) {
                passed += meter.run(work).orElseThrow();
            }
            while (speeds.size() < SPEED_RUNS || passed < WARM_NANOS + SPEED_NANOS) {
                long nanos = meter.run(work).orElseThrow();
                passed += nanos;
                speeds.add(tokens * 1e9 / nanos);
            }
        }
        speeds.sort(null);
        return speeds.get(speeds.size() / 2);
    }

    double bitsPerWeight() {
        return 8.0 * bytes / parameters;
    }
}
