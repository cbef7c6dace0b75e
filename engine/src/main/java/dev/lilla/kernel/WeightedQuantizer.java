package dev.lilla.kernel;

import dev.lilla.kernel.Quantizer.BlockEncoder;
import dev.lilla.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Stores rows as another type so that what matters stays closest: errors count by the importance of their
/// column.
///
/// A weight `w` off by `e` changes the output by `e * x` for every input `x` of its column, so the
/// expected square of the change is `e²` times the mean of `x²`: the importance that is given here. As
/// in llama.cpp's quantizers with an importance matrix (`quantize_row_*_impl` in `ggml-quants.c`),
/// large weights count somewhat more: errors are weighted by `importance * sqrt(mean of w² + w²)`. The
/// search is of our own ([WeightedBlock]); a block that [Quantizer] packs with a smaller weighted
/// error is stored as it packs it. Holds scratch memory: one per thread.
public final class WeightedQuantizer {
    /// Columns that hardly any input reached keep this part of the mean importance: other texts may reach them.
    private static final float IMPORTANCE_LEAST = 1e-3f;

    private final ElementType type;
    private final float[] importance;
    private final Optional<WeightedEncoder> encoder;
    private final float[] weights;
    private final float[] unpacked;
    private final byte[] packed;
    private final byte[] reference;

    private WeightedQuantizer(ElementType type, float[] importance) {
        this.type = type;
        this.importance = atLeast(importance);
        this.encoder = WeightedEncoder.of(type);
        this.weights = new float[type.blockElements()];
        this.unpacked = new float[type.blockElements()];
        this.packed = new byte[type.blockBytes()];
        this.reference = new byte[type.blockBytes()];
    }

    /// @param importance of each column of a row: the mean square of its inputs, or a multiple of that
    /// @throws IllegalArgumentException if one is negative, infinite or no number
    public static WeightedQuantizer of(ElementType type, float[] importance) {
        for (int i = 0; i < importance.length; i++) {
            if (!(importance[i] >= 0) || Float.isInfinite(importance[i])) {
                throw new IllegalArgumentException(
                        "the importance of column " + i + " is " + importance[i] + ", expected a number of at least 0");
            }
        }
        return new WeightedQuantizer(type, importance);
    }

    private static float[] atLeast(float[] importance) {
        double sum = 0;
        for (float value : importance) {
            sum += value;
        }
        float mean = importance.length == 0 ? 0 : (float) (sum / importance.length);
        float[] raised = importance.clone();
        for (int i = 0; i < raised.length; i++) {
            // Relative to their mean: the products of weights stay within floats.
            raised[i] = mean == 0 ? 1 : Math.max(raised[i] / mean, IMPORTANCE_LEAST);
        }
        return raised;
    }

    /// Packs a row, `[columns]`.
    ///
    /// @param target takes the bytes from `byteOffset` on, at any alignment
    /// @throws IllegalArgumentException if the row has another number of columns, or that is no whole number of
    ///     blocks
    /// @throws IndexOutOfBoundsException if the target is too small
    public void quantize(float[] row, MemorySegment target, long byteOffset) {
        if (row.length != importance.length) {
            throw new IllegalArgumentException(
                    "a row of " + row.length + " columns, and the importance of " + importance.length);
        }
        if (encoder.isEmpty()) {
            Quantizer.quantize(type, row, 0, row.length, target, byteOffset);
            return;
        }
        MemorySegment bytes = target.asSlice(byteOffset, type.byteSize(row.length));
        BlockEncoder plain = Quantizer.encoder(type);
        for (int from = 0; from < row.length; from += weights.length) {
            weigh(row, from);
            encoder.get().encode(row, from, weights, packed);
            plain.encode(row, from, reference, 0);
            byte[] better = error(packed, row, from) <= error(reference, row, from) ? packed : reference;
            long at = (long) (from / weights.length) * better.length;
            MemorySegment.copy(better, 0, bytes, ValueLayout.JAVA_BYTE, at, better.length);
        }
    }

    private void weigh(float[] row, int from) {
        double squares = 0;
        for (int i = 0; i < weights.length; i++) {
            squares += (double) row[from + i] * row[from + i];
        }
        float mean = (float) (squares / weights.length);
        for (int i = 0; i < weights.length; i++) {
            float x = row[from + i];
            weights[i] = importance[from + i] * (float) Math.sqrt(mean + x * x);
        }
    }

    private double error(byte[] block, float[] row, int from) {
        Dequantizer.decoder(type).decode(block, 0, unpacked, 0);
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            double off = unpacked[i] - row[from + i];
            sum += weights[i] * off * off;
        }
        return sum;
    }
}
