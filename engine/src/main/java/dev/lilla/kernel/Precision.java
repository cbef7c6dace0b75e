package dev.lilla.kernel;

/// How the products of training round what they multiply. Sums are f32 in either case.
public enum Precision {
    /// Not at all.
    F32,
    /// To bf16 where the processor multiplies such numbers faster, else not at all.
    BF16
}
