package dev.lilla.model;

import dev.lilla.kernel.Weight;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.Optional;

/// Low-rank changes to some weights of a base model: `y = x·Wᵀ + scaling * (x·Aᵀ)·Bᵀ` (Hu et al., arXiv 2106.09685).
///
/// They are added on the way, for the batch entries that ask for it; the base stays as it is. Not to be closed while a
/// step uses it.
public final class LoraAdapter implements AutoCloseable {
    private final String name;
    private final Map<String, Change> changes;
    private final Arena memory;

    LoraAdapter(String name, Map<String, Change> changes, Arena memory) {
        this.name = name;
        this.changes = Map.copyOf(changes);
        this.memory = memory;
    }

    /// What is added to one weight.
    ///
    /// @param down A, `[rank, in]`
    /// @param up B, `[out, rank]`
    /// @param scaling `alpha / rank`, or `alpha / sqrt(rank)` for rank-stabilized adapters
    record Change(Weight down, Weight up, int rank, float scaling) {}

    /// Name of the file or folder it was read from, for messages.
    public String name() {
        return name;
    }

    /// Weights it changes.
    public int size() {
        return changes.size();
    }

    /// What it adds to the weight of that name.
    Optional<Change> change(String weight) {
        return Optional.ofNullable(changes.get(weight));
    }

    @Override
    public void close() {
        memory.close();
    }
}
