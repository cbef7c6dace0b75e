package dev.lilla.format;

import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/// Writes the data of tensors that were described when the writer was created.
///
/// Tensors come in any order, each whole or in parts, so that a model needs no more memory than one part. Several
/// threads may write different tensors at once. The file appears under its name only with [#finish]; a writer that
/// is closed before leaves nothing behind.
public sealed interface CheckpointWriter extends AutoCloseable permits GgufWriter, SafetensorsWriter {

    /// Appends `part` to the data of a tensor.
    ///
    /// @param part little-endian, as [dev.lilla.tensor.ElementType] lays it out
    /// @throws IllegalArgumentException if the tensor was not described, or the part exceeds its size
    /// @throws java.io.UncheckedIOException if the disk is full or fails
    void append(String tensor, MemorySegment part);

    /// Writes a whole tensor.
    ///
    /// @throws IllegalArgumentException if type or shape differ from what was described
    void write(Tensor tensor);

    /// Moves the file into place.
    ///
    /// @throws IllegalStateException if a tensor lacks data
    void finish();

    /// Discards everything unless finished.
    @Override
    void close();
}
