package dev.lilla.model.family;

import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.FeedForward;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.Linear;
import dev.lilla.model.Norm;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/// The names of all tensors that a description of a decoder names, in the order of computation.
final class SpecTensors {
    private final Set<String> names = new LinkedHashSet<>();

    private SpecTensors() {}

    static Set<String> of(DecoderSpec spec) {
        SpecTensors tensors = new SpecTensors();
        tensors.names.add(spec.embedding().table());
        spec.layers().forEach(tensors::add);
        tensors.add(spec.norm());
        tensors.add(spec.head().weight());
        return tensors.names;
    }

    private void add(LayerSpec layer) {
        switch (layer.mixer()) {
            case Attention attention -> {
                add(attention.norm());
                attention.projection().parts().forEach(this::add);
                attention.headNorms().ifPresent(norms -> {
                    add(norms.query());
                    add(norms.key());
                });
                add(attention.output());
                add(attention.postNorm());
            }
        }
        add(layer.feedForward().norm());
        switch (layer.feedForward()) {
            case FeedForward.Gated gated -> gated.parts().forEach(this::add);
            case FeedForward.Plain plain -> add(plain.up());
        }
        add(layer.feedForward().down());
        add(layer.feedForward().postNorm());
    }

    private void add(Optional<Norm> norm) {
        norm.ifPresent(this::add);
    }

    private void add(Norm norm) {
        names.add(norm.weight());
        norm.bias().ifPresent(names::add);
    }

    private void add(Linear linear) {
        names.add(linear.weight());
        linear.bias().ifPresent(names::add);
    }
}
