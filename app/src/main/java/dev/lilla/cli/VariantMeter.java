package dev.lilla.cli;

import dev.lilla.evaluate.Divergence;
import dev.lilla.evaluate.Divergence.Side;
import dev.lilla.evaluate.TextWindow;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/// Measures variants of a model against it.
///
/// @param original that stays open
/// @param options it was opened with, and variants are
/// @param texts on which both predict
/// @param scored a task to do as well
record VariantMeter(
        Console console,
        LocalModel original,
        LocalModelOptions options,
        List<TextWindow> texts,
        Optional<ScoredTask> scored,
        BooleanSupplier interruption) {
    /// The original against itself.
    ///
    /// @throws CancellationException if it was interrupted
    ComparisonRow original(Path path) throws InterruptedException {
        return row("original", path);
    }

    /// A variant.
    ///
    /// @throws CancellationException if it was interrupted
    ComparisonRow row(String name, Path path) throws InterruptedException {
        try (LocalModel variant = LocalModel.open(path, options)) {
            Divergence.Result result = divergence(name, variant);
            ComparisonRow row = ComparisonRow.of(name, variant, result);
            return scored.isEmpty() ? row : row.with(scored.get().score(name, variant, options, interruption));
        }
    }

    private Divergence.Result divergence(String name, LocalModel variant) {
        ProgressLine line = new ProgressLine(console);
        line.started("measuring " + name, 0);
        try {
            return Divergence.measure(
                    new Side(original.decoder(), original.cache()),
                    new Side(variant.decoder(), variant.cache()),
                    texts,
                    done -> {
                        if (interruption.getAsBoolean()) {
                            throw new CancellationException();
                        }
                        line.started("measuring " + name + ": window " + done + " of " + texts.size(), 0);
                    });
        } finally {
            line.finished();
        }
    }
}
