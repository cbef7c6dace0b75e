package dev.lilla.optimize;

import dev.lilla.kernel.Dequantizer;
import dev.lilla.model.AdapterPart;

/// `scaling * B · A`, added row by row in f32 as PEFT merges: the product first, then the sum.
final class LowRankChange implements WeightChanges.RowChange {
    private final AdapterPart part;
    private final float scaling;
    private final float[][] down;

    /// @param scale over the adapter's own scaling
    LowRankChange(AdapterPart part, float scale) {
        this.part = part;
        scaling = part.scaling() * scale;
        down = new float[part.rank()][];
        for (int r = 0; r < down.length; r++) {
            down[r] = Dequantizer.row(part.down(), r);
        }
    }

    @Override
    public void add(int row, float[] values) {
        float[] up = Dequantizer.row(part.up(), row);
        float[] change = new float[values.length];
        for (int r = 0; r < down.length; r++) {
            float factor = up[r];
            float[] direction = down[r];
            for (int i = 0; i < change.length; i++) {
                change[i] += factor * direction[i];
            }
        }
        for (int i = 0; i < change.length; i++) {
            values[i] += scaling * change[i];
        }
    }
}
