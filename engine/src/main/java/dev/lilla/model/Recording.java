package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What the layers of a model keep in a forward pass, in memory that is used again in every pass.
///
/// With recomputation only the inputs of the layers are kept for all; the rest is memory of one layer, whose forward
/// pass is made once more before its backward pass (Chen et al., arXiv 1604.06174).
final class Recording {
    private final Backend backend;
    private final Gradients gradients;
    private final int rowsMax;
    private final boolean recomputes;
    private final List<Map<Tape.Moment, Activation>> layers = new ArrayList<>();

    /// @param rowsMax the most rows of a pass
    Recording(Backend backend, Gradients gradients, int rowsMax, int layers, boolean recomputes) {
        this.backend = backend;
        this.gradients = gradients;
        this.rowsMax = rowsMax;
        this.recomputes = recomputes;
        for (int layer = 0; layer < layers; layer++) {
            this.layers.add(new EnumMap<>(Tape.Moment.class));
        }
    }

    boolean recomputes() {
        return recomputes;
    }

    Tape tape(int layer) {
        return new Tape() {
            @Override
            public void keep(Moment moment, Activation values) {
                gradients.copy(values, place(moment, values));
            }

            @Override
            public Activation place(Moment moment, Activation buffer) {
                return slot(layer, moment)
                        .computeIfAbsent(moment, _ -> backend.allocate(rowsMax, buffer.columns()))
                        .rows(0, buffer.rows());
            }
        };
    }

    /// What was kept of a layer in the last pass.
    Activation kept(int layer, Tape.Moment moment, int rows) {
        Activation kept = slot(layer, moment).get(moment);
        if (kept == null) {
            throw new IllegalStateException("layer " + layer + " kept no " + moment);
        }
        return kept.rows(0, rows);
    }

    private Map<Tape.Moment, Activation> slot(int layer, Tape.Moment moment) {
        return layers.get(recomputes && moment != Tape.Moment.LAYER_INPUT ? 0 : layer);
    }
}
