package dev.lilla.kernel;

/// Which elements of a head rotary embedding turns together.
public enum RotaryStyle {
    /// Elements `i` and `i + n/2`: Hugging Face's layout, "NeoX" in llama.cpp.
    HALF_SPLIT,
    /// Elements `2i` and `2i + 1`: Meta's and ChatGLM's layout, "NORM" in llama.cpp.
    INTERLEAVED
}
