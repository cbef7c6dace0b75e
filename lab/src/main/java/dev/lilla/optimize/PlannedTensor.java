package dev.lilla.optimize;

import dev.lilla.format.TensorDescription;
import dev.lilla.kernel.Dequantizer;
import dev.lilla.kernel.Quantizer;
import dev.lilla.kernel.WeightedQuantizer;
import dev.lilla.model.family.RowOrder;
import dev.lilla.optimize.WeightChanges.RowChange;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// A tensor to be written, and the rows of other tensors that it is made of. A vector counts as a matrix of one
/// column.
///
/// @param sources the tensors that rows are taken from
/// @param tensorOf for each row, the index of its tensor in `sources`
/// @param rowOf for each row, the row of that tensor
/// @param added to every element
/// @param changes added to rows of the sources before that
/// @param columns what becomes of the columns of the sources
record PlannedTensor(
        TensorDescription target,
        List<Tensor> sources,
        int[] tensorOf,
        int[] rowOf,
        float added,
        WeightChanges changes,
        Columns columns) {
    /// Bytes that are converted at once: little against a model, enough to keep all cores busy.
    private static final long CHUNK_BYTES = 8L << 20;

    /// The columns of a row.
    ///
    /// @param kept their places in the sources, in order; empty for all
    /// @param importance of each that is kept, which quantizing to few bits heeds; empty for all alike
    record Columns(Optional<int[]> kept, Optional<float[]> importance) {
        static final Columns ALL = new Columns(Optional.empty(), Optional.empty());
    }

    /// @param source the rows `rows` of it, in that order
    static PlannedTensor of(TensorDescription target, Tensor source, RowOrder rows, float added) {
        int[] rowOf = IntStream.range(0, rows.rows()).map(rows::source).toArray();
        return new PlannedTensor(
                target, List.of(source), new int[rowOf.length], rowOf, added, WeightChanges.NONE, Columns.ALL);
    }

    /// The whole tensor, under another name or type.
    static PlannedTensor whole(TensorDescription target, Tensor source) {
        int rows = Math.toIntExact(asMatrix(source).rows());
        return new PlannedTensor(
                target,
                List.of(source),
                new int[rows],
                IntStream.range(0, rows).toArray(),
                0,
                WeightChanges.NONE,
                Columns.ALL);
    }

    /// A tensor put together from others: row `i` of `parts.get(p)` becomes row `orders.get(p).source(i)`.
    static PlannedTensor assembled(TensorDescription target, List<Tensor> parts, List<RowOrder> orders, float added) {
        int rows = Math.toIntExact(rowsOf(target));
        int[] tensorOf = new int[rows];
        int[] rowOf = new int[rows];
        Arrays.fill(tensorOf, -1);
        for (int part = 0; part < parts.size(); part++) {
            RowOrder order = orders.get(part);
            for (int row = 0; row < order.rows(); row++) {
                tensorOf[order.source(row)] = part;
                rowOf[order.source(row)] = row;
            }
        }
        for (int row = 0; row < rows; row++) {
            if (tensorOf[row] < 0) {
                throw new IllegalStateException("tensor " + target.name() + ": nothing gives its row " + row);
            }
        }
        return new PlannedTensor(target, List.copyOf(parts), tensorOf, rowOf, added, WeightChanges.NONE, Columns.ALL);
    }

    /// The same with something added to its sources.
    PlannedTensor with(WeightChanges more) {
        return new PlannedTensor(target, sources, tensorOf, rowOf, added, more, columns);
    }

    /// The same with other columns.
    PlannedTensor with(Columns others) {
        return new PlannedTensor(target, sources, tensorOf, rowOf, added, changes, others);
    }

    /// Converts the rows and hands over the bytes in order; a part is valid until `sink` returns.
    void write(Consumer<MemorySegment> sink) {
        List<Matrix> matrices = new ArrayList<>();
        sources.forEach(source -> matrices.add(asMatrix(source).with(changes.of(source.name()))));
        long width = target.shape().rank() == 1 ? 1 : target.shape().columns();
        long rowBytes = target.type().byteSize(width);
        int chunkRows = Math.clamp(CHUNK_BYTES / Math.max(rowBytes, width * Float.BYTES), 1, rowOf.length);
        RowPacker packer = packer();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment chunk = arena.allocate(chunkRows * rowBytes, Long.BYTES);
            for (int first = 0; first < rowOf.length; first += chunkRows) {
                int count = Math.min(chunkRows, rowOf.length - first);
                int start = first;
                IntStream.range(0, count)
                        .parallel()
                        .forEach(row ->
                                writeRow(matrices, start + row, packer, chunk.asSlice(row * rowBytes, rowBytes)));
                sink.accept(chunk.asSlice(0, count * rowBytes).asReadOnly());
            }
        }
    }

    /// Packs a row into memory of its size. Safe for use by several threads.
    @FunctionalInterface
    private interface RowPacker {
        void pack(float[] values, MemorySegment bytes);
    }

    private RowPacker packer() {
        if (columns.importance().isEmpty()) {
            return (values, bytes) -> Quantizer.quantize(target.type(), values, 0, values.length, bytes, 0);
        }
        float[] importance = columns.importance().get();
        ThreadLocal<WeightedQuantizer> quantizers =
                ThreadLocal.withInitial(() -> WeightedQuantizer.of(target.type(), importance));
        return (values, bytes) -> quantizers.get().quantize(values, bytes, 0);
    }

    private void writeRow(List<Matrix> matrices, int row, RowPacker packer, MemorySegment bytes) {
        Matrix matrix = matrices.get(tensorOf[row]);
        Optional<RowChange> change = matrix.change();
        boolean isWhole = columns.kept().isEmpty();
        if (matrix.type() == target.type() && added == 0 && change.isEmpty() && isWhole) {
            MemorySegment.copy(matrix.data(), rowOf[row] * matrix.rowBytes(), bytes, 0, matrix.rowBytes());
            return;
        }
        float[] values = new float[Math.toIntExact(matrix.columns())];
        Dequantizer.dequantize(matrix.type(), matrix.data(), rowOf[row] * matrix.rowBytes(), values, 0, values.length);
        change.ifPresent(more -> more.add(rowOf[row], values));
        if (added != 0) {
            for (int i = 0; i < values.length; i++) {
                values[i] += added;
            }
        }
        packer.pack(columns.kept().map(kept -> chosen(values, kept)).orElse(values), bytes);
    }

    private static float[] chosen(float[] values, int[] kept) {
        float[] chosen = new float[kept.length];
        for (int i = 0; i < kept.length; i++) {
            chosen[i] = values[kept[i]];
        }
        return chosen;
    }

    private static long rowsOf(TensorDescription tensor) {
        return tensor.shape().rank() == 1
                ? tensor.shape().columns()
                : tensor.shape().rows();
    }

    private static Matrix asMatrix(Tensor tensor) {
        boolean isVector = tensor.shape().rank() <= 1;
        if (isVector && tensor.type().isQuantized()) {
            throw new IllegalArgumentException("tensor " + tensor.name() + " is a vector of type " + tensor.type()
                    + ", expected F32, F16 or BF16. Convert the original model.");
        }
        long columns = isVector ? 1 : tensor.shape().columns();
        long rows = isVector ? tensor.shape().elements() : tensor.shape().rows();
        return new Matrix(tensor.type(), rows, columns, tensor.data(), Optional.empty());
    }

    private record Matrix(ElementType type, long rows, long columns, MemorySegment data, Optional<RowChange> change) {
        Matrix with(Optional<RowChange> more) {
            return new Matrix(type, rows, columns, data, more);
        }

        long rowBytes() {
            return type.byteSize(columns);
        }
    }
}
