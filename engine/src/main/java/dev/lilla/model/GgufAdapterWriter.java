package dev.lilla.model;

import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufType;
import dev.lilla.format.GgufValue;
import dev.lilla.format.GgufWriter;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes adapters as llama.cpp's convert_lora_to_gguf.py does: names and row order of GGUF, numbers in f32.
///
/// GGUF knows `alpha / rank` only, so the alpha of a rank-stabilized adapter is written times the root of its rank. A
/// weight that GGUF has split gets a pair of matrices for each part: A as it is, and its rows of B.
public final class GgufAdapterWriter {
    private GgufAdapterWriter() {}

    /// Writes an adapter. An existing file of that name stays until the new one is complete.
    ///
    /// @param base the model it was trained on
    /// @throws IllegalArgumentException if a shape is not that of the base
    /// @throws dev.lilla.format.UnsupportedModelException if a part changes what is no linear layer
    /// @throws java.io.UncheckedIOException if it cannot be written
    public static void write(AdapterContents contents, AdapterHost base, Path file) {
        contents.requireFits(base, file);
        int firstRank = contents.parts().getFirst().rank();
        float alpha = contents.scaling().of(contents.alpha(), firstRank) * firstRank;
        List<Tensor> tensors = new ArrayList<>();
        for (AdapterPart part : contents.parts()) {
            int rank = part.rank();
            float[] down = AdapterContents.down(part);
            float[] up = AdapterContents.up(part, alpha / rank);
            for (AdapterHost.GgufRows target : base.ggufRows(part.weight())) {
                tensors.add(AdapterPart.tensor(
                        target.name() + GgufAdapter.DOWN_SUFFIX, part.down().shape(), down));
                tensors.add(AdapterPart.tensor(
                        target.name() + GgufAdapter.UP_SUFFIX,
                        Shape.of(target.rows().length, rank),
                        rows(up, target.rows(), rank)));
            }
        }
        GgufWriter.write(file, GgufMetadata.of(file.toString(), keys(contents, base, file, alpha)), tensors);
    }

    private static float[] rows(float[] matrix, int[] rows, int columns) {
        float[] taken = new float[rows.length * columns];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(matrix, rows[row] * columns, taken, row * columns, columns);
        }
        return taken;
    }

    private static Map<String, GgufValue> keys(AdapterContents contents, AdapterHost base, Path file, float alpha) {
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        keys.put("general.architecture", GgufValue.of(base.ggufArchitecture()));
        keys.put(GgufAdapter.TYPE_KEY, GgufValue.of("adapter"));
        keys.put(GgufAdapter.KIND_KEY, GgufValue.of("lora"));
        keys.put("general.name", GgufValue.of(file.getFileName().toString().replaceAll("\\.gguf$", "")));
        keys.put("general.base_model.count", GgufValue.of(1L));
        keys.put(GgufAdapter.BASE_KEY, GgufValue.of(contents.base()));
        keys.put("general.file_type", GgufValue.of(0L));
        keys.put(GgufAdapter.ALPHA_KEY, new GgufValue.Real(GgufType.FLOAT32, alpha));
        return keys;
    }
}
