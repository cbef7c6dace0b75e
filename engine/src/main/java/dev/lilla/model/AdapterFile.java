package dev.lilla.model;

import dev.lilla.format.Checkpoint;
import dev.lilla.format.Gguf;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An adapter as read from its files for a base model: checked against it, with rows in the base's order.
///
/// It holds a copy of the files, so that these may change. Its parts are valid until [#close].
public final class AdapterFile implements AutoCloseable {
    /// Alignment of the copied matrices: a cache line.
    private static final long ALIGNMENT = 64;

    private final String name;
    private final List<AdapterPart> parts;
    private final Arena memory;

    private AdapterFile(String name, List<AdapterPart> parts, Arena memory) {
        this.name = name;
        this.parts = List.copyOf(parts);
        this.memory = memory;
    }

    /// Reads an adapter: a folder that PEFT wrote, or a GGUF file.
    ///
    /// @param base the model it goes on
    /// @throws IllegalArgumentException if `path` is no adapter
    /// @throws ModelFormatException if it is broken, or made for another model
    /// @throws UnsupportedModelException if it is of a kind that Lilla lacks: DoRA, trained biases, whole modules,
    ///     embeddings
    public static AdapterFile open(Path path, AdapterHost base) {
        if (Files.isRegularFile(path) && Gguf.isGguf(path)) {
            try (Gguf file = Gguf.open(path)) {
                return copy(path, GgufAdapter.read(file, base), AdapterFormat.GGUF, base);
            }
        }
        if (!Files.isRegularFile(path.resolve(PeftAdapter.CONFIG_NAME))) {
            throw new IllegalArgumentException(path + ": holds no " + PeftAdapter.CONFIG_NAME
                    + ", which an adapter needs. Name the folder that PEFT wrote, or a GGUF adapter.");
        }
        try (Checkpoint weights = PeftAdapter.openWeights(path)) {
            return copy(path, PeftAdapter.read(path, weights, base), AdapterFormat.PEFT, base);
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // the adapter owns the arena and closes it
    private static AdapterFile copy(Path path, List<AdapterPart> found, AdapterFormat format, AdapterHost base) {
        if (found.isEmpty()) {
            throw new ModelFormatException(path + ": the adapter changes nothing: it has no matrices.");
        }
        Map<String, Linear> maps = base.spec().linearMaps();
        Set<String> seen = new HashSet<>();
        List<AdapterPart> parts = new ArrayList<>();
        Arena memory = Arena.ofShared();
        try {
            for (AdapterPart part : found) {
                check(path, part, maps.get(part.weight()));
                if (!seen.add(part.weight())) {
                    throw new ModelFormatException(path + ": changes " + part.weight() + " twice.");
                }
                int @Nullable [] order = base.rowOrder(part.weight(), format).orElse(null);
                parts.add(new AdapterPart(
                        part.weight(),
                        copy(part.down(), null, memory),
                        copy(part.up(), order, memory),
                        part.scaling()));
            }
            return new AdapterFile(path.getFileName().toString(), parts, memory);
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

    /// One for each weight it changes, in the order of the file.
    public List<AdapterPart> parts() {
        return parts;
    }

    /// Frees its memory.
    @Override
    public void close() {
        memory.close();
    }
}
