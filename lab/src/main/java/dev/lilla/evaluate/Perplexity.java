package dev.lilla.evaluate;

import dev.lilla.generate.BlockTable;
import dev.lilla.generate.LogLikelihood;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.Decoder;
import dev.lilla.model.Logits;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// Perplexity of a text under a model, by llama.cpp's protocol, so that figures can be held against each other.
///
/// The text is cut into windows of `context` tokens. In each, the first token is replaced by the one that begins a
/// text, the first half is only context, and the tokens of the second half are scored.
///
/// @param context tokens in a window, at least 4
/// @param batch tokens that go through the decoder together
/// @param beginOfText the token that replaces the first of each window; empty for models that have none
/// @param adapters added to the weights
public record Perplexity(int context, int batch, OptionalInt beginOfText, List<ActiveAdapter> adapters) {
    public Perplexity {
        adapters = List.copyOf(adapters);
        if (context < 4 || batch < 1) {
            throw new IllegalArgumentException(
                    "perplexity needs windows of 4 tokens or more and batches of 1 or more, found " + context + " and "
                            + batch);
        }
    }

    /// Of the model as it is.
    public Perplexity(int context, int batch, OptionalInt beginOfText) {
        this(context, batch, beginOfText, List.of());
    }

    /// What was measured so far.
    ///
    /// @param windows windows measured
    /// @param windowsTotal windows of the text
    /// @param tokens tokens scored
    /// @param meanNegativeLogLikelihood natural logarithm
    /// @param standardError of the perplexity
    public record Result(
            int windows, int windowsTotal, int tokens, double meanNegativeLogLikelihood, double standardError) {
        public double perplexity() {
            return Math.exp(meanNegativeLogLikelihood);
        }
    }

    /// Measures a text.
    ///
    /// @param tokens the whole text, encoded with what the model expects around it
    /// @param progress takes the running result after each window
    /// @throws IllegalArgumentException if the text has fewer than two windows, or a window exceeds the context
    public Result measure(Decoder decoder, KvBlocks cache, int[] tokens, Consumer<Result> progress) {
        List<TextWindow> windows = windows(decoder, tokens);
        List<Double> losses = new ArrayList<>();
        Result result = new Result(0, windows.size(), 0, 0, 0);
        for (int i = 0; i < windows.size(); i++) {
            score(decoder, cache, windows.get(i), losses);
            result = result(i + 1, windows.size(), losses);
            progress.accept(result);
        }
        return result;
    }

    private List<TextWindow> windows(Decoder decoder, int[] tokens) {
        if (tokens.length / context < 2) {
            throw new IllegalArgumentException(
                    "the text has " + tokens.length + " tokens, which is less than two windows of " + context
                            + ". Give a longer text or a smaller context.");
        }
        if (context > decoder.spec().contextLength()) {
            throw new IllegalArgumentException("windows of " + context + " tokens exceed the model's context of "
                    + decoder.spec().contextLength());
        }
        return TextWindow.cut(tokens, context, beginOfText);
    }

    private void score(Decoder decoder, KvBlocks cache, TextWindow window, List<Double> losses) {
        int first = window.scoredFrom() - 1;
        float[] row = new float[decoder.spec().vocab()];
        int rowsMax = Math.min(batch, decoder.rowsMax());
        try (BlockTable table = new BlockTable(cache)) {
            for (int start = 0; start < context - 1; start += rowsMax) {
                int end = Math.min(context - 1, start + rowsMax);
                Logits logits = window.forward(decoder, cache, table, adapters, start, end);
                for (int position = Math.max(first, start); position < end; position++) {
                    logits.copyRow(position - start, row);
                    losses.add(-LogLikelihood.logProbability(row, window.tokens()[position + 1]));
                }
            }
        }
    }

    private static Result result(int windows, int windowsTotal, List<Double> losses) {
        int count = losses.size();
        double mean = losses.stream().mapToDouble(loss -> loss).average().orElse(0);
        double meanSquare =
                losses.stream().mapToDouble(loss -> loss * loss).average().orElse(0);
        double error = count < 2 ? 0 : Math.sqrt(Math.max(0, meanSquare - mean * mean) / (count - 1));
        return new Result(windows, windowsTotal, count, mean, error * Math.exp(mean));
    }
}
