package dev.lilla.bench;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.LogitRows;
import dev.lilla.model.Logits;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Lilla itself on a GGUF file, greedy, with an f16 cache as the others have.
final class LillaPeer implements Peer {
    private static final int PROMPT = 8;
    private static final int BLOCKS = 32;

    private final Backend backend;
    private final LoadedModel model;
    private final KvBlocks cache;
    private final int[] blocks = new int[BLOCKS];
    private final float[] logits;

    LillaPeer(Path gguf, int threads) {
        backend = HostBackend.open(new HostOptions(HostOptions.Choice.AUTO, threads));
        model = ModelLoader.open(gguf, LoadOptions.DEFAULT, backend);
        cache = backend.allocateBlocks(model.decoder().kvLayout(KvType.F16), BLOCKS);
        Arrays.setAll(blocks, i -> cache.take());
        logits = new float[model.spec().vocab()];
    }

    @Override
    public double prefill(int tokens) {
        long start = System.nanoTime();
        int[] prompt = IntStream.range(0, tokens).map(i -> 3 + i % 200).toArray();
        int rowsMax = model.decoder().rowsMax();
        for (int from = 0; from < tokens; from += rowsMax) {
            int to = Math.min(tokens, from + rowsMax);
            step(Arrays.copyOfRange(prompt, from, to), from, to == tokens ? LogitRows.LAST : LogitRows.NONE);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public double decode(int tokens) {
        prefill(PROMPT);
        long start = System.nanoTime();
        int token = 1;
        for (int i = 0; i < tokens; i++) {
            token = step(new int[] {token}, PROMPT + i, LogitRows.LAST);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /// Takes tokens through the decoder.
    ///
    /// @return the most likely next token, if logits were wanted
    private int step(int[] tokens, int position, LogitRows wanted) {
        int needed = Math.ceilDiv(position + tokens.length, KvLayout.BLOCK_TOKENS);
        if (needed > BLOCKS) {
            throw new IllegalArgumentException("room for " + BLOCKS * KvLayout.BLOCK_TOKENS + " tokens");
        }
        Logits result = model.decoder()
                .forward(Batch.of(new BatchEntry(tokens, position, blocks, PROMPT, wanted, List.of())), cache);
        if (wanted == LogitRows.NONE) {
            return -1;
        }
        result.copyRow(0, logits);
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    @Override
    public void close() {
        cache.close();
        model.close();
        backend.close();
    }
}
