package dev.lilla.model;

import dev.lilla.kernel.Activation;
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
            Activation expanded = step.buffers().expanded();
            step.linear(parts, normed, expanded);
            Activation gate = expanded.columns(spec.gateOffset(), spec.ffn());
            step.backend().gate(spec.function(), gate, expanded.columns(spec.upOffset(), spec.ffn()), gate);
            step.linear(down, gate, update);
            if (postNorm != null) {
                postNorm.forward(step.backend(), update, update);
            }
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
            step.backend().activate(spec.function(), expanded);
            step.linear(down, expanded, update);
            if (postNorm != null) {
                postNorm.forward(step.backend(), update, update);
            }
        }
    }
}
