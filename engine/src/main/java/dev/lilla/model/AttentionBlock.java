package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Heads;
import dev.lilla.kernel.KvLayout;
import dev.lilla.model.Projection.HeadLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Grouped-query attention of one layer, over the cache.
final class AttentionBlock {
    private final Attention spec;
    private final int layer;
    private final BoundNorm norm;
    private final List<BoundLinear> parts;
    private final @Nullable BoundNorm queryNorm;
    private final @Nullable BoundNorm keyNorm;
    private final int rotaryIndex;
    private final BoundLinear output;
    private final @Nullable BoundNorm postNorm;

    /// @param layer number of the layer in the cache
    AttentionBlock(Attention spec, int layer, int hidden, BoundWeights weights, RotaryTable rotary) {
        this.spec = spec;
        this.layer = layer;
        this.norm = weights.norm(spec.norm(), hidden);
        this.parts = spec.projection().parts().stream().map(weights::linear).toList();
        int headDim = spec.projection().query().headDim();
        this.queryNorm = spec.headNorms()
                .map(norms -> weights.norm(norms.query(), headDim))
                .orElse(null);
        this.keyNorm = spec.headNorms()
                .map(norms -> weights.norm(norms.key(), headDim))
                .orElse(null);
        this.rotaryIndex = spec.rotary().map(rotary::index).orElse(-1);
        this.output = weights.linear(spec.output());
        this.postNorm = spec.postNorm().map(post -> weights.norm(post, hidden)).orElse(null);
    }

    /// What it takes in the cache.
    KvLayout.Layer cacheLayer() {
        HeadLayout key = spec.projection().key();
        return new KvLayout.Layer(key.heads(), key.headDim());
    }

    BoundNorm norm() {
        return norm;
    }

    /// `update = postNorm(output(attention(projection(normed))))`; keys and values stay in the cache.
    ///
    /// @param normed `[tokens, hidden]`
    /// @param update `[tokens, hidden]`
    void forward(Step step, Activation normed, Activation update) {
        Backend backend = step.backend();
        Projection projection = spec.projection();
        Activation projected = step.buffers().projected();
        step.linear(parts, normed, projected);
        Heads queries = heads(projected, projection.query());
        Heads keys = heads(projected, projection.key());
        Heads values = heads(projected, projection.value());
        if (queryNorm != null && keyNorm != null) {
            backend.headNorm(queries, queryNorm.weight(), queryNorm.norm().epsilon());
            backend.headNorm(keys, keyNorm.weight(), keyNorm.norm().epsilon());
        }
        rotate(step, queries, keys);
        scaleByLength(step, queries);
        backend.store(keys, values, step.cache(), layer, step.spans());
        Activation attended =
                step.buffers().attended().columns(0, projection.query().width());
        backend.attend(queries, step.cache(), layer, spec.mask(), step.spans(), attended);
        step.linear(output, attended, update);
        if (postNorm != null) {
            postNorm.forward(backend, update, update);
        }
    }

    private void rotate(Step step, Heads queries, Heads keys) {
        if (rotaryIndex < 0) {
            return;
        }
        for (RotaryTable.Run run : step.rotary().get(rotaryIndex)) {
            step.backend().rotate(queries.rows(run.row(), run.count()), run.frequencies(), run.positions());
            step.backend().rotate(keys.rows(run.row(), run.count()), run.frequencies(), run.positions());
        }
    }

    /// Log-n scaling of Qwen v1 (modeling_qwen.py): positions count from 1.
    private void scaleByLength(Step step, Heads queries) {
        if (spec.lognContext().isEmpty()) {
            return;
        }
        int context = spec.lognContext().getAsInt();
        int[] positions = step.positions();
        float[] factors = new float[positions.length];
        boolean beyond = false;
        for (int row = 0; row < positions.length; row++) {
            int place = positions[row] + 1;
            factors[row] = place > context ? (float) (Math.log(place) / Math.log(context)) : 1;
            beyond |= place > context;
        }
        if (beyond) {
            step.backend().scaleRows(queries, factors);
        }
    }

    private static Heads heads(Activation projected, HeadLayout layout) {
        return new Heads(projected, layout.offset(), layout.heads(), layout.headDim(), layout.stride());
    }
}
