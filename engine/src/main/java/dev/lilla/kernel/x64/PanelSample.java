package dev.lilla.kernel.x64;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/// Two small panels with known weights, for [KernelSelfTest]. Codes and scales are random, but always the same.
final class PanelSample {
    static final int PANELS = 2;

    private static final int ROWS = PanelLayout.ROWS;
    private static final int WORD = 64;
    private static final int HALVES = 2 * ROWS;

    private final PanelLayout layout;
    private final ByteBuffer memory;
    private final SplittableRandom random = new SplittableRandom(1);

    PanelSample(PanelLayout layout) {
        this.layout = layout;
        this.memory = ByteBuffer.allocate(Math.toIntExact(PANELS * layout.panelBytes(columns())))
                .order(ByteOrder.LITTLE_ENDIAN);
        random.nextBytes(memory.array());
        for (int block = 0; block < memory.capacity(); block += layout.blockBytes()) {
            limit(block);
        }
    }

    byte[] bytes() {
        return memory.array();
    }

    /// Few, but enough that the loop over blocks turns, with several blocks and with one.
    int columns() {
        return switch (layout) {
            case NIBBLES, BYTES, LEVELS, FIVE_BITS, NIBBLE_AFFINE, FIVE_BIT_AFFINE -> 5 * layout.blockColumns();
            case NIBBLE_SUPER, FIVE_BIT_SUPER, NIBBLE_SUPER_16, SIX_BIT_SUPER_16, LEVEL_SUPER_16, TWO_BIT_SUPER_16 ->
                layout.blockColumns();
            case F32, F16, BF16 -> 66;
        };
    }

    /// Gives a block numbers that are finite and codes that its layout may hold.
    private void limit(int block) {
        for (int r = 0; r < ROWS; r++) {
            switch (layout) {
                case NIBBLES, BYTES, LEVELS, FIVE_BITS, NIBBLE_SUPER, FIVE_BIT_SUPER, TWO_BIT_SUPER_16, F16 ->
                    halves(block, r, 2);
                case NIBBLE_SUPER_16, SIX_BIT_SUPER_16, LEVEL_SUPER_16 -> halves(block, r, 1);
                case NIBBLE_AFFINE, FIVE_BIT_AFFINE -> halves(block, r, 4);
                case F32 -> floats(block, r, 2);
                case BF16 -> brains(block, r);
            }
        }
        switch (layout) {
            case NIBBLE_SUPER, FIVE_BIT_SUPER, TWO_BIT_SUPER_16 -> and(block + WORD, block + layout.codesAt(), 63);
            default -> {}
        }
    }

    /// Of a magnitude from 0.5 to 1.
    private float number() {
        float magnitude = 0.5f + random.nextInt(1 << 10) * 0x1p-11f;
        return random.nextBoolean() ? magnitude : -magnitude;
    }

    private void halves(int at, int r, int count) {
        for (int i = 0; i < count; i++) {
            memory.putShort(at + i * HALVES + 2 * r, Float.floatToFloat16(number()));
        }
    }

    private void floats(int at, int r, int count) {
        for (int i = 0; i < count; i++) {
            memory.putFloat(at + i * WORD + 4 * r, number());
        }
    }

    private void brains(int at, int r) {
        for (int i = 0; i < 2; i++) {
            memory.putShort(at + 4 * r + 2 * i, (short) (Float.floatToRawIntBits(number()) >> 16));
        }
    }

    private void and(int from, int to, int bits) {
        for (int i = from; i < to; i++) {
            memory.put(i, (byte) (memory.get(i) & bits));
        }
    }

    /// The weight of row `row` of both panels at column `k`, as [PanelLayout] defines it.
    double weight(int row, int k) {
        int block = (int) (row / ROWS * layout.panelBytes(columns())) + k / layout.blockColumns() * layout.blockBytes();
        int r = row % ROWS;
        int column = k % layout.blockColumns();
        int group = column / 32;
        int inGroup = column % 32;
        int sixteen = column / 16;
        return switch (layout) {
            case NIBBLES -> {
                int code = stored(block + WORD + group * 4 * WORD, inGroup % 16, r) >> (inGroup / 16 * 4) & 15;
                yield half(block + group * HALVES, r) * (code - 8);
            }
            case BYTES -> half(block + group * HALVES, r) * (stored(block + WORD + group * 8 * WORD, inGroup, r) - 128);
            case NIBBLE_SUPER, FIVE_BIT_SUPER -> superScaled(block, group, r, code(block, column, r));
            case TWO_BIT_SUPER_16 -> {
                int scale = memory.get(block + WORD + sixteen * ROWS + r);
                int min = memory.get(block + WORD + (16 + sixteen) * ROWS + r);
                yield half(block, r) * scale * code(block, column, r) - half(block + HALVES, r) * min;
            }
            case NIBBLE_SUPER_16, SIX_BIT_SUPER_16, LEVEL_SUPER_16 ->
                half(block, r)
                        * memory.get(block + WORD + sixteen * ROWS + r)
                        * (code(block, column, r) - layout.offset());
            case LEVELS, FIVE_BITS -> half(block + group * HALVES, r) * (code(block, column, r) - layout.offset());
            case NIBBLE_AFFINE, FIVE_BIT_AFFINE ->
                half(block + group * HALVES, r) * code(block, column, r) + half(block + (2 + group) * HALVES, r);
            case F32 -> memory.getFloat(block + column * WORD + 4 * r);
            case F16 -> half(block + column * HALVES, r);
            case BF16 -> Float.intBitsToFloat(memory.getShort(block + 4 * r + 2 * column) << 16);
        };
    }

    private double superScaled(int block, int group, int r, int code) {
        int scale = memory.get(block + WORD + group * ROWS + r);
        int min = memory.get(block + WORD + (8 + group) * ROWS + r);
        return half(block, r) * scale * code - half(block + HALVES, r) * min;
    }

    private int code(int block, int column, int r) {
        int code = 0;
        for (PanelCodes.Part part : layout.codes().partsOf(column)) {
            int at = block + layout.codesAt() + part.offset() + 4 * r + column % 4;
            code |= part.take(Byte.toUnsignedInt(memory.get(at)));
        }
        return layout.codes() == PanelCodes.LEVELS ? PanelCodes.levels().get(code) + layout.offset() : code;
    }

    private double half(int at, int r) {
        return Float.float16ToFloat(memory.getShort(at + 2 * r));
    }

    /// The byte of column `i` of a run of words, unsigned.
    private int stored(int words, int i, int r) {
        return Byte.toUnsignedInt(memory.get(words + i / 4 * WORD + 4 * r + i % 4));
    }
}
