package dev.lilla.project;

import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.Ceilings;
import dev.lilla.kernel.HostOptions;
import dev.lilla.optimize.ConversionType;
import dev.lilla.optimize.ModelOutline;
import dev.lilla.store.CatalogModel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Speeds of variants on this machine: measured before, measured now, or predicted. What was measured is kept.
public final class SpeedSource {
    private final SpeedBook book;
    private final HostOptions host;
    private final Mode mode;
    private final BooleanSupplier cancelled;
    private final Consumer<String> progress;

    /// Whether models are measured.
    public enum Mode {
        MEASURE,
        /// Also what was measured before.
        MEASURE_AGAIN,
        PREDICT
    }

    private SpeedSource(
            SpeedBook book, HostOptions host, Mode mode, BooleanSupplier cancelled, Consumer<String> progress) {
        this.book = book;
        this.host = host;
        this.mode = mode;
        this.cancelled = cancelled;
        this.progress = progress;
    }

    /// @param home of the store, where what was measured is kept
    /// @param cancelled asked between steps of a measurement
    /// @param progress is told what is measured next
    /// @throws IllegalArgumentException if the file of earlier measurements is broken
    public static SpeedSource open(
            Path home, HostOptions host, Mode mode, BooleanSupplier cancelled, Consumer<String> progress) {
        SpeedBook book = SpeedBook.open(home.resolve("measured").resolve("speeds.json"), host);
        if (mode == Mode.MEASURE_AGAIN) {
            book.forget();
        }
        return new SpeedSource(book, host, mode, cancelled, progress);
    }

    HostOptions host() {
        return host;
    }

    boolean measures() {
        return mode != Mode.PREDICT && !cancelled.getAsBoolean();
    }

    /// What this machine can do at most, measured once.
    ///
    /// @throws CapacityException if it cannot be measured here
    MachineSpeed machine() {
        Optional<MachineSpeed> known = book.ceilings();
        if (known.isPresent()) {
            return known.get();
        }
        Optional<Ceilings> ceilings =
                Ceilings.measure(host.threads(), step -> progress.accept("what this machine can do at most: " + step));
        OptionalDouble operations = ceilings.stream()
                .flatMap(found -> found.multiplications().stream())
                .mapToDouble(Ceilings.Rate::operationsPerSecond)
                .max();
        if (ceilings.isEmpty() || operations.isEmpty()) {
            throw new CapacityException("what this machine can do cannot be measured without machine code (see lilla"
                    + " doctor), and without it no speed can be predicted");
        }
        MachineSpeed speed = new MachineSpeed(ceilings.get().readBytesPerSecond(), operations.getAsDouble());
        book.put(speed);
        return speed;
    }

    /// What was measured before, or else is predicted.
    Speed known(CatalogModel model, ConversionType type, ModelOutline outline) {
        return book.find(model, type).orElseGet(() -> machine().predict(outline, model.shape()));
    }

    /// Measures a variant and keeps it.
    ///
    /// @return nothing if it was cancelled
    /// @throws CapacityException if there is no memory for it now
    public Optional<Speed> measure(CatalogModel model, ConversionType type) {
        progress.accept(model.name() + " " + type.label());
        Optional<Speed> speed = SpeedMeasurement.measure(model, type, host, cancelled);
        speed.ifPresent(found -> book.put(model, type, found));
        return speed;
    }
}
