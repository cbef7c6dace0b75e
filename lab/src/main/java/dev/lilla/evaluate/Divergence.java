package dev.lilla.evaluate;

import dev.lilla.generate.BlockTable;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.Decoder;
import dev.lilla.model.Logits;
import java.util.List;
import java.util.function.IntConsumer;

/// How far a model is from another one of the same vocabulary, on texts: both read the same windows and are
/// compared token
/// by token, as llama.cpp's `perplexity --kl-divergence` does.
public final class Divergence {
    private Divergence() {}

    /// A model that computes.
    ///
    /// @param cache with room for a window
    /// @param adapters added to the weights
    public record Side(Decoder decoder, KvBlocks cache, List<ActiveAdapter> adapters) {
        public Side {
            adapters = List.copyOf(adapters);
        }

        /// A model as it is.
        public Side(Decoder decoder, KvBlocks cache) {
            this(decoder, cache, List.of());
        }

        private Logits forward(TextWindow window, BlockTable table, int start, int end) {
            return window.forward(decoder, cache, table, adapters, start, end);
        }
    }

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
    /// @param progress takes the windows that are done
    /// @throws IllegalArgumentException if the vocabularies differ in size, or a window is longer than a
    ///     context
    public static Result measure(Side reference, Side model, List<TextWindow> windows, IntConsumer progress) {
        int vocab = reference.decoder().spec().vocab();
        if (model.decoder().spec().vocab() != vocab) {
            throw new IllegalArgumentException("the models have vocabularies of "
                    + model.decoder().spec().vocab() + " and " + vocab
                    + " tokens; only variants of one model can be held against each other");
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
        for (int i = 0; i < windows.size(); i++) {
            compare(reference, model, windows.get(i), sums);
            progress.accept(i + 1);
        }
        return sums.result();
    }

    private static void compare(Side reference, Side model, TextWindow window, DivergenceSums sums) {
        int read = window.tokens().length - 1;
        int rowsMax = Math.min(reference.decoder().rowsMax(), model.decoder().rowsMax());
        try (BlockTable referenceTable = new BlockTable(reference.cache());
                BlockTable modelTable = new BlockTable(model.cache())) {
            for (int start = 0; start < read; start += rowsMax) {
                int end = Math.min(read, start + rowsMax);
                Logits expected = reference.forward(window, referenceTable, start, end);
                Logits found = model.forward(window, modelTable, start, end);
                for (int position = Math.max(window.scoredFrom() - 1, start); position < end; position++) {
                    expected.copyRow(position - start, sums.expected());
                    found.copyRow(position - start, sums.found());
                    sums.add(window.tokens()[position + 1]);
                }
            }
        }
    }
}
