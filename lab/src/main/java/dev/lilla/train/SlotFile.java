package dev.lilla.train;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.Safetensors;
import dev.lilla.format.SafetensorsWriter;
import dev.lilla.format.TensorDescription;
import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/// Parameters and their moments as tensors of a file, bit for bit.
final class SlotFile {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private SlotFile() {}

    static void write(Path file, List<Slot> slots, Backend backend) {
        List<TensorDescription> tensors = new ArrayList<>();
        each(
                slots,
                (name, matrix) -> tensors.add(
                        new TensorDescription(name, ElementType.F32, Shape.of(matrix.rows(), matrix.columns()))));
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, Map.of(), tensors)) {
            each(slots, (name, matrix) -> append(writer, name, matrix, backend));
            writer.finish();
        }
    }

    /// Appends the rows of a matrix to a tensor.
    static void append(SafetensorsWriter writer, String tensor, Activation matrix, Backend backend) {
        float[] row = new float[matrix.columns()];
        MemorySegment bytes = MemorySegment.ofArray(new byte[row.length * Float.BYTES]);
        for (int r = 0; r < matrix.rows(); r++) {
            backend.read(matrix, r, row);
            MemorySegment.copy(row, 0, bytes, FLOAT, 0, row.length);
            writer.append(tensor, bytes);
        }
    }

    /// @throws ModelFormatException if a tensor is missing, or has another shape or type
    static void read(Safetensors file, List<Slot> slots, Backend backend) {
        Map<String, Tensor> tensors = file.tensors();
        each(slots, (name, matrix) -> {
            Tensor tensor = tensors.get(name);
            Shape expected = Shape.of(matrix.rows(), matrix.columns());
            if (tensor == null
                    || tensor.type() != ElementType.F32
                    || !tensor.shape().equals(expected)) {
                throw new ModelFormatException(file.path() + ": tensor " + name + " is "
                        + (tensor == null ? "missing" : tensor.type() + " " + tensor.shape())
                        + ", expected F32 " + expected + ". Delete the checkpoint to go on from the one before.");
            }
            read(tensor, matrix, backend);
        });
        int expected =
                slots.stream().mapToInt(slot -> 1 + slot.moments().size()).sum();
        if (tensors.size() != expected) {
            throw new ModelFormatException(file.path() + ": holds " + tensors.size() + " tensors, expected " + expected
                    + ". It is of another run.");
        }
    }

    /// Writes the values of a tensor to a matrix of its shape.
    static void read(Tensor tensor, Activation matrix, Backend backend) {
        float[] row = new float[matrix.columns()];
        for (int r = 0; r < matrix.rows(); r++) {
            MemorySegment.copy(tensor.data(), FLOAT, r * tensor.rowBytes(), row, 0, row.length);
            backend.write(row, matrix, r);
        }
    }

    private static void each(List<Slot> slots, BiConsumer<String, Activation> action) {
        for (Slot slot : slots) {
            String name = slot.parameter().name();
            action.accept(name, slot.parameter().values());
            slot.moments().forEach((moment, matrix) -> action.accept(name + "." + moment, matrix));
        }
    }
}
