package dev.lilla.optimize;

import dev.lilla.kernel.Dequantizer;
import dev.lilla.model.Attention;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.Linear;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.ImportanceMatrix.Entry;
import dev.lilla.tensor.Tensor;

/// What K/V groups and neurons add to the outputs of their blocks: for each input column of the last map, the
/// sum of its
/// squared inputs times the sum of its squared weights.
final class CutScores {
    private final ModelDescription model;
    private final ImportanceMatrix importance;

    CutScores(ModelDescription model, ImportanceMatrix importance) {
        this.model = model;
        this.importance = importance;
    }

    /// Of each K/V head of a layer, with its query heads.
    double[] groups(int layer) {
        Attention attention = attention(model.spec().layers().get(layer));
        double[] columns = columns(attention.output());
        double[] groups = new double[attention.projection().key().heads()];
        int width = columns.length / groups.length;
        for (int i = 0; i < columns.length; i++) {
            groups[i / width] += columns[i];
        }
        return groups;
    }

    /// Of each neuron of the feed-forward block of a layer.
    double[] neurons(int layer) {
        return columns(model.spec().layers().get(layer).feedForward().down());
    }

    private double[] columns(Linear map) {
        Tensor weight = model.tensor(map.weight());
        String name = model.ggufRows(map.weight()).getFirst().name();
        Entry inputs = importance.entries().get(name);
        if (inputs == null) {
            throw new IllegalStateException("nothing was measured of " + name);
        }
        double[] scores = new double[map.in()];
        for (int row = 0; row < map.out(); row++) {
            float[] values = Dequantizer.row(weight, row);
            for (int i = 0; i < scores.length; i++) {
                scores[i] += (double) values[i] * values[i];
            }
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] *= inputs.squares()[i];
        }
        return scores;
    }

    static Attention attention(LayerSpec layer) {
        return switch (layer.mixer()) {
            case Attention attention -> attention;
        };
    }
}
