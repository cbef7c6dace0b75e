package dev.lilla.optimize;

import dev.lilla.evaluate.TextWindow;
import dev.lilla.generate.LogLikelihood;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Decoder;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.family.ModelDescription;
import java.util.List;
import java.util.stream.IntStream;

/// Leaves out one layer after the other, each time the one whose absence raises the loss on texts least.
final class LayerSearch {
    /// More texts tell the layers apart no better for a choice between a few dozen of them.
    private static final int WINDOWS_MAX = 32;

    private final ModelDescription model;
    private final Backend backend;
    private final List<TextWindow> windows;

    LayerSearch(ModelDescription model, Backend backend, List<TextWindow> windows) {
        this.model = model;
        this.backend = new SharedWeights(backend);
        this.windows = TextWindow.some(windows, WINDOWS_MAX);
    }

    /// The layers that stay, in rising order.
    List<Integer> keep(int count) {
        List<Integer> kept =
                IntStream.range(0, model.spec().layers().size()).boxed().toList();
        while (kept.size() > count) {
            List<Integer> best = kept;
            double bestLoss = Double.POSITIVE_INFINITY;
            for (Integer layer : kept) {
                List<Integer> tried =
                        kept.stream().filter(other -> !other.equals(layer)).toList();
                double loss = loss(tried);
                if (loss < bestLoss) {
                    best = tried;
                    bestLoss = loss;
                }
            }
            if (best.size() == kept.size()) {
                throw new IllegalStateException("no layer can be left out with a loss that is a number");
            }
            kept = best;
        }
        return List.copyOf(kept);
    }

    /// The mean loss of a decoder of some of the layers.
    double loss(List<Integer> layers) {
        Decoder decoder = Decoder.create(with(model.spec(), layers), model::tensor, backend);
        int blocks = Math.ceilDiv(TextWindow.longest(windows), KvLayout.BLOCK_TOKENS) + 1;
        try (KvBlocks cache = backend.allocateBlocks(decoder.kvLayout(KvType.F16), blocks)) {
            LogLikelihood likelihood = new LogLikelihood(decoder, cache, List.of());
            double sum = 0;
            long tokens = 0;
            for (TextWindow window : windows) {
                double[] scores = likelihood.scoreText(window.tokens()).tokens();
                for (int i = window.scoredFrom() - 1; i < scores.length; i++) {
                    sum -= scores[i];
                    tokens++;
                }
            }
            return sum / tokens;
        }
    }

    /// The same decoder with some of its layers.
    static DecoderSpec with(DecoderSpec spec, List<Integer> layers) {
        List<LayerSpec> kept = layers.stream().map(spec.layers()::get).toList();
        return new DecoderSpec(
                spec.family(),
                spec.hidden(),
                spec.vocab(),
                spec.contextLength(),
                spec.embedding(),
                kept,
                spec.norm(),
                spec.head());
    }
}
