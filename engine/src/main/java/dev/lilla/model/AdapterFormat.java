package dev.lilla.model;

/// Whose conventions an adapter's file follows.
public enum AdapterFormat {
    /// A folder with adapter_config.json and adapter_model.safetensors: names and row order of Hugging Face.
    PEFT,
    /// A file of llama.cpp: names and row order of GGUF.
    GGUF
}
