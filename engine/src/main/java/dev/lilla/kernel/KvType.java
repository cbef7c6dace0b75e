package dev.lilla.kernel;

/// How keys and values are cached.
public enum KvType {
    F32,
    F16,
    /// 8-bit integers with one f16 scale for every 32 elements along the head.
    Q8_0
}
