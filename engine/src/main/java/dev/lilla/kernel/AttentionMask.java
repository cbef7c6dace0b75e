package dev.lilla.kernel;

/// Which keys a query sees and how their scores are treated.
///
/// The score of query `i` and key `j` is `cap(scale * q·k)` where `0 <= i - j < window`, else minus infinity;
/// `cap(s) = softCap * tanh(s / softCap)` if `softCap > 0`.
///
/// @param scale factor on the dot product, usually `1 / sqrt(headDim)`
/// @param window keys a query sees, itself included; [Integer#MAX_VALUE] for all before it
/// @param softCap limit of the scores (Gemma 2), or 0 for none
public record AttentionMask(float scale, int window, float softCap) {
    public AttentionMask {
        if (window < 1 || softCap < 0) {
            throw new IllegalArgumentException("no mask: window " + window + ", soft cap " + softCap);
        }
    }
}
