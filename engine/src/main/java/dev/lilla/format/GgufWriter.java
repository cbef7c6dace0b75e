package dev.lilla.format;

import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Writes GGUF 3, little-endian. The alignment is that of the key `general.alignment`, or 32.
public final class GgufWriter implements CheckpointWriter {
    private final TensorFile file;

    private GgufWriter(TensorFile file) {
        this.file = file;
    }

    /// Begins a file. An existing one of that name stays until [#finish].
    ///
    /// @param tensors in the order of the file
    /// @throws IllegalArgumentException if a name occurs twice, a tensor has a type that GGUF lacks or too many
    ///     dimensions, or the alignment is no power of two
    /// @throws java.io.UncheckedIOException if the file cannot be created
    public static GgufWriter create(Path path, GgufMetadata metadata, List<TensorDescription> tensors) {
        long alignment = metadata.findInteger(GgufHeader.ALIGNMENT_KEY).orElse(GgufHeader.ALIGNMENT_DEFAULT);
        if (alignment <= 0 || Long.bitCount(alignment) != 1) {
            throw new IllegalArgumentException(
                    GgufHeader.ALIGNMENT_KEY + " is " + alignment + ", expected a power of two");
        }
        requireDistinct(tensors);
        for (TensorDescription tensor : tensors) {
            if (tensor.shape().rank() > GgufHeader.RANK_MAX) {
                throw new IllegalArgumentException("tensor " + tensor.name() + " has shape " + tensor.shape()
                        + ", but GGUF holds at most " + GgufHeader.RANK_MAX + " dimensions");
            }
        }
        byte[] head = GgufEncoder.encode(metadata, tensors, alignment);
        return new GgufWriter(new TensorFile(path, head, tensors, alignment));
    }

    /// Writes a whole model.
    public static void write(Path path, GgufMetadata metadata, Collection<Tensor> tensors) {
        try (GgufWriter writer = create(
                path, metadata, tensors.stream().map(TensorDescription::of).toList())) {
            tensors.forEach(writer::write);
            writer.finish();
        }
    }

    static void requireDistinct(List<TensorDescription> tensors) {
        Set<String> names = new HashSet<>();
        for (TensorDescription tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("tensor " + tensor.name() + " is described twice");
            }
        }
    }

    @Override
    public void append(String tensor, MemorySegment part) {
        file.append(tensor, part);
    }

    @Override
    public void write(Tensor tensor) {
        file.write(tensor);
    }

    @Override
    public void finish() {
        file.finish();
    }

    @Override
    public void close() {
        file.close();
    }
}
