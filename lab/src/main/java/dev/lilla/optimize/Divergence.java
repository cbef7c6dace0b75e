package dev.lilla.optimize;

import dev.lilla.generate.BlockTable;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.Decoder;
import dev.lilla.model.LogitRows;
import dev.lilla.model.Logits;
import java.util.Arrays;
import java.util.List;

/// How far a model is from another one of the same vocabulary, on texts: both read the same windows and are
/// compared token
/// by token, as llama.cpp's `perplexity --kl-divergence` does.
public final class Divergence {
    private Divergence() {}

    /// A model that computes.
    ///
    /// @param cache with room for a window
    public record Side(Decoder decoder, KvBlocks cache) {}

    /// What was measured over all tokens compared.
    ///
    /// @param tokens compared
    /// @param perplexity of the model
    /// @param referencePerplexity of the one it is held against
    /// @param lossChange mean difference of the losses, in nats; above 0 where the model is worse
    /// @param lossChangeError standard error of that, of pairs
    /// @param divergence mean Kullback-Leibler divergence from the reference's distribution to the model's, in
    ///     nats
    /// @param divergenceError standard error of that
    /// @param divergence99 the divergence that 99 % of tokens stay below
    /// @param agreement share of tokens whose most likely one is the same, 0 to 1
    public record Result(
            int tokens,
            double perplexity,
            double referencePerplexity,
            double lossChange,
            double lossChangeError,
            double divergence,
            double divergenceError,
            double divergence99,
            double agreement) {}

    /// Compares two models.
    ///
    /// @throws IllegalArgumentException if the vocabularies differ in size, or a window is longer than a
    ///     context
    public static Result measure(Side reference, Side model, List<TextWindow> windows) {
        int vocab = reference.decoder().spec().vocab();
        if (model.decoder().spec().vocab() != vocab) {
            throw new IllegalArgumentException(
                    "a model of " + model.decoder().spec().vocab() + " tokens cannot be compared with one of " + vocab
                            + ". Take variants of the same model.");
        }
        int context = TextWindow.longest(windows);
        int contextMax = Math.min(
                reference.decoder().spec().contextLength(),
                model.decoder().spec().contextLength());
        if (context > contextMax) {
            throw new IllegalArgumentException("windows of " + context + " tokens exceed the models' context of "
                    + contextMax + ". Give a smaller context.");
        }
        int scored = windows.stream()
                .mapToInt(window -> window.tokens().length - window.scoredFrom())
                .sum();
        DivergenceSums sums = new DivergenceSums(vocab, scored);
        windows.forEach(window -> compare(reference, model, window, sums));
        return sums.result();
    }

    private static void compare(Side reference, Side model, TextWindow window, DivergenceSums sums) {
        int read = window.tokens().length - 1;
        int rowsMax = Math.min(reference.decoder().rowsMax(), model.decoder().rowsMax());
        try (BlockTable referenceTable = new BlockTable(reference.cache());
                BlockTable modelTable = new BlockTable(model.cache())) {
            for (int start = 0; start < read; start += rowsMax) {
                int end = Math.min(read, start + rowsMax);
                Logits expected = forward(reference, referenceTable, window, start, end);
                Logits found = forward(model, modelTable, window, start, end);
                for (int position = Math.max(window.scoredFrom() - 1, start); position < end; position++) {
                    expected.copyRow(position - start, sums.expected());
                    found.copyRow(position - start, sums.found());
                    sums.add(window.tokens()[position + 1]);
                }
            }
        }
    }

    private static Logits forward(Side side, BlockTable table, TextWindow window, int start, int end) {
        table.reserve(end);
        LogitRows wanted = end >= window.scoredFrom() ? LogitRows.ALL : LogitRows.NONE;
        BatchEntry entry = new BatchEntry(
                Arrays.copyOfRange(window.tokens(), start, end),
                start,
                table.blocks(),
                window.tokens().length,
                wanted,
                List.of());
        return side.decoder().forward(Batch.of(entry), side.cache());
    }
}
