package dev.lilla.model;

import java.util.LinkedHashMap;
import java.util.Map;

/// The linear maps of a model, which adapters may change.
final class LinearMaps {
    private LinearMaps() {}

    /// Every linear map by the name of its weight, in the order of computation; a head that is the embedding table is
    /// none.
    static Map<String, Linear> of(DecoderSpec spec) {
        Map<String, Linear> maps = new LinkedHashMap<>();
        for (LayerSpec layer : spec.layers()) {
            switch (layer.mixer()) {
                case Attention attention -> {
                    attention.projection().parts().forEach(part -> maps.put(part.weight(), part));
                    maps.put(attention.output().weight(), attention.output());
                }
            }
            switch (layer.feedForward()) {
                case FeedForward.Gated gated -> gated.parts().forEach(part -> maps.put(part.weight(), part));
                case FeedForward.Plain plain -> maps.put(plain.up().weight(), plain.up());
            }
            maps.put(layer.feedForward().down().weight(), layer.feedForward().down());
        }
        Linear head = spec.head().weight();
        if (!head.weight().equals(spec.embedding().table())) {
            maps.put(head.weight(), head);
        }
        return maps;
    }
}
