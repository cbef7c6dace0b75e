package dev.lilla.deploy;

import dev.lilla.decision.DecisionRecord.VariantRecord;
import dev.lilla.project.Quantities;

/// The memory that a server of a variant is given.
///
/// @param requestMiB that it will use
/// @param limitMiB beyond which it is ended
/// @param why where the figures come from
record MemoryNeed(long requestMiB, long limitMiB, String why) {
    private static final long MIB = 1 << 20;
    private static final long STEP_MIB = 64;
    /// Java with its code, heap and threads, without a model.
    private static final long FLOOR_MIB = 512;

    /// A quarter more than the evaluation took, and twice as much before the server is ended: it keeps four
    /// contexts in its cache, and requests of many clients in its heap. Where nothing was measured, from the
    /// size of the file.
    static MemoryNeed of(VariantRecord variant) {
        long weights = variant.diskBytes();
        if (variant.memoryBytes().isEmpty()) {
            return new MemoryNeed(
                    stepped(weights + weights / 4 + FLOOR_MIB * MIB),
                    stepped(2 * weights + 2 * FLOOR_MIB * MIB),
                    "no memory was measured; this follows from " + Quantities.text(weights) + " of weights");
        }
        long peak = variant.memoryBytes().getAsLong();
        return new MemoryNeed(
                Math.max(FLOOR_MIB, stepped(peak + peak / 4)),
                Math.max(2 * FLOOR_MIB, stepped(2 * peak)),
                "the evaluation took " + Quantities.text(peak) + " at most");
    }

    private static long stepped(long bytes) {
        return Math.ceilDiv(Math.ceilDiv(bytes, MIB), STEP_MIB) * STEP_MIB;
    }
}
