package dev.lilla.kernel;

/// A weight that training changes: its values, and the gradient of the loss by them.
///
/// Both are f32 and of the weight's shape; a vector is one row.
///
/// @param weight for the operations of [Backend], which see what `values` holds at the time
/// @param values `[out, in]`
/// @param gradient `[out, in]`, zero at first; what the backward pass adds to
public record Parameter(String name, Weight weight, Activation values, Activation gradient) {
    /// How many numbers it has.
    public long size() {
        return (long) values.rows() * values.columns();
    }
}
