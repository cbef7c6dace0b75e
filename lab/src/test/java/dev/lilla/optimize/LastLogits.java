package dev.lilla.optimize;

import dev.lilla.ExactHost;
import dev.lilla.generate.BlockTable;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Decoder;
import dev.lilla.model.LogitRows;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// What a model says comes after prompts.
final class LastLogits {
    private static final int CACHE_BLOCKS = 64;
    /// Some prompts are longer than the context of their model.
    private static final LoadOptions OPTIONS = LoadOptions.DEFAULT.withContextLength(4096);

    private LastLogits() {}

    /// The logits after each prompt.
    static List<float[]> of(Path model, List<int[]> prompts) {
        try (Backend backend = HostBackend.open(ExactHost.options());
                LoadedModel loaded = ModelLoader.open(model, OPTIONS, backend);
                KvBlocks cache = backend.allocateBlocks(loaded.decoder().kvLayout(KvType.F32), CACHE_BLOCKS)) {
            return prompts.stream()
                    .map(prompt -> after(prompt, loaded.decoder(), cache))
                    .toList();
        }
    }

    private static float[] after(int[] prompt, Decoder decoder, KvBlocks cache) {
        float[] logits = new float[decoder.spec().vocab()];
        try (BlockTable table = new BlockTable(cache)) {
            table.reserve(prompt.length);
            for (int start = 0; start < prompt.length; start += decoder.rowsMax()) {
                int end = Math.min(prompt.length, start + decoder.rowsMax());
                LogitRows wanted = end == prompt.length ? LogitRows.LAST : LogitRows.NONE;
                int[] chunk = Arrays.copyOfRange(prompt, start, end);
                BatchEntry entry = new BatchEntry(chunk, start, table.blocks(), prompt.length, wanted, List.of());
                var step = decoder.forward(Batch.of(entry), cache);
                if (end == prompt.length) {
                    step.copyRow(0, logits);
                }
            }
        }
        return logits;
    }
}
