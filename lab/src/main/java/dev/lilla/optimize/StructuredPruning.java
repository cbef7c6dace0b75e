package dev.lilla.optimize;

import dev.lilla.evaluate.TextWindow;
import dev.lilla.kernel.Backend;
import dev.lilla.model.family.Dimensions;
import dev.lilla.model.family.ModelDescription;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// Decides what of a model is left out so that a smaller one remains: whole layers, whole K/V groups, and
/// neurons of the
/// feed-forward blocks, as many in every layer.
///
/// A layer counts by what its absence costs. A group or a neuron counts by the expected square of what it adds
/// to the
/// output of its block: the squares of its activations on the given texts, times the squares of the weights
/// they meet.
///
/// @param layers that stay; empty for all
/// @param kvHeads that stay in each layer; empty for all
/// @param ffn neurons that stay in each layer; empty for all
/// @param choice how layers are chosen
public record StructuredPruning(OptionalInt layers, OptionalInt kvHeads, OptionalInt ffn, LayerChoice choice) {
    /// From this width on only multiples of 256 are cut to, which every K-quant divides into blocks.
    private static final int WIDE = 2048;

    private static final int BLOCK = 32;
    private static final int SUPER_BLOCK = 256;

    /// How layers are chosen.
    public enum LayerChoice {
        /// Those go that turn the residual stream least (Men et al., arXiv 2403.03853). One reading of the
        /// texts.
        INFLUENCE,
        /// One after the other goes whose absence raises the loss least. A reading for each layer and each
        /// round.
        PERPLEXITY
    }

    /// Chooses on texts.
    ///
    /// @param backend that computes; weights of the model stay in it until it is closed
    /// @throws IllegalArgumentException if more is to stay than there is, nothing is cut, or a width does not
    ///     divide
    ///     into blocks
    public Cuts choose(
            ModelDescription model, Backend backend, List<TextWindow> windows, Calibration.Listener listener) {
        check(model);
        Dimensions d = model.dimensions();
        Calibration.Result seen = Calibration.run(model, backend, windows, List.of(), listener);
        int count = layers.orElse(d.layers());
        List<Integer> kept = switch (choice) {
            case INFLUENCE -> largest(seen.influence(), count);
            case PERPLEXITY -> new LayerSearch(model, backend, windows).keep(count);
        };
        CutScores scores = new CutScores(model, seen.importance());
        List<int[]> groups = new ArrayList<>();
        List<int[]> neurons = new ArrayList<>();
        for (int layer : kept) {
            groups.add(array(largest(scores.groups(layer), kvHeads.orElse(d.kvHeads()))));
            neurons.add(array(largest(scores.neurons(layer), ffn.orElse(d.ffn()))));
        }
        return new Cuts(kept, groups, neurons);
    }

    private void check(ModelDescription model) {
        Dimensions d = model.dimensions();
        require(model, "layers", layers, d.layers());
        require(model, "key/value heads", kvHeads, d.kvHeads());
        require(model, "feed-forward neurons", ffn, d.ffn());
        boolean cutsNothing = layers.orElse(d.layers()) == d.layers()
                && kvHeads.orElse(d.kvHeads()) == d.kvHeads()
                && ffn.orElse(d.ffn()) == d.ffn();
        if (cutsNothing) {
            throw new IllegalArgumentException("nothing is cut: " + model.path() + " has " + d.layers() + " layers, "
                    + d.kvHeads() + " key/value heads and " + d.ffn() + " feed-forward neurons. Name fewer of one.");
        }
        int unit = d.ffn() >= WIDE && d.ffn() % SUPER_BLOCK == 0 ? SUPER_BLOCK : d.ffn() % BLOCK == 0 ? BLOCK : 1;
        int width = ffn.orElse(d.ffn());
        if (width % unit != 0) {
            throw new IllegalArgumentException("a feed-forward width of " + width + " does not divide into blocks of "
                    + unit + " weights. Take " + Math.max(unit, width / unit * unit) + ".");
        }
    }

    private static void require(ModelDescription model, String what, OptionalInt kept, int found) {
        if (kept.isPresent() && (kept.getAsInt() < 1 || kept.getAsInt() > found)) {
            throw new IllegalArgumentException(model.path() + ": has " + found + " " + what + ", so 1 to " + found
                    + " of them can stay, not " + kept.getAsInt() + ".");
        }
    }

    /// The indices of the largest scores, in rising order; of equals the first.
    static List<Integer> largest(double[] scores, int count) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> scores[i]).reversed())
                .limit(count)
                .sorted()
                .toList();
    }

    private static int[] array(List<Integer> numbers) {
        int[] array = new int[numbers.size()];
        Arrays.setAll(array, numbers::get);
        return array;
    }
}
