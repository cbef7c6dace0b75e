package dev.lilla.kernel;

/// A matrix of activations `[rows, columns]`, f32, row-major, as a backend holds it. Opaque outside its backend.
///
/// A view shares its memory; writing through one is seen through the other.
public interface Activation {
    int rows();

    int columns();

    /// The view on `count` rows from row `from` on.
    Activation rows(int from, int count);

    /// The view on `count` columns from column `from` on.
    Activation columns(int from, int count);
}
