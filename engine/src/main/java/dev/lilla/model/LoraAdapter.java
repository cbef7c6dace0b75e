package dev.lilla.model;

import dev.lilla.format.Checkpoint;
import dev.lilla.format.Gguf;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Weight;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Low-rank changes to some weights of a base model: `y = x·Wᵀ + scaling * (x·Aᵀ)·Bᵀ` (Hu et al., arXiv 2106.09685).
///
/// They are added on the way, for the batch entries that ask for it; the base stays as it is. The adapter holds a copy
/// of its file, so that the file may change. Not to be closed while a step uses it.
public final class LoraAdapter implements AutoCloseable {
    /// Alignment of the copied matrices: a cache line.
    private static final long ALIGNMENT = 64;

    private final String name;
    private final String digest;
    private final Map<String, Change> changes;
    private final Arena memory;

    private LoraAdapter(String name, String digest, Map<String, Change> changes, Arena memory) {
        this.name = name;
        this.digest = digest;
        this.changes = Map.copyOf(changes);
        this.memory = memory;
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
    /// @throws ModelFormatException if it is broken, or made for another model
    /// @throws UnsupportedModelException if it is of a kind that Lilla lacks: DoRA, trained biases, whole modules,
    ///     embeddings
    public static LoraAdapter open(Path path, AdapterHost base, Backend backend) {
        if (Files.isRegularFile(path) && Gguf.isGguf(path)) {
            try (Gguf file = Gguf.open(path)) {
                return create(path, GgufAdapter.read(file, base), AdapterFormat.GGUF, base, backend);
            }
        }
        if (!Files.isRegularFile(path.resolve(PeftAdapter.CONFIG_NAME))) {
            throw new IllegalArgumentException(path + ": holds no " + PeftAdapter.CONFIG_NAME
                    + ", which an adapter needs. Name the folder that PEFT wrote, or a GGUF adapter.");
        }
        try (Checkpoint weights = PeftAdapter.openWeights(path)) {
            return create(path, PeftAdapter.read(path, weights, base), AdapterFormat.PEFT, base, backend);
        }
    }

    /// The changes that are being trained, as they are at the time of use.
    @SuppressWarnings("MustBeClosedChecker") // it has no memory of its own
    static LoraAdapter of(List<LowRankParameters> trained) {
        Map<String, Change> changes = new HashMap<>();
        for (LowRankParameters change : trained) {
            int rank = change.down().values().rows();
            changes.put(
                    change.weight(),
                    new Change(change.down().weight(), change.up().weight(), rank, change.scaling()));
        }
        return new LoraAdapter("training", "training " + UUID.randomUUID(), changes, Arena.global());
    }

    @SuppressWarnings("MustBeClosedChecker") // the adapter owns the arena and closes it
    private static LoraAdapter create(
            Path path, List<AdapterPart> parts, AdapterFormat format, AdapterHost base, Backend backend) {
        if (parts.isEmpty()) {
            throw new ModelFormatException(path + ": the adapter changes nothing: it has no matrices.");
        }
        Map<String, Linear> maps = base.spec().linearMaps();
        Map<String, Change> changes = new HashMap<>();
        Arena memory = Arena.ofShared();
        try {
            for (AdapterPart part : parts) {
                check(path, part, maps.get(part.weight()));
                int @Nullable [] order = base.rowOrder(part.weight(), format).orElse(null);
                Weight down = backend.linearWeight(copy(part.down(), null, memory));
                Weight up = backend.linearWeight(copy(part.up(), order, memory));
                int rank = Math.toIntExact(part.down().shape().rows());
                if (changes.put(part.weight(), new Change(down, up, rank, part.scaling())) != null) {
                    throw new ModelFormatException(path + ": changes " + part.weight() + " twice.");
                }
            }
            String digest = AdapterPart.digest(parts, format);
            return new LoraAdapter(path.getFileName().toString(), digest, changes, memory);
        } catch (Throwable e) {
            memory.close();
            throw e;
        }
    }

    private static void check(Path path, AdapterPart part, @Nullable Linear map) {
        if (map == null) {
            throw new UnsupportedModelException(path + ": changes " + part.weight()
                    + ", which is no linear layer of this model. Adapters of embeddings and norms are not supported.");
        }
        long rank = part.down().shape().rows();
        requireShape(path, part.down(), Shape.of(rank, map.in()));
        requireShape(path, part.up(), Shape.of(map.out(), rank));
        if (rank < 1 || rank > Math.min(map.in(), map.out()) * 4L) {
            throw new ModelFormatException(path + ": tensor " + part.down().name() + " has rank " + rank
                    + ", which makes no sense for a weight of " + map.out() + " x " + map.in() + ".");
        }
    }

    private static void requireShape(Path path, Tensor tensor, Shape expected) {
        if (!tensor.shape().equals(expected)) {
            throw new ModelFormatException(path + ": tensor " + tensor.name() + " has shape " + tensor.shape()
                    + ", expected " + expected + " by the base. Check that the adapter was made for this model.");
        }
        if (!tensor.type().isReal()) {
            throw new ModelFormatException(
                    path + ": tensor " + tensor.name() + " holds " + tensor.type() + ", expected real numbers.");
        }
    }

    /// @param order at index `i` the row of the source that becomes row `i`, or null to keep them
    private static Tensor copy(Tensor tensor, int @Nullable [] order, Arena memory) {
        MemorySegment data = memory.allocate(tensor.data().byteSize(), ALIGNMENT);
        if (order == null) {
            data.copyFrom(tensor.data());
        } else {
            long rowBytes = tensor.rowBytes();
            if (order.length != tensor.shape().rows()) {
                throw new IllegalStateException(
                        "an order of " + order.length + " rows for " + tensor.name() + tensor.shape());
            }
            for (int row = 0; row < order.length; row++) {
                MemorySegment.copy(tensor.data(), order[row] * rowBytes, data, row * rowBytes, rowBytes);
            }
        }
        return new Tensor(tensor.name(), tensor.type(), tensor.shape(), data);
    }

    /// Name of the file or folder it was read from, for messages.
    public String name() {
        return name;
    }

    /// Tells what it adds from what others add, wherever they were read from: a SHA-256 over its matrices. Every
    /// adapter
    /// in training has one of its own.
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
        memory.close();
    }
}
