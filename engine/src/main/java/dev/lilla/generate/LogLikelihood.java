package dev.lilla.generate;

import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.Batch;
import dev.lilla.model.Decoder;
import dev.lilla.model.LogitRows;
import dev.lilla.model.Logits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How likely a model finds given texts. Not safe for use by several threads.
public final class LogLikelihood {
    private final Decoder decoder;
    private final KvBlocks cache;
    private final List<ActiveAdapter> adapters;
    private final float[] row;

    /// @param adapters added to the weights
    public LogLikelihood(Decoder decoder, KvBlocks cache, List<ActiveAdapter> adapters) {
        this.decoder = decoder;
        this.cache = cache;
        this.adapters = List.copyOf(adapters);
        this.row = new float[decoder.spec().vocab()];
    }

    /// How likely a continuation is.
    ///
    /// @param sum natural logarithm of its probability: the sum over its tokens
    /// @param isGreedy whether each of its tokens is the most likely one at its place
    /// @param tokens the logarithm for each token
    public record Score(double sum, boolean isGreedy, double[] tokens) {}

    /// Scores continuations of one context, which is computed once.
    ///
    /// @param context at least one token
    /// @param continuations at least one token each
    /// @return their scores, in order
    /// @throws IllegalArgumentException if context and continuation are longer than the model's context
    public List<Score> score(int[] context, List<int[]> continuations) {
        if (context.length == 0) {
            throw new IllegalArgumentException("a continuation is scored after at least one token of context");
        }
        try (BlockTable table = new BlockTable(cache)) {
            int shared = context.length - 1;
            read(context, 0, shared, table, context.length);
            List<Score> scores = new ArrayList<>(continuations.size());
            for (int[] continuation : continuations) {
                if (continuation.length == 0) {
                    throw new IllegalArgumentException("a continuation has at least one token");
                }
                int[] tokens = Arrays.copyOf(context, context.length + continuation.length);
                System.arraycopy(continuation, 0, tokens, context.length, continuation.length);
                // What an earlier continuation left behind the context is overwritten before it is seen.
                scores.add(score(tokens, shared, table));
            }
            return scores;
        }
    }

    /// Scores each token of a text after those before it; the first one is only context.
    ///
    /// @param tokens at least two
    public Score scoreText(int[] tokens) {
        return score(Arrays.copyOf(tokens, 1), List.of(Arrays.copyOfRange(tokens, 1, tokens.length)))
                .getFirst();
    }

    private void read(int[] tokens, int from, int to, BlockTable table, int promptTokens) {
        for (int start = from; start < to; start += decoder.rowsMax()) {
            int end = Math.min(to, start + decoder.rowsMax());
            forward(tokens, start, end, table, promptTokens, LogitRows.NONE);
        }
    }

    /// Scores `tokens[first + 1 ..]`, where the first `first` tokens are in the cache.
    private Score score(int[] tokens, int first, BlockTable table) {
        int scored = tokens.length - 1 - first;
        double[] logProbabilities = new double[scored];
        boolean isGreedy = true;
        double sum = 0;
        for (int start = first; start < tokens.length - 1; start += decoder.rowsMax()) {
            int end = Math.min(tokens.length - 1, start + decoder.rowsMax());
            Logits logits = forward(tokens, start, end, table, tokens.length - 1, LogitRows.ALL);
            for (int i = 0; i < end - start; i++) {
                logits.copyRow(i, row);
                int target = tokens[start + i + 1];
                double logProbability = logProbability(row, target);
                logProbabilities[start + i - first] = logProbability;
                sum += logProbability;
                isGreedy &= isLargest(row, target);
            }
        }
        return new Score(sum, isGreedy, logProbabilities);
    }

    private Logits forward(int[] tokens, int start, int end, BlockTable table, int promptTokens, LogitRows wanted) {
        return decoder.forward(Batch.of(table.entry(tokens, start, end, promptTokens, wanted, adapters)), cache);
    }

    /// `log(softmax(logits)[token])`.
    public static double logProbability(float[] logits, int token) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double mass = 0;
        for (float logit : logits) {
            mass += Math.exp(logit - max);
        }
        return logits[token] - max - Math.log(mass);
    }

    private static boolean isLargest(float[] logits, int token) {
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] > logits[token] || (logits[i] == logits[token] && i < token)) {
                return false;
            }
        }
        return true;
    }
}
