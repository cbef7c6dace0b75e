package dev.lilla.optimize;

import dev.lilla.evaluate.TextWindow;
import dev.lilla.generate.BlockTable;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import dev.lilla.model.AdapterHost.GgufRows;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Decoder;
import dev.lilla.model.LogitRows;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.ImportanceMatrix.Entry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Passes texts through a model to see what its weights are multiplied with. The head is left out, as
/// llama.cpp's `imatrix` leaves it out.
public final class Calibration {
    private Calibration() {}

    /// Hears how far it is.
    @FunctionalInterface
    public interface Listener {
        /// @param done windows that are read
        void reached(int done, int total);
    }

    /// What was seen.
    ///
    /// @param importance of the inputs of every linear map but the head
    /// @param influence of each layer: 1 minus the mean cosine between what enters and what leaves it
    ///     (Men et al., arXiv 2403.03853)
    public record Result(ImportanceMatrix importance, double[] influence) {}

    /// Reads texts.
    ///
    /// @param backend that computes; weights of the model stay in it until it is closed
    /// @param datasets what the texts are, for people
    /// @throws IllegalArgumentException if a window exceeds the model's context
    public static Result run(
            ModelDescription model,
            Backend backend,
            List<TextWindow> windows,
            List<String> datasets,
            Listener listener) {
        int context = TextWindow.longest(windows);
        if (context > model.spec().contextLength()) {
            throw new IllegalArgumentException("windows of " + context + " tokens exceed the model's context of "
                    + model.spec().contextLength() + ". Give a smaller context.");
        }
        InputSquares squares = new InputSquares();
        Decoder decoder = Decoder.create(model.spec(), model::tensor, new ObservedBackend(backend, squares));
        LayerInfluence influence = new LayerInfluence(model.spec().layers().size());
        try (KvBlocks cache =
                backend.allocateBlocks(decoder.kvLayout(KvType.F32), Math.ceilDiv(context, KvLayout.BLOCK_TOKENS))) {
            for (int i = 0; i < windows.size(); i++) {
                read(decoder, cache, windows.get(i).tokens(), influence);
                listener.reached(i + 1, windows.size());
            }
        }
        ImportanceMatrix importance = new ImportanceMatrix(inGguf(model, squares), datasets, windows.size(), context);
        return new Result(importance, influence.means());
    }

    private static void read(Decoder decoder, KvBlocks cache, int[] window, LayerInfluence influence) {
        try (BlockTable table = new BlockTable(cache)) {
            for (int start = 0; start < window.length; start += decoder.rowsMax()) {
                int end = Math.min(window.length, start + decoder.rowsMax());
                BatchEntry entry = table.entry(window, start, end, window.length, LogitRows.NONE, List.of());
                decoder.forward(Batch.of(entry), cache, influence);
            }
        }
    }

    /// The sums by the names that GGUF has for the weights: where it cuts a fused one, all parts have the same
    /// inputs.
    private static Map<String, Entry> inGguf(ModelDescription model, InputSquares squares) {
        Map<String, Entry> entries = new HashMap<>();
        for (String weight : model.spec().linearMaps().keySet()) {
            squares.of(model.tensor(weight).name()).ifPresent(entry -> {
                for (GgufRows part : model.ggufRows(weight)) {
                    entries.put(part.name(), entry);
                }
            });
        }
        return entries;
    }
}
