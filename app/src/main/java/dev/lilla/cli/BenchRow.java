package dev.lilla.cli;

import dev.lilla.evaluate.DecoderCost;
import dev.lilla.evaluate.SpeedResult;
import dev.lilla.kernel.KvType;
import java.time.Instant;

/// One measurement with all that one needs to know to judge it.
///
/// @param rowsMax the most tokens of a step
/// @param kernels what computed
/// @param at when the first round began
record BenchRow(
        BenchModel.About model,
        String file,
        DecoderCost cost,
        int threads,
        int rowsMax,
        KvType kvType,
        String kernels,
        Instant at,
        SpeedResult result) {
    /// Weights read a second, in bytes.
    double weightBytesPerSecond() {
        return cost.bytesPerSecond(result, rowsMax);
    }

    /// Operations a second in matrices.
    double operationsPerSecond() {
        return cost.operationsPerSecond(result);
    }

    /// Whether the time goes into reading weights: little is computed with each.
    boolean isReading() {
        return result.work().generatedTokens() > 0;
    }
}
