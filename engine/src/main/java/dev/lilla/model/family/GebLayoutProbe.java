package dev.lilla.model.family;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Decoder;
import dev.lilla.model.LogitRows;
import dev.lilla.model.Logits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Finds out which of the 16 layouts the weights of a GEB model have: the right one predicts ordinary text, the
/// others predict noise.
///
/// @param model a Hugging Face directory of family `geb`
/// @param backends opens a backend for each layout, which the probe closes
public record GebLayoutProbe(Path model, Supplier<Backend> backends) {
    /// A layout and how well it predicts.
    ///
    /// @param meanNll mean negative log-likelihood of a token given those before it, in nats; lower is better
    public record Score(GebLayout layout, double meanNll) {}

    /// Scores a text under every layout.
    ///
    /// @param tokens at least two; some hundred of each language the model speaks are plenty
    /// @param progress told of every score as it is had
    /// @return all 16, the best first
    /// @throws IllegalArgumentException if there are fewer tokens, or the model is of another family
    public List<Score> score(int[] tokens, Consumer<Score> progress) {
        if (tokens.length < 2) {
            throw new IllegalArgumentException(
                    "a text of " + tokens.length + " tokens says nothing, expected some hundred");
        }
        List<Score> scores = new ArrayList<>();
        for (GebLayout layout : GebLayout.all()) {
            Score score = new Score(layout, meanNll(layout, tokens));
            progress.accept(score);
            scores.add(score);
        }
        scores.sort(Comparator.comparingDouble(Score::meanNll));
        return List.copyOf(scores);
    }

    private double meanNll(GebLayout layout, int[] tokens) {
        try (Backend backend = backends.get();
                LoadedModel loaded = ModelLoader.open(model, LoadOptions.DEFAULT.withGebLayout(layout), backend)) {
            Decoder decoder = loaded.decoder();
            int count = Math.min(tokens.length, loaded.spec().contextLength());
            int blockCount = Math.ceilDiv(count, KvLayout.BLOCK_TOKENS);
            try (KvBlocks cache = backend.allocateBlocks(decoder.kvLayout(KvType.F32), blockCount)) {
                int[] blocks = new int[blockCount];
                Arrays.setAll(blocks, block -> cache.take());
                return nll(decoder, cache, blocks, Arrays.copyOf(tokens, count)) / (count - 1);
            }
        }
    }

    private static double nll(Decoder decoder, KvBlocks cache, int[] blocks, int[] tokens) {
        float[] row = new float[decoder.spec().vocab()];
        double sum = 0;
        for (int start = 0; start < tokens.length; start += decoder.rowsMax()) {
            int end = Math.min(start + decoder.rowsMax(), tokens.length);
            int[] chunk = Arrays.copyOfRange(tokens, start, end);
            BatchEntry entry = new BatchEntry(chunk, start, blocks, tokens.length, LogitRows.ALL, List.of());
            Logits logits = decoder.forward(Batch.of(entry), cache);
            for (int position = start; position < Math.min(end, tokens.length - 1); position++) {
                logits.copyRow(position - start, row);
                sum += nll(row, tokens[position + 1]);
            }
        }
        return sum;
    }

    /// `log(sum(exp(logits))) - logits[token]`.
    private static double nll(float[] logits, int token) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return Math.log(sum) + max - logits[token];
    }
}
