package dev.lilla.optimize;

import dev.lilla.format.TensorDescription;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.FeedForward;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.Linear;
import dev.lilla.model.Projection;
import dev.lilla.model.Projection.HeadLayout;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Which rows and columns of each tensor stay, wherever its projection or feed-forward block keeps
/// heads and neurons: fused or split, adjacent or interleaved, with or without biases.
final class CutTensors {
    private static final String LAYER_PREFIX = "blk.";

    private final Cuts cuts;
    private final Map<String, int[]> rows = new HashMap<>();
    private final Map<String, int[]> columns = new HashMap<>();

    /// @param spec of the whole model
    CutTensors(DecoderSpec spec, Cuts cuts) {
        this.cuts = cuts;
        for (int i = 0; i < cuts.layers().size(); i++) {
            LayerSpec layer = spec.layers().get(cuts.layers().get(i));
            cutHeads(CutScores.attention(layer), cuts.groups().get(i));
            cutNeurons(layer.feedForward(), cuts.neurons().get(i));
        }
    }

    private void cutHeads(Attention attention, int[] groups) {
        Projection projection = attention.projection();
        int queriesOfGroup = projection.query().heads() / projection.key().heads();
        int[] queries = Arrays.stream(groups)
                .flatMap(group -> IntStream.range(group * queriesOfGroup, (group + 1) * queriesOfGroup))
                .toArray();
        boolean[] kept = new boolean[projection.width()];
        mark(kept, projection.query(), queries);
        mark(kept, projection.key(), groups);
        mark(kept, projection.value(), groups);
        cutRows(projection.parts(), kept);
        int headDim = projection.query().headDim();
        columns.put(
                attention.output().weight(),
                Arrays.stream(queries)
                        .flatMap(head -> IntStream.range(head * headDim, (head + 1) * headDim))
                        .toArray());
    }

    private static void mark(boolean[] kept, HeadLayout layout, int[] heads) {
        for (int head : heads) {
            int start = layout.offset() + head * layout.stride();
            Arrays.fill(kept, start, start + layout.headDim(), true);
        }
    }

    private void cutNeurons(FeedForward block, int[] neurons) {
        switch (block) {
            case FeedForward.Gated gated -> {
                int width = gated.parts().stream().mapToInt(Linear::out).sum();
                boolean[] kept = new boolean[width];
                for (int neuron : neurons) {
                    kept[gated.gateOffset() + neuron] = true;
                    kept[gated.upOffset() + neuron] = true;
                }
                cutRows(gated.parts(), kept);
            }
            case FeedForward.Plain plain -> putRows(plain.up(), neurons);
        }
        columns.put(block.down().weight(), neurons);
    }

    /// @param kept by row of all parts, one after the other
    private void cutRows(List<Linear> parts, boolean[] kept) {
        int first = 0;
        for (Linear part : parts) {
            int start = first;
            putRows(
                    part,
                    IntStream.range(0, part.out())
                            .filter(row -> kept[start + row])
                            .toArray());
            first += part.out();
        }
    }

    private void putRows(Linear part, int[] kept) {
        rows.put(part.weight(), kept);
        part.bias().ifPresent(bias -> rows.put(bias, kept));
    }

    /// A tensor of the file as it stays; empty if its layer goes.
    Optional<PlannedTensor> plan(Tensor tensor) {
        return renamed(tensor.name()).map(name -> {
            int[] keptRows = rows.get(tensor.name());
            int[] keptColumns = columns.get(tensor.name());
            if (tensor.shape().rank() <= 1) {
                int[] kept = keptRows == null ? all(tensor.shape().elements()) : keptRows;
                return planned(new TensorDescription(name, tensor.type(), Shape.of(kept.length)), tensor, kept, null);
            }
            int[] kept = keptRows == null ? all(tensor.shape().rows()) : keptRows;
            long width = tensor.shape().columns();
            if (keptColumns == null || keptColumns.length >= width) {
                Shape shape = Shape.of(kept.length, width);
                return planned(new TensorDescription(name, tensor.type(), shape), tensor, kept, null);
            }
            ElementType type =
                    keptColumns.length % tensor.type().blockElements() == 0 ? tensor.type() : ElementType.F16;
            Shape shape = Shape.of(kept.length, keptColumns.length);
            return planned(new TensorDescription(name, type, shape), tensor, kept, keptColumns);
        });
    }

    /// Whether a tensor has to be quantized once more, as some of its columns go.
    boolean isRequantized(Tensor tensor) {
        int[] kept = columns.get(tensor.name());
        return tensor.type().isQuantized()
                && kept != null
                && kept.length < tensor.shape().columns();
    }

    private static PlannedTensor planned(
            TensorDescription target, Tensor source, int[] rows, int @Nullable [] columns) {
        return new PlannedTensor(
                target,
                List.of(source),
                new int[rows.length],
                rows,
                0,
                WeightChanges.NONE,
                new PlannedTensor.Columns(Optional.ofNullable(columns), Optional.empty()));
    }

    private static int[] all(long count) {
        return IntStream.range(0, Math.toIntExact(count)).toArray();
    }

    /// The name with the number that the layer has then.
    private Optional<String> renamed(String name) {
        if (!name.startsWith(LAYER_PREFIX)) {
            return Optional.of(name);
        }
        int end = name.indexOf('.', LAYER_PREFIX.length());
        int layer = Integer.parseInt(name, LAYER_PREFIX.length(), end, 10);
        int place = cuts.layers().indexOf(layer);
        return place < 0 ? Optional.empty() : Optional.of(LAYER_PREFIX + place + name.substring(end));
    }
}
