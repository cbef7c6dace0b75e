package dev.lilla.project;

import dev.lilla.optimize.ModelOutline;
import dev.lilla.store.ModelShape;

/// What this machine can do at most, to predict speeds by.
///
/// @param readBytesPerSecond of memory
/// @param operationsPerSecond multiplications and additions, of the fastest kind
public record MachineSpeed(double readBytesPerSecond, double operationsPerSecond) {
    /// Of the read bandwidth, when writing: 0.78 and 0.80 of it were measured with Q4_0 and Q8_0 (benchmarks/README).
    private static final double READ_SHARE = 0.75;
    /// Of the arithmetic, when reading prompts, attention and all: 0.43 was measured with Q8_0 (the same).
    private static final double COMPUTE_SHARE = 0.43;

    /// The speed of a variant.
    public Speed predict(ModelOutline outline, ModelShape shape) {
        double operations = 2.0 * (shape.parameters() - (double) shape.vocab() * shape.hidden());
        return new Speed(
                COMPUTE_SHARE * operationsPerSecond / operations,
                READ_SHARE * readBytesPerSecond / outline.bytesPerToken(),
                Speed.Basis.PREDICTED);
    }
}
