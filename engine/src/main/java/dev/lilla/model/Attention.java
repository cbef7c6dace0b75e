package dev.lilla.model;

import dev.lilla.kernel.AttentionMask;
import java.util.Optional;
import java.util.OptionalInt;

/// Causal grouped-query attention (Ainslie et al., arXiv 2305.13245).
///
/// @param norm before the projections
/// @param headNorms of every query and key head, before the rotation (Qwen 3, Gemma 3)
/// @param rotary empty where a layer does without positions (SmolLM 3)
/// @param lognContext training length of log-n scaling (Qwen v1): the query at 1-based position `p` beyond it is
///     multiplied by `ln(p) / ln(lognContext)`
/// @param output `[hidden, heads * headDim]`
/// @param postNorm of the output, before it is added to the stream (Gemma 2 and 3)
public record Attention(
        Norm norm,
        Projection projection,
        Optional<HeadNorms> headNorms,
        Optional<RotaryEmbedding> rotary,
        OptionalInt lognContext,
        AttentionMask mask,
        Linear output,
        Optional<Norm> postNorm)
        implements Mixer {
    /// Norms over single heads, each weight `[headDim]`.
    public record HeadNorms(Norm query, Norm key) {}
}
