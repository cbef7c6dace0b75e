package dev.lilla.decision;

import dev.lilla.evaluate.run.Efficiency;
import dev.lilla.evaluate.run.Elsewhere;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Measured;
import dev.lilla.evaluate.run.Prices;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What a variant came to, as far as goals ask.
///
/// @param quality by the first metric, 0 to 1 as in goals
/// @param low the lower end of its 95 % interval
/// @param high the upper end
/// @param answerP50 milliseconds of a usual answer
/// @param answerP95 milliseconds that 95 % of answers stay below
/// @param tokensPerSecond written; NaN where none are written
/// @param memoryBytes the most that the process took; empty where the system does not say
/// @param diskBytes of its weights
/// @param costPer1000 answers, in the currency of the price file
/// @param elsewhere where it answers, if not here; it then takes no memory and no disk that a goal could ask for
public record Figures(
        double quality,
        double low,
        double high,
        double answerP50,
        double answerP95,
        double tokensPerSecond,
        OptionalLong memoryBytes,
        long diskBytes,
        double costPer1000,
        Optional<Elsewhere> elsewhere) {
    /// Where an API costs nothing.
    private static final double LEAST_COST = 1e-9;

    /// Of a result, by its first metric.
    public static Figures of(Result result, Prices prices) {
        Measured main = result.measured().getFirst();
        double unit = main.score().scale().unit();
        Efficiency efficiency = result.efficiency();
        return new Figures(
                main.value() / unit,
                main.interval().low() / unit,
                main.interval().high() / unit,
                efficiency.totalMillis().p50(),
                efficiency.totalMillis().p95(),
                efficiency.completionTokensPerSecond(),
                efficiency.peakBytes(),
                efficiency.diskBytes(),
                prices.perThousand(efficiency),
                efficiency.elsewhere());
    }

    /// What it came to in something that goals ask for, in the unit of its kind; empty where that was not measured.
    public OptionalDouble found(Criterion.Kind kind) {
        return switch (kind) {
            case QUALITY -> OptionalDouble.of(quality);
            case LATENCY_P95 -> OptionalDouble.of(answerP95);
            case MEMORY ->
                memoryBytes.isPresent() ? OptionalDouble.of((double) memoryBytes.getAsLong()) : OptionalDouble.empty();
            case DISK -> elsewhere.isPresent() ? OptionalDouble.empty() : OptionalDouble.of((double) diskBytes);
            case COST_PER_1000 -> OptionalDouble.of(costPer1000);
        };
    }

    /// How much it takes beside another: the geometric mean of the ratios of time, memory and disk; 1 for as
    /// much. Beside a model elsewhere it is that of time and cost, which both have. That texts leave the house is
    /// never less than that they stay.
    double burden(Figures other) {
        if (elsewhere.isPresent() && other.elsewhere.isEmpty()) {
            return Double.POSITIVE_INFINITY;
        }
        if (other.elsewhere.isPresent()) {
            return Math.sqrt(answerP50 / other.answerP50 * (costPer1000 / Math.max(other.costPer1000, LEAST_COST)));
        }
        double ratio = answerP50 / other.answerP50 * diskBytes / other.diskBytes;
        int figures = 2;
        if (memoryBytes.isPresent() && other.memoryBytes.isPresent()) {
            ratio *= (double) memoryBytes.getAsLong() / other.memoryBytes.getAsLong();
            figures++;
        }
        return Math.pow(ratio, 1.0 / figures);
    }
}
