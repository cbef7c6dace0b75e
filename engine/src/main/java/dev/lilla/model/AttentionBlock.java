package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.AttentionGradient;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Heads;
import dev.lilla.kernel.KvLayout;
import dev.lilla.model.Projection.HeadLayout;
import dev.lilla.model.Tape.Moment;
import java.util.List;
import java.util.function.Function;
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
        Activation projected =
                step.tape().place(Moment.ROTATED, step.buffers().projected().columns(0, projection.width()));
        step.linear(parts, normed, projected);
        Heads queries = heads(projected, projection.query());
        Heads keys = heads(projected, projection.key());
        Heads values = heads(projected, projection.value());
        if (queryNorm != null && keyNorm != null) {
            step.tape().keep(Moment.PROJECTED, projected);
            backend.headNorm(queries, queryNorm.weight(), queryNorm.norm().epsilon());
            backend.headNorm(keys, keyNorm.weight(), keyNorm.norm().epsilon());
        }
        rotate(step, queries, keys, RotaryTable.Run::positions);
        scaleByLength(step, queries);
        backend.store(keys, values, step.cache(), layer, step.spans());
        Activation attended = step.tape()
                .place(
                        Moment.ATTENDED,
                        step.buffers().attended().columns(0, projection.query().width()));
        backend.attend(queries, step.cache(), layer, spec.mask(), step.attentionRows(), attended);
        step.linear(output, attended, update);
        if (postNorm != null) {
            step.tape().keep(Moment.MIXED, update);
            postNorm.forward(backend, update, update);
        }
    }

    /// Backward of [#forward].
    ///
    /// @param normed as the forward pass read it
    /// @param dUpdate gradient by `update`, `[tokens, hidden]`; stays
    /// @param dNormed gradient by `normed`, added to
    void backward(BackwardStep step, Activation normed, Activation dUpdate, Activation dNormed) {
        Gradients gradients = step.gradients();
        Projection projection = spec.projection();
        Activation dMixed = dUpdate;
        if (postNorm != null) {
            dMixed = step.cleared(step.changes().update());
            postNorm.backward(step, step.kept(Moment.MIXED), dUpdate, dMixed);
        }
        int width = projection.query().width();
        Activation attended = step.kept(Moment.ATTENDED);
        Activation dAttended = step.cleared(step.changes().attended().columns(0, width));
        step.linear(output, attended, dMixed, dAttended);

        Activation rotated = step.kept(Moment.ROTATED);
        Activation dProjected = step.changes().projected().columns(0, projection.width());
        Heads dQueries = heads(dProjected, projection.query());
        Heads dKeys = heads(dProjected, projection.key());
        gradients.attend(new AttentionGradient(
                heads(rotated, projection.query()),
                heads(rotated, projection.key()),
                heads(rotated, projection.value()),
                spec.mask(),
                step.forward().spans(),
                attended,
                dAttended,
                dQueries,
                dKeys,
                heads(dProjected, projection.value())));
        scaleByLength(step.forward(), dQueries);
        // A rotation is undone by the same angles the other way.
        rotate(step.forward(), dQueries, dKeys, RotaryTable.Run::opposites);
        if (queryNorm != null && keyNorm != null) {
            Activation projected = step.kept(Moment.PROJECTED);
            queryNorm.headBackward(step, heads(projected, projection.query()), dQueries);
            keyNorm.headBackward(step, heads(projected, projection.key()), dKeys);
        }
        step.linear(parts, normed, dProjected, dNormed);
    }

    private void rotate(Step step, Heads queries, Heads keys, Function<RotaryTable.Run, int[]> positions) {
        if (rotaryIndex < 0) {
            return;
        }
        for (RotaryTable.Run run : step.rotary().get(rotaryIndex)) {
            int[] places = positions.apply(run);
            step.backend().rotate(queries.rows(run.row(), run.count()), run.frequencies(), places);
            step.backend().rotate(keys.rows(run.row(), run.count()), run.frequencies(), places);
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
