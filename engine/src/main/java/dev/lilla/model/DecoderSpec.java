package dev.lilla.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A decoder-only transformer as data: what every family is turned into, and all that the decoder knows of one.
///
/// Tensors are named as in GGUF (`blk.3.attn_q.weight`), whatever file they come from; a family's table says what they
/// are called elsewhere.
///
/// @param family name of the family it was made by, for messages
/// @param hidden width of the residual stream
/// @param vocab rows of the embedding table and width of the logits, padding included
/// @param contextLength positions the model was made for
/// @param layers in order, at least one
/// @param norm the norm before the head
public record DecoderSpec(
        String family,
        int hidden,
        int vocab,
        int contextLength,
        Embedding embedding,
        List<LayerSpec> layers,
        Norm norm,
        Head head) {
    public DecoderSpec {
        layers = List.copyOf(layers);
    }

    /// Every linear map by the name of its weight; a head that is the embedding table is none.
    public Map<String, Linear> linearMaps() {
        Map<String, Linear> maps = layerMaps();
        if (!head.weight().weight().equals(embedding.table())) {
            maps.put(head.weight().weight(), head.weight());
        }
        return maps;
    }

    /// Those of the layers: all but the head.
    public Map<String, Linear> layerMaps() {
        Map<String, Linear> maps = new HashMap<>();
        for (LayerSpec layer : layers) {
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
        return maps;
    }

    /// The token embedding.
    ///
    /// @param table `[vocab, hidden]`
    /// @param scale factor on the embedded rows: `sqrt(hidden)` for the Gemmas, 1 for others
    public record Embedding(String table, float scale) {}

    /// Hidden states to logits.
    ///
    /// @param weight `[vocab, hidden]`; the embedding table itself where the two are tied
    /// @param softCap limit of the logits (Gemma 2), or 0 for none
    public record Head(Linear weight, float softCap) {}
}
