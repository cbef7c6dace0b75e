package dev.lilla.search;

import dev.lilla.decision.Variant;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.MemoryTrial;
import dev.lilla.evaluate.run.RunStore;
import dev.lilla.project.Wording;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/// The memory of finalists as a server of each alone would take it, measured once and kept in the store.
final class OwnMemory {
    private final SearchRequest request;
    private final RunStore store;
    private final Watcher watcher;
    private final BooleanSupplier cancelled;

    OwnMemory(SearchRequest request, RunStore store, Watcher watcher, BooleanSupplier cancelled) {
        this.request = request;
        this.store = store;
        this.watcher = watcher;
        this.cancelled = cancelled;
    }

    /// A result with the variant's own memory. Where that cannot be measured, the result as it is, which the watcher is
    /// told.
    ///
    /// @return empty if it was cancelled
    Optional<Result> measured(Variant variant, Result result) throws InterruptedException {
        boolean isElsewhere = result.efficiency().diskBytes() == 0;
        if (isElsewhere || result.efficiency().peakBytes().isEmpty()) {
            return Optional.of(result);
        }
        MemoryTrial trial = MemoryTrial.of(variant.file(), result, request.parallel());
        String work = trial.digest(result.protocol().facts());
        OptionalLong known = store.ownMemory(result.digest(), work);
        if (known.isPresent()) {
            return Optional.of(result.withOwnMemory(known.getAsLong()));
        }
        watcher.progress(
                new Wording("memory of ", "minnet för ").in(request.tongue()).concat(variant.name()), 0, 1);
        return switch (request.probe().measure(trial, cancelled)) {
            case MemoryProbe.Outcome.Measured(long bytes) -> {
                store.keepOwnMemory(result.digest(), work, bytes);
                yield Optional.of(result.withOwnMemory(bytes));
            }
            case MemoryProbe.Outcome.Unmeasured(String why) -> {
                watcher.noted(new Wording(
                                "The memory of %s is that of the whole search, an upper bound: %s.",
                                "Minnet för %s är hela sökningens, en övre gräns: %s.")
                        .in(request.tongue())
                        .formatted(variant.name(), why));
                yield Optional.of(result);
            }
            case MemoryProbe.Outcome.Interrupted _ -> Optional.empty();
        };
    }
}
