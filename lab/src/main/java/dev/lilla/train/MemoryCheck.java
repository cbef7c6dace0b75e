package dev.lilla.train;

import dev.lilla.kernel.CapacityException;
import dev.lilla.model.family.ModelDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/// Refuses a run that will not fit, with what would.
final class MemoryCheck {
    /// Steps below this many tokens are mostly overhead.
    private static final int ROWS_MIN = 64;

    private MemoryCheck() {}

    /// @param free bytes, or nothing where nobody knows
    /// @return what the run takes
    /// @throws CapacityException if it is more than `free`
    static TrainingMemory require(ModelDescription model, TrainingMemory.Use use, OptionalLong free, int longest) {
        TrainingMemory memory = TrainingMemory.of(model, use);
        if (free.isPresent() && memory.bytes() > free.getAsLong()) {
            throw new CapacityException(String.format(
                    Locale.ROOT,
                    "training takes about %s of memory (%s for frozen weights, %s for what is trained, %s for passes of"
                            + " %d tokens), and about %s is free. %s",
                    gigabytes(memory.bytes()),
                    gigabytes(memory.weightBytes()),
                    gigabytes(memory.trainedBytes()),
                    gigabytes(memory.passBytes()),
                    use.rows(),
                    gigabytes(free.getAsLong()),
                    advice(model, use, free.getAsLong(), longest)));
        }
        return memory;
    }

    private static String advice(ModelDescription model, TrainingMemory.Use use, long free, int longest) {
        List<String> options = new ArrayList<>();
        if (!use.recomputes() && fits(model, use.recomputing(), free)) {
            options.add("--recompute");
        }
        rows(model, use, free, longest).ifPresent(rows -> options.add("--micro-batch " + rows));
        if (options.isEmpty()) {
            rows(model, use.recomputing(), free, longest)
                    .ifPresent(rows -> options.add("--recompute --micro-batch " + rows));
        }
        if (use.lora().isEmpty()) {
            options.add("--lora, which trains a small part");
        }
        return options.isEmpty()
                ? "Take a smaller model, one in a smaller type, or shorter examples (--max-length)."
                : "It may fit with: " + String.join("; or ", options) + ".";
    }

    private static Optional<Integer> rows(ModelDescription model, TrainingMemory.Use use, long free, int longest) {
        for (int rows = use.rows() / 2; rows >= Math.max(ROWS_MIN, longest); rows /= 2) {
            if (fits(model, use.withRows(rows), free)) {
                return Optional.of(rows);
            }
        }
        return Optional.empty();
    }

    private static boolean fits(ModelDescription model, TrainingMemory.Use use, long free) {
        return TrainingMemory.of(model, use).bytes() <= free;
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }
}
