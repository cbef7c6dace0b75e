package dev.lilla.store;

/// What form a model's files have.
public enum ModelKind {
    /// One GGUF file, or the parts of a split one.
    GGUF,
    /// A Hugging Face directory with safetensors.
    SAFETENSORS,
    /// A Hugging Face directory with pickled PyTorch weights.
    PYTORCH,
    /// A LoRA adapter: not a model by itself.
    ADAPTER
}
