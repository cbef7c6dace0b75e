package dev.lilla.model;

import java.util.List;

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
