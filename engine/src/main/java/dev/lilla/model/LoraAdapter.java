package dev.lilla.model;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Weight;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Low-rank changes to some weights of a base model: `y = x·Wᵀ + scaling * (x·Aᵀ)·Bᵀ` (Hu et al., arXiv 2106.09685).
///
/// They are added on the way, for the batch entries that ask for it; the base stays as it is. The adapter holds a copy
/// of its file, so that the file may change. Not to be closed while a step uses it.
public final class LoraAdapter implements AutoCloseable {
    private final String name;
    private final String digest;
    private final Map<String, Change> changes;
    private final Runnable closing;

    private LoraAdapter(String name, String digest, Map<String, Change> changes, Runnable closing) {
        this.name = name;
        this.digest = digest;
        this.changes = Map.copyOf(changes);
        this.closing = closing;
    }

    /// What is added to one weight.
    ///
    /// @param down A, `[rank, in]`
    /// @param up B, `[out, rank]`, rows in the order of the base
    /// @param scaling `alpha / rank`, or `alpha / sqrt(rank)` for rank-stabilized adapters
    record Change(Weight down, Weight up, int rank, float scaling) {}

    /// Reads an adapter: a folder that PEFT wrote, or a GGUF file.
    ///
    /// @param base the model it goes on
    /// @param backend where it will be used
    /// @throws IllegalArgumentException if `path` is no adapter
    /// @throws dev.lilla.format.ModelFormatException if it is broken, or made for another model
    /// @throws dev.lilla.format.UnsupportedModelException if it is of a kind that Lilla lacks: DoRA, trained
    ///     biases, whole modules, embeddings
    public static LoraAdapter open(Path path, AdapterHost base, Backend backend) {
        AdapterFile file = AdapterFile.open(path, base);
        try {
            Map<String, Change> changes = new HashMap<>();
            for (AdapterPart part : file.parts()) {
                Weight down = backend.linearWeight(part.down());
                Weight up = backend.linearWeight(part.up());
                changes.put(part.weight(), new Change(down, up, part.rank(), part.scaling()));
            }
            return new LoraAdapter(file.name(), AdapterPart.digest(file.parts()), changes, file::close);
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    /// Changes that are being trained, as they are at the time of use; their memory stays their owner's.
    static LoraAdapter of(List<LowRankParameters> trained) {
        Map<String, Change> changes = new HashMap<>();
        for (LowRankParameters change : trained) {
            int rank = change.down().values().rows();
            changes.put(
                    change.weight(),
                    new Change(change.down().weight(), change.up().weight(), rank, change.scaling()));
        }
        return new LoraAdapter("training", "training " + UUID.randomUUID(), changes, () -> {});
    }

    /// Name of the file or folder it was read from, for messages.
    public String name() {
        return name;
    }

    /// Tells what it adds from what others add, wherever they were read from: a SHA-256 over its matrices.
    /// Every adapter in training has one of its own.
    public String digest() {
        return digest;
    }

    /// Weights it changes.
    public int size() {
        return changes.size();
    }

    /// What it adds to the weight of that name.
    Optional<Change> change(String weight) {
        return Optional.ofNullable(changes.get(weight));
    }

    /// Frees its memory. It is not to be used afterwards.
    @Override
    public void close() {
        closing.run();
    }
}
