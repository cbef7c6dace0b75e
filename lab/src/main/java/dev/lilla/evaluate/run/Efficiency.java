package dev.lilla.evaluate.run;

import dev.lilla.evaluate.statistics.Percentiles;
import dev.lilla.evaluate.task.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;

/// How fast answers came and what they took. Times are those of answers that had the machine to themselves.
///
/// @param promptTokensPerSecond tokens read a second, cached ones left out
/// @param completionTokensPerSecond tokens written a second after the first; NaN where none are written
/// @param firstMillis time to the first token
/// @param totalMillis time to the last token
/// @param secondsPerAnswer wall time of the whole run over its answers: what one costs when many come
/// @param promptTokens mean of an answer
/// @param completionTokens mean of an answer
/// @param cpuSeconds of the whole run
/// @param peakBytes memory
/// @param diskBytes of the model's weights
/// @param joulesPerAnswer of the processor packages
/// @param memoryBasis which process took `peakBytes`
/// @param elsewhere where it was answered, if not here: memory, disk and power of this machine are then none of
///     its own
public record Efficiency(
        double promptTokensPerSecond,
        double completionTokensPerSecond,
        Quantiles firstMillis,
        Quantiles totalMillis,
        double secondsPerAnswer,
        double promptTokens,
        double completionTokens,
        double cpuSeconds,
        OptionalLong peakBytes,
        long diskBytes,
        OptionalDouble joulesPerAnswer,
        MemoryBasis memoryBasis,
        Optional<Elsewhere> elsewhere) {
    /// Of a model here, with the memory of the process that evaluated it.
    public Efficiency(
            double promptTokensPerSecond,
            double completionTokensPerSecond,
            Quantiles firstMillis,
            Quantiles totalMillis,
            double secondsPerAnswer,
            double promptTokens,
            double completionTokens,
            double cpuSeconds,
            OptionalLong peakBytes,
            long diskBytes,
            OptionalDouble joulesPerAnswer) {
        this(
                promptTokensPerSecond,
                completionTokensPerSecond,
                firstMillis,
                totalMillis,
                secondsPerAnswer,
                promptTokens,
                completionTokens,
                cpuSeconds,
                peakBytes,
                diskBytes,
                joulesPerAnswer,
                MemoryBasis.SHARED_PROCESS,
                Optional.empty());
    }

    /// The middle, and what 95 of 100 stay below.
    public record Quantiles(double p50, double p95) {
        static Quantiles of(List<Outcome.Cost> costs, ToDoubleFunction<Outcome.Cost> nanos) {
            Percentiles percentiles = new Percentiles(costs.stream()
                    .mapToDouble(cost -> nanos.applyAsDouble(cost) / 1e6)
                    .toArray());
            return new Quantiles(percentiles.at(0.5), percentiles.at(0.95));
        }
    }

    public static Efficiency of(List<Outcome> outcomes, Resources resources, long diskBytes) {
        List<Outcome.Cost> all = outcomes.stream().map(Outcome::cost).toList();
        List<Outcome.Cost> alone = all.stream().filter(Outcome.Cost::isAlone).toList();
        List<Outcome.Cost> timed = alone.isEmpty() ? all : alone;
        double read = sum(timed, cost -> cost.promptTokens() - cost.cachedTokens());
        double reading = sum(timed, Outcome.Cost::firstNanos) / 1e9;
        double written = sum(timed, cost -> Math.max(0, cost.completionTokens() - 1));
        double writing = sum(timed, cost -> cost.totalNanos() - cost.firstNanos()) / 1e9;
        int count = Math.max(1, all.size());
        return new Efficiency(
                read / reading,
                writing <= 0 ? Double.NaN : written / writing,
                Quantiles.of(timed, Outcome.Cost::firstNanos),
                Quantiles.of(timed, Outcome.Cost::totalNanos),
                resources.wallNanos() / 1e9 / count,
                sum(all, Outcome.Cost::promptTokens) / count,
                sum(all, Outcome.Cost::completionTokens) / count,
                resources.cpuNanos() / 1e9,
                resources.peakBytes(),
                diskBytes,
                resources.joules().isPresent()
                        ? OptionalDouble.of(resources.joules().getAsDouble() / count)
                        : OptionalDouble.empty());
    }

    /// The same of a model elsewhere, which takes nothing of this machine but time.
    Efficiency at(Elsewhere place) {
        return new Efficiency(
                promptTokensPerSecond,
                completionTokensPerSecond,
                firstMillis,
                totalMillis,
                secondsPerAnswer,
                promptTokens,
                completionTokens,
                0,
                OptionalLong.empty(),
                0,
                OptionalDouble.empty(),
                memoryBasis,
                Optional.of(place));
    }

    /// The same with what a process of its own took.
    public Efficiency withOwnMemory(long bytes) {
        return new Efficiency(
                promptTokensPerSecond,
                completionTokensPerSecond,
                firstMillis,
                totalMillis,
                secondsPerAnswer,
                promptTokens,
                completionTokens,
                cpuSeconds,
                OptionalLong.of(bytes),
                diskBytes,
                joulesPerAnswer,
                MemoryBasis.OWN_PROCESS,
                elsewhere);
    }

    private static double sum(List<Outcome.Cost> costs, ToDoubleFunction<Outcome.Cost> value) {
        return costs.stream().mapToDouble(value).sum();
    }
}
