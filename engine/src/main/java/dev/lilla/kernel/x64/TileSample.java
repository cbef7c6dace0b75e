package dev.lilla.kernel.x64;

import dev.lilla.kernel.x64.RowEncoding.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/// A small tile of known rows, for [KernelSelfTest]: random, but always the same.
final class TileSample {
    private final int rows;
    private final ByteBuffer memory;
    private final double[][] values;
    private final SplittableRandom random = new SplittableRandom(2);

    TileSample(RowEncoding encoding, int rows, int columns) {
        this.rows = rows;
        this.memory = ByteBuffer.allocate(Math.toIntExact(encoding.tileBytes(rows, columns)))
                .order(ByteOrder.LITTLE_ENDIAN);
        this.values = new double[rows][columns];
        if (encoding == RowEncoding.FLOATS) {
            floats();
        } else {
            int blocks = columns / RowEncoding.BLOCK_COLUMNS;
            for (int block = 0; block < blocks; block++) {
                for (int t = 0; t < rows; t++) {
                    block(block, block * encoding.blockBytes(rows), t);
                }
            }
        }
    }

    byte[] bytes() {
        return memory.array();
    }

    /// The numbers of row `t`.
    double[] row(int t) {
        return values[t];
    }

    private void floats() {
        for (int t = 0; t < rows; t++) {
            for (int k = 0; k < values[t].length; k++) {
                float value = (random.nextInt(1 << 10) - (1 << 9)) * 0x1p-8f;
                memory.putFloat((k * rows + t) * Float.BYTES, value);
                values[t][k] = value;
            }
        }
    }

    private void block(int block, int at, int t) {
        float scale = (1 + random.nextInt(1 << 10)) * 0x1p-12f;
        int[] sums = new int[2];
        for (int i = 0; i < RowEncoding.BLOCK_COLUMNS; i++) {
            int code = random.nextInt(255) - 127;
            memory.put(at + t * RowEncoding.BLOCK_COLUMNS + i, (byte) code);
            sums[i / 16] += code;
            values[t][block * RowEncoding.BLOCK_COLUMNS + i] = scale * code;
        }
        int sum = sums[0] + sums[1];
        for (Field field : Field.values()) {
            int place = at + field.offset(rows, t);
            switch (field) {
                case SCALE -> memory.putFloat(place, scale);
                case MINUS_8 -> memory.putInt(place, -8 * sum);
                case MINUS_128_LOW -> memory.putInt(place, -128 * sums[0]);
                case MINUS_128_HIGH -> memory.putInt(place, -128 * sums[1]);
                case SUM -> memory.putFloat(place, scale * sum);
                case SUM_LOW -> memory.putFloat(place, scale * sums[0]);
                case SUM_HIGH -> memory.putFloat(place, scale * sums[1]);
            }
        }
    }
}
