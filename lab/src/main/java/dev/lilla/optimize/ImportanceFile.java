package dev.lilla.optimize;

import dev.lilla.format.Gguf;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufValue;
import dev.lilla.format.GgufWriter;
import dev.lilla.format.ModelFormatException;
import dev.lilla.kernel.Dequantizer;
import dev.lilla.optimize.ImportanceMatrix.Entry;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Importance matrices as llama.cpp keeps them, in both of its forms: GGUF, and the older `.dat`
/// ([ImportanceDat]).
///
/// Source: `save_imatrix` in llama.cpp's `imatrix.cpp`: tensors `WEIGHT.in_sum2` `[1, columns]` with the sums
/// of squares
/// and `WEIGHT.counts` `[1, 1]` with the number of tokens, both F32, and the keys `imatrix.…`.
public final class ImportanceFile {
    private static final String SQUARES = ".in_sum2";
    private static final String COUNTS = ".counts";
    private static final String DATASETS = "imatrix.datasets";
    private static final String CHUNKS = "imatrix.chunk_count";
    private static final String CHUNK_TOKENS = "imatrix.chunk_size";
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private ImportanceFile() {}

    /// Writes a matrix: in the older form if the name ends with `.dat`, else as GGUF. The file appears under
    /// its name
    /// when it is complete.
    ///
    /// @throws UncheckedIOException if it cannot be written
    public static void write(Path path, ImportanceMatrix matrix) {
        if (path.toString().toLowerCase(Locale.ROOT).endsWith(".dat")) {
            ImportanceDat.write(path, matrix);
            return;
        }
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        keys.put("general.type", GgufValue.of("imatrix"));
        keys.put(DATASETS, GgufValue.ofTexts(matrix.datasets()));
        keys.put(CHUNKS, GgufValue.of((long) matrix.chunks()));
        keys.put(CHUNK_TOKENS, GgufValue.of((long) matrix.chunkTokens()));
        List<Tensor> tensors = new ArrayList<>();
        matrix.entries().forEach((weight, entry) -> {
            tensors.add(tensor(weight + SQUARES, entry.squares()));
            tensors.add(tensor(weight + COUNTS, new float[] {entry.count()}));
        });
        GgufWriter.write(path, GgufMetadata.of(path.toString(), keys), tensors);
    }

    private static Tensor tensor(String name, float[] values) {
        MemorySegment data = MemorySegment.ofArray(new byte[values.length * Float.BYTES]);
        MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
        return new Tensor(name, ElementType.F32, Shape.of(1, values.length), data);
    }

    /// Reads a matrix in either form.
    ///
    /// @throws IllegalArgumentException if there is no such file
    /// @throws ModelFormatException if it is broken, or no importance matrix
    public static ImportanceMatrix read(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException(
                    path + " is no file, expected an importance matrix. Make one with lilla imatrix.");
        }
        ImportanceMatrix matrix = Gguf.isGguf(path) ? readGguf(path) : ImportanceDat.read(path);
        if (matrix.entries().isEmpty()) {
            throw new ModelFormatException(
                    path + ": holds no sums of squares, expected an importance matrix. Make one with lilla imatrix.");
        }
        matrix.entries().forEach((weight, entry) -> requireSums(path, weight, entry));
        return matrix;
    }

    private static ImportanceMatrix readGguf(Path path) {
        try (Gguf file = Gguf.open(path)) {
            Map<String, Entry> entries = new LinkedHashMap<>();
            for (Tensor tensor : file.tensors().values()) {
                if (tensor.name().endsWith(SQUARES)) {
                    String weight = tensor.name().substring(0, tensor.name().length() - SQUARES.length());
                    entries.put(weight, entry(path, file, tensor, weight + COUNTS));
                }
            }
            GgufMetadata keys = file.metadata();
            return new ImportanceMatrix(
                    entries,
                    keys.findStrings(DATASETS).orElse(List.of()),
                    count(path, CHUNKS, keys),
                    count(path, CHUNK_TOKENS, keys));
        }
    }

    private static Entry entry(Path path, Gguf file, Tensor squares, String counts) {
        if (!file.contains(counts)) {
            throw new ModelFormatException(path + ": tensor " + counts + " is missing beside " + squares.name()
                    + ". Make the importance matrix again.");
        }
        requireRow(path, squares);
        Tensor count = file.tensor(counts);
        requireRow(path, count);
        return new Entry(Dequantizer.row(squares, 0), (long) Dequantizer.row(count, 0)[0]);
    }

    private static void requireRow(Path path, Tensor tensor) {
        if (!tensor.type().isReal() || tensor.shape().rows() != 1) {
            throw new ModelFormatException(path + ": tensor " + tensor.name() + " is " + tensor.type() + " "
                    + tensor.shape() + ", expected one row of F32. Mixtures of experts are not supported.");
        }
    }

    private static int count(Path path, String key, GgufMetadata keys) {
        long found = keys.findInteger(key).orElse(0);
        if (found < 0 || found > Integer.MAX_VALUE) {
            throw new ModelFormatException(path + ": key " + key + " is " + found + ", expected a count.");
        }
        return (int) found;
    }

    private static void requireSums(Path path, String weight, Entry entry) {
        for (int column = 0; column < entry.squares().length; column++) {
            float sum = entry.squares()[column];
            if (!(sum >= 0) || Float.isInfinite(sum) || entry.count() < 0) {
                throw new ModelFormatException(path + ": column " + column + " of " + weight + " has the sum " + sum
                        + " over " + entry.count() + " tokens, expected finite numbers of at least 0."
                        + " Make the importance matrix again.");
            }
        }
    }
}
