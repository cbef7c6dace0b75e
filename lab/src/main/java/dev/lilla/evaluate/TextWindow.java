package dev.lilla.evaluate;

import dev.lilla.generate.BlockTable;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.Batch;
import dev.lilla.model.Decoder;
import dev.lilla.model.LogitRows;
import dev.lilla.model.Logits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// A piece of text that goes through a model on its own.
///
/// @param tokens at least 2
/// @param scoredFrom first position that counts in a comparison, at least 1: those before are only context
public record TextWindow(int[] tokens, int scoredFrom) {
    public TextWindow {
        if (tokens.length < 2 || scoredFrom < 1 || scoredFrom >= tokens.length) {
            throw new IllegalArgumentException("a window of " + tokens.length + " tokens, scored from " + scoredFrom
                    + "; expected at least 2 tokens, and one of them scored");
        }
    }

    /// Cuts a text as llama.cpp's `imatrix` and `perplexity` do: windows of `context` tokens, each beginning
    /// with the
    /// token that begins a text, whose second halves are scored. What is left over at the end is not used.
    ///
    /// @param context tokens in a window, at least 4
    /// @param beginOfText replaces the first token of each window; empty for models that have none
    /// @throws IllegalArgumentException if the text is shorter than a window
    public static List<TextWindow> cut(int[] text, int context, OptionalInt beginOfText) {
        if (context < 4 || text.length < context) {
            throw new IllegalArgumentException("the text has " + text.length
                    + " tokens, which is less than a window of " + context + ", or windows have fewer than 4."
                    + " Give a longer text or another context.");
        }
        List<TextWindow> windows = new ArrayList<>();
        for (int start = 0; start + context <= text.length; start += context) {
            int[] window = Arrays.copyOfRange(text, start, start + context);
            if (beginOfText.isPresent()) {
                window[0] = beginOfText.getAsInt();
            }
            windows.add(new TextWindow(window, context / 2 + 1));
        }
        return windows;
    }

    /// Makes each example a window of its own, of which all is scored; longer ones are cut off.
    ///
    /// @param context the most tokens of a window
    /// @throws IllegalArgumentException if no example has two tokens
    public static List<TextWindow> examples(List<int[]> examples, int context) {
        List<TextWindow> windows = examples.stream()
                .filter(tokens -> tokens.length > 1)
                .map(tokens -> new TextWindow(Arrays.copyOf(tokens, Math.min(tokens.length, context)), 1))
                .toList();
        if (windows.isEmpty()) {
            throw new IllegalArgumentException("none of the " + examples.size() + " examples has two tokens");
        }
        return windows;
    }

    /// A smaller number of windows, spread over all.
    public static List<TextWindow> some(List<TextWindow> windows, int countMax) {
        if (windows.size() <= countMax) {
            return windows;
        }
        return IntStream.range(0, countMax)
                .mapToObj(i -> windows.get((int) ((long) i * windows.size() / countMax)))
                .toList();
    }

    /// Tokens of the longest.
    public static int longest(List<TextWindow> windows) {
        return windows.stream()
                .mapToInt(window -> window.tokens().length)
                .max()
                .orElseThrow(() -> new IllegalArgumentException("there is no text"));
    }

    /// Passes the positions from `start` until before `end` through a decoder; those before have gone through it.
    ///
    /// @param table of this window in the cache
    /// @return the logits of each position, if one of them is scored by what follows it
    Logits forward(
            Decoder decoder, KvBlocks cache, BlockTable table, List<ActiveAdapter> adapters, int start, int end) {
        LogitRows wanted = end >= scoredFrom ? LogitRows.ALL : LogitRows.NONE;
        return decoder.forward(Batch.of(table.entry(tokens, start, end, tokens.length, wanted, adapters)), cache);
    }
}
