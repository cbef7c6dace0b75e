package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.model.Tape.Moment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The feed-forward block of one layer.
sealed interface FeedForwardBlock {
    static FeedForwardBlock of(FeedForward spec, int hidden, BoundWeights weights) {
        BoundNorm norm = weights.norm(spec.norm(), hidden);
        BoundLinear down = weights.linear(spec.down());
        @Nullable
        BoundNorm postNorm =
                spec.postNorm().map(post -> weights.norm(post, hidden)).orElse(null);
        return switch (spec) {
            case FeedForward.Gated gated ->
                new Gated(
                        gated, norm, gated.parts().stream().map(weights::linear).toList(), down, postNorm);
            case FeedForward.Plain plain -> new Plain(plain, norm, weights.linear(plain.up()), down, postNorm);
        };
    }

    BoundNorm norm();

    /// `update = postNorm(down(...normed...))`.
    ///
    /// @param normed `[tokens, hidden]`
    /// @param update `[tokens, hidden]`
    void forward(Step step, Activation normed, Activation update);

    /// Backward of [#forward].
    ///
    /// @param normed as the forward pass read it
    /// @param dUpdate gradient by `update`, `[tokens, hidden]`; stays
    /// @param dNormed gradient by `normed`, added to
    void backward(BackwardStep step, Activation normed, Activation dUpdate, Activation dNormed);

    /// The gradient by the output of the last map, before the post-norm.
    private static Activation contracted(BackwardStep step, @Nullable BoundNorm postNorm, Activation dUpdate) {
        if (postNorm == null) {
            return dUpdate;
        }
        Activation dContracted = step.cleared(step.changes().update());
        postNorm.backward(step, step.kept(Moment.CONTRACTED), dUpdate, dContracted);
        return dContracted;
    }

    /// `down(function(gate) * up)`.
    record Gated(
            FeedForward.Gated spec,
            BoundNorm norm,
            List<BoundLinear> parts,
            BoundLinear down,
            @Nullable BoundNorm postNorm)
            implements FeedForwardBlock {
        @Override
        public void forward(Step step, Activation normed, Activation update) {
            Activation buffer = step.buffers().expanded().columns(0, width());
            Activation expanded = step.tape().place(Moment.EXPANDED, buffer);
            step.linear(parts, normed, expanded);
            Activation gate = expanded.columns(spec.gateOffset(), spec.ffn());
            Activation up = expanded.columns(spec.upOffset(), spec.ffn());
            Activation gated = buffer.columns(spec.gateOffset(), spec.ffn());
            step.backend().gate(spec.function(), gate, up, gated);
            step.linear(down, gated, update);
            if (postNorm != null) {
                step.tape().keep(Moment.CONTRACTED, update);
                postNorm.forward(step.backend(), update, update);
            }
        }

        @Override
        public void backward(BackwardStep step, Activation normed, Activation dUpdate, Activation dNormed) {
            Activation kept = step.kept(Moment.EXPANDED);
            Activation gate = kept.columns(spec.gateOffset(), spec.ffn());
            Activation up = kept.columns(spec.upOffset(), spec.ffn());
            Activation gated = step.forward().buffers().expanded().columns(spec.gateOffset(), spec.ffn());
            step.backend().gate(spec.function(), gate, up, gated);

            Activation dExpanded = step.changes().expanded().columns(0, width());
            Activation dGate = step.cleared(dExpanded.columns(spec.gateOffset(), spec.ffn()));
            Activation dUp = dExpanded.columns(spec.upOffset(), spec.ffn());
            step.linear(down, gated, contracted(step, postNorm, dUpdate), dGate);
            step.gradients().gate(spec.function(), gate, up, dGate, dGate, dUp);
            step.linear(parts, normed, dExpanded, dNormed);
        }

        private int width() {
            return parts.stream().mapToInt(BoundLinear::out).sum();
        }
    }

    /// `down(function(up))`.
    record Plain(
            FeedForward.Plain spec,
            BoundNorm norm,
            BoundLinear up,
            BoundLinear down,
            @Nullable BoundNorm postNorm) implements FeedForwardBlock {
        @Override
        public void forward(Step step, Activation normed, Activation update) {
            Activation expanded = step.buffers().expanded().columns(0, up.out());
            step.linear(up, normed, expanded);
            step.tape().keep(Moment.EXPANDED, expanded);
            step.backend().activate(spec.function(), expanded);
            step.linear(down, expanded, update);
            if (postNorm != null) {
                step.tape().keep(Moment.CONTRACTED, update);
                postNorm.forward(step.backend(), update, update);
            }
        }

        @Override
        public void backward(BackwardStep step, Activation normed, Activation dUpdate, Activation dNormed) {
            Activation kept = step.kept(Moment.EXPANDED);
            Activation activated = step.forward().buffers().expanded().columns(0, up.out());
            step.gradients().copy(kept, activated);
            step.backend().activate(spec.function(), activated);

            Activation dExpanded = step.cleared(step.changes().expanded().columns(0, up.out()));
            step.linear(down, activated, contracted(step, postNorm, dUpdate), dExpanded);
            step.gradients().activate(spec.function(), kept, dExpanded);
            step.linear(up, normed, dExpanded, dNormed);
        }
    }
}
