package dev.lilla.model.family;

/// Whose names the tensors of a checkpoint bear.
public enum TensorNaming {
    /// `blk.0.attn_q.weight`: the names Lilla uses everywhere.
    GGUF,
    /// `model.layers.0.self_attn.q_proj.weight`, by family.
    HUGGING_FACE
}
