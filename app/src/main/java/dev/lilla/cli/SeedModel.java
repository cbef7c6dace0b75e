package dev.lilla.cli;

import dev.lilla.evaluate.run.Efficiency;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.HostOptions;
import dev.lilla.optimize.ConversionType;
import dev.lilla.project.Speed;
import dev.lilla.project.SpeedSource;
import dev.lilla.store.Catalog;
import dev.lilla.store.CatalogModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// What a model that is not here would do here: measured on random weights of its shapes.
///
/// @param answer the time of one
/// @param costPer1000 answers on this machine, one after the other
/// @param prices by which, and by which APIs cost something too
/// @param efficiency with the tokens of an answer
record SeedModel(String title, Duration answer, double costPer1000, Prices prices, Efficiency efficiency) {
    private static final String NAME = "mistral-7b-v0.3";
    private static final ConversionType TYPE = ConversionType.Q4_K_M;

    /// Its tokens are larger than those of the demo models: their vocabulary of 2,048 makes about so many more.
    private static final double TOKENS_OF_DEMO = 1.6;

    /// Measures, which takes up to a minute.
    ///
    /// @param home of the store, where it is kept
    /// @param measured on the same tickets, for the tokens of a prompt and an answer
    /// @return empty if it does not fit into the memory that is free, or was cancelled
    static Optional<SeedModel> measure(
            Path home,
            HostOptions host,
            Efficiency measured,
            Prices prices,
            BooleanSupplier cancelled,
            Consumer<String> progress) {
        CatalogModel model = Catalog.open(home).model(NAME);
        Optional<Speed> speed;
        try {
            speed = SpeedSource.open(home, host, SpeedSource.Mode.MEASURE, cancelled, progress)
                    .measure(model, TYPE);
        } catch (CapacityException e) {
            return Optional.empty();
        }
        return speed.map(found -> of(model, found, measured, prices));
    }

    private static SeedModel of(CatalogModel model, Speed speed, Efficiency measured, Prices prices) {
        int prompt = (int) Math.ceil(measured.promptTokens() / TOKENS_OF_DEMO);
        int answer = (int) Math.ceil(measured.completionTokens() / TOKENS_OF_DEMO);
        Duration time = speed.latency(prompt, answer);
        double seconds = time.toNanos() / 1e9;
        double millis = seconds * 1000;
        Efficiency.Quantiles quantiles = new Efficiency.Quantiles(millis, millis);
        Efficiency efficiency = new Efficiency(
                speed.promptPerSecond(),
                speed.writtenPerSecond(),
                quantiles,
                quantiles,
                seconds,
                prompt,
                answer,
                0,
                OptionalLong.empty(),
                0,
                OptionalDouble.empty());
        return new SeedModel(model.title(), time, prices.perThousand(efficiency), prices, efficiency);
    }
}
