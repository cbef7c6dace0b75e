package dev.lilla.model;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.model.Projection.HeadLayout;
import java.util.List;

/// Checks that a spec, which a file's configuration made, does not contradict itself.
final class SpecCheck {
    private final DecoderSpec spec;

    private SpecCheck(DecoderSpec spec) {
        this.spec = spec;
    }

    /// @throws ModelFormatException if widths, heads or lengths do not fit together
    /// @throws UnsupportedModelException if the decoder cannot do what it asks for
    static void check(DecoderSpec spec) {
        SpecCheck check = new SpecCheck(spec);
        check.require(
                spec.hidden() > 0 && spec.vocab() > 0 && spec.contextLength() > 0,
                "hidden " + spec.hidden() + ", vocab " + spec.vocab() + " and context length " + spec.contextLength()
                        + " are not all positive");
        check.require(!spec.layers().isEmpty(), "it has no layers");
        for (int layer = 0; layer < spec.layers().size(); layer++) {
            switch (spec.layers().get(layer).mixer()) {
                case Attention attention -> check.attention(layer, attention);
            }
            check.feedForward(layer, spec.layers().get(layer).feedForward());
        }
        Linear head = spec.head().weight();
        check.require(
                head.in() == spec.hidden() && head.out() == spec.vocab(),
                "the head maps " + head.in() + " to " + head.out() + ", not " + spec.hidden() + " to " + spec.vocab());
    }

    private void attention(int layer, Attention attention) {
        Projection projection = attention.projection();
        for (Linear part : projection.parts()) {
            require(
                    part.in() == spec.hidden() && part.out() > 0,
                    at(layer) + part.weight() + " maps " + part.in() + " to " + part.out() + ", not " + spec.hidden()
                            + " to its columns");
        }
        HeadLayout query = projection.query();
        HeadLayout key = projection.key();
        HeadLayout value = projection.value();
        for (HeadLayout heads : List.of(query, key, value)) {
            long end = heads.offset() + (heads.heads() - 1L) * heads.stride() + heads.headDim();
            require(
                    heads.offset() >= 0
                            && heads.heads() > 0
                            && heads.headDim() > 0
                            && heads.stride() >= heads.headDim()
                            && end <= projection.width(),
                    at(layer) + heads.heads() + " heads of " + heads.headDim() + " from column " + heads.offset()
                            + " on, "
                            + heads.stride() + " columns apart, do not fit into the " + projection.width()
                            + " columns of the projection");
        }
        require(
                query.heads() % key.heads() == 0 && key.heads() == value.heads(),
                at(layer) + query.heads() + " query heads do not share " + key.heads() + " key and " + value.heads()
                        + " value heads");
        require(
                query.headDim() == key.headDim() && key.headDim() == value.headDim(),
                at(layer)
                        + "query, key and value heads of " + query.headDim() + ", " + key.headDim() + " and "
                        + value.headDim()
                        + " elements are not the same");
        Linear output = attention.output();
        require(
                output.in() == query.width() && output.out() == spec.hidden(),
                at(layer) + output.weight() + " maps " + output.in() + " to " + output.out() + ", not " + query.width()
                        + " to " + spec.hidden());
        attention
                .rotary()
                .ifPresent(rotary -> require(
                        rotary.dim() <= query.headDim(),
                        at(layer) + rotary.dim() + " rotary dimensions do not fit into heads of " + query.headDim()));
        attention
                .lognContext()
                .ifPresent(context -> require(context > 1, at(layer) + "no log-n context of " + context));
        attention.headNorms().ifPresent(norms -> headNorms(layer, norms));
    }

    private void headNorms(int layer, Attention.HeadNorms norms) {
        for (Norm norm : List.of(norms.query(), norms.key())) {
            if (norm.kind() != Norm.Kind.RMS) {
                throw new UnsupportedModelException(spec.family() + ": " + at(layer) + "the head norm " + norm.weight()
                        + " is of kind " + norm.kind() + ". Supported: RMS.");
            }
        }
    }

    private void feedForward(int layer, FeedForward feedForward) {
        int ffn = switch (feedForward) {
            case FeedForward.Gated gated -> {
                gated(layer, gated);
                yield gated.ffn();
            }
            case FeedForward.Plain plain -> {
                require(
                        plain.up().in() == spec.hidden(),
                        at(layer) + plain.up().weight() + " reads " + plain.up().in() + " columns, not "
                                + spec.hidden());
                yield plain.up().out();
            }
        };
        Linear down = feedForward.down();
        require(
                ffn > 0 && down.in() == ffn && down.out() == spec.hidden(),
                at(layer) + down.weight() + " maps " + down.in() + " to " + down.out() + ", not " + ffn + " to "
                        + spec.hidden());
    }

    private void gated(int layer, FeedForward.Gated gated) {
        long width = gated.parts().stream().mapToLong(Linear::out).sum();
        for (Linear part : gated.parts()) {
            require(
                    part.in() == spec.hidden() && part.out() > 0,
                    at(layer) + part.weight() + " maps " + part.in() + " to " + part.out() + ", not " + spec.hidden()
                            + " to its columns");
        }
        boolean inside = gated.gateOffset() >= 0
                && gated.upOffset() >= 0
                && gated.gateOffset() + (long) gated.ffn() <= width
                && gated.upOffset() + (long) gated.ffn() <= width;
        boolean apart = Math.abs((long) gated.gateOffset() - gated.upOffset()) >= gated.ffn();
        require(
                inside && apart,
                at(layer) + "gate at column " + gated.gateOffset() + " and up at " + gated.upOffset() + ", each of "
                        + gated.ffn() + ", do not lie side by side in " + width + " columns");
    }

    private static String at(int layer) {
        return "layer " + layer + ": ";
    }

    private void require(boolean fits, String otherwise) {
        if (!fits) {
            throw new ModelFormatException(
                    spec.family() + ": the configuration contradicts itself: " + otherwise + ".");
        }
    }
}
