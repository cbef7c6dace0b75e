package dev.lilla.kernel;

import dev.lilla.kernel.x64.PanelCodes;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Lays stored rows out as panels. Every value stays what it was, bit for bit: codes are only moved, or written
/// wider where their own width has no layout, and scales are the same f16 or their exact products in f32.
///
/// | stored | panels |
/// | --- | --- |
/// | Q4_0 | `NIBBLES` |
/// | Q8_0 | `BYTES` |
/// | IQ4_NL | `LEVELS` |
/// | Q5_0 | `FIVE_BITS` |
/// | Q4_1 | `NIBBLE_AFFINE` |
/// | Q5_1 | `FIVE_BIT_AFFINE` |
/// | Q4_K | `NIBBLE_SUPER` |
/// | Q5_K | `FIVE_BIT_SUPER` |
/// | Q3_K | `NIBBLE_SUPER_16` |
/// | Q6_K | `SIX_BIT_SUPER_16` |
/// | IQ4_XS | `LEVEL_SUPER_16` |
/// | Q2_K | `TWO_BIT_SUPER_16` |
/// | F64, F32; F16; BF16 | the same |
final class PanelPacker {
    private static final int ROWS = PanelLayout.ROWS;
    private static final int WORD = 64;

    private final HostWeight source;
    private final ElementType type;
    private final PanelLayout layout;

    /// Columns that are packed at once: a block of either kind.
    private final int unit;

    /// Stored bytes of a unit of one row; zero where there is none.
    private final byte[] stored;

    /// The same unit of all rows as panel blocks.
    private final byte[] packed;

    private final ByteBuffer numbers;

    /// Bytes of the unit that are stored.
    private int present;

    PanelPacker(HostWeight source) {
        this.source = source;
        this.type = source.type();
        this.layout = layout(type);
        this.unit = Math.max(layout.blockColumns(), type.blockElements());
        this.stored = new byte[Math.toIntExact(type.byteSize(unit))];
        this.packed = new byte[unit / layout.blockColumns() * layout.blockBytes()];
        this.numbers = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// @throws IllegalArgumentException if the elements are no real numbers
    static PanelLayout layout(ElementType type) {
        return switch (type) {
            case Q4_0 -> PanelLayout.NIBBLES;
            case Q8_0 -> PanelLayout.BYTES;
            case IQ4_NL -> PanelLayout.LEVELS;
            case Q5_0 -> PanelLayout.FIVE_BITS;
            case Q4_1 -> PanelLayout.NIBBLE_AFFINE;
            case Q5_1 -> PanelLayout.FIVE_BIT_AFFINE;
            case Q4_K -> PanelLayout.NIBBLE_SUPER;
            case Q5_K -> PanelLayout.FIVE_BIT_SUPER;
            case Q3_K -> PanelLayout.NIBBLE_SUPER_16;
            case Q6_K -> PanelLayout.SIX_BIT_SUPER_16;
            case IQ4_XS -> PanelLayout.LEVEL_SUPER_16;
            case Q2_K -> PanelLayout.TWO_BIT_SUPER_16;
            case F64, F32 -> PanelLayout.F32;
            case F16 -> PanelLayout.F16;
            case BF16 -> PanelLayout.BF16;
            case I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalArgumentException("elements of type " + type + " are no real numbers");
        };
    }

    /// Packs panel `panel` to the place it has in `target`.
    void pack(int panel, MemorySegment target) {
        long to = panel * layout.panelBytes(source.in());
        for (int column = 0; column < source.in(); column += unit) {
            Arrays.fill(packed, (byte) 0);
            for (int r = 0; r < ROWS; r++) {
                read((long) panel * ROWS + r, column);
                place(r);
            }
            MemorySegment.copy(packed, 0, target, ValueLayout.JAVA_BYTE, to, packed.length);
            to += packed.length;
        }
    }

    private void read(long row, int column) {
        present = 0;
        if (row < source.out()) {
            present = Math.toIntExact(type.byteSize(Math.min(unit, source.in() - column)));
            long at = row * source.rowBytes() + type.byteSize(column);
            MemorySegment.copy(source.data(), ValueLayout.JAVA_BYTE, at, stored, 0, present);
        }
        Arrays.fill(stored, present, stored.length, (byte) 0);
    }

    private void place(int r) {
        switch (layout) {
            case NIBBLES -> nibbles(r);
            case BYTES -> bytes(r);
            case LEVELS, FIVE_BITS -> scaled(r);
            case NIBBLE_AFFINE, FIVE_BIT_AFFINE -> affine(r);
            case NIBBLE_SUPER -> {
                affineNumbers(r);
                copyWords(16, 32, layout.codesAt(), r);
            }
            case FIVE_BIT_SUPER -> {
                affineNumbers(r);
                codes(r);
            }
            case NIBBLE_SUPER_16, SIX_BIT_SUPER_16, LEVEL_SUPER_16 -> scaledSuper(r);
            case TWO_BIT_SUPER_16 -> affineSuper16(r);
            case F32 -> floats(r);
            case F16 -> {
                copyHalf(0, 0, r);
                copyHalf(2, 2 * ROWS, r);
            }
            case BF16 -> copyWords(0, 1, 0, r);
        }
    }

    private void copyWords(int from, int words, int to, int r) {
        for (int word = 0; word < words; word++) {
            System.arraycopy(stored, from + 4 * word, packed, to + word * WORD + 4 * r, 4);
        }
    }

    private void copyHalf(int from, int to, int r) {
        packed[to + 2 * r] = stored[from];
        packed[to + 2 * r + 1] = stored[from + 1];
    }

    /// Puts the code of column `i` of a group whose words begin at `to`.
    private void put(int to, int i, int r, int code) {
        packed[to + i / 4 * WORD + 4 * r + i % 4] = (byte) code;
    }

    private void nibbles(int r) {
        for (int group = 0; group < 2; group++) {
            int from = group * type.blockBytes();
            copyHalf(from, group * 2 * ROWS, r);
            copyWords(from + 2, 4, WORD + group * 4 * WORD, r);
        }
    }

    private void bytes(int r) {
        for (int group = 0; group * type.blockBytes() < present; group++) {
            int from = group * type.blockBytes();
            int to = WORD + group * 8 * WORD;
            copyHalf(from, group * 2 * ROWS, r);
            for (int i = 0; i < 32; i++) {
                put(to, i, r, StoredCodes.code(type, stored, from, i) + 128);
            }
        }
    }

    private void affineNumbers(int r) {
        copyHalf(0, 0, r);
        copyHalf(2, 2 * ROWS, r);
        for (int group = 0; group < 8; group++) {
            packed[WORD + group * ROWS + r] = (byte) SuperBlocks.scaleQ4(stored, 4, group);
            packed[WORD + (8 + group) * ROWS + r] = (byte) SuperBlocks.minQ4(stored, 4, group);
        }
    }

    private void scaledSuper(int r) {
        copyHalf(StoredCodes.superScaleAt(type), 0, r);
        for (int group = 0; group < 16; group++) {
            packed[WORD + group * ROWS + r] = (byte) StoredCodes.scale(type, stored, group);
        }
        codes(r);
    }

    private void affineSuper16(int r) {
        copyHalf(80, 0, r);
        copyHalf(82, 2 * ROWS, r);
        for (int group = 0; group < 16; group++) {
            packed[WORD + group * ROWS + r] = (byte) (stored[group] & 15);
            packed[WORD + (16 + group) * ROWS + r] = (byte) (stored[group] >> 4 & 15);
        }
        codes(r);
    }

    private void codes(int r) {
        int added = layout.codes() == PanelCodes.LEVELS ? 0 : layout.offset();
        int elements = type.blockElements();
        for (int i = 0; i < unit; i++) {
            int code = StoredCodes.code(type, stored, i / elements * type.blockBytes(), i % elements) + added;
            for (PanelCodes.Part part : layout.codes().partsOf(i)) {
                packed[layout.codesAt() + part.offset() + 4 * r + i % 4] |= (byte) part.place(code);
            }
        }
    }

    private void scaled(int r) {
        for (int group = 0; group * type.blockBytes() < present; group++) {
            copyHalf(group * type.blockBytes(), group * 2 * ROWS, r);
        }
        codes(r);
    }

    private void affine(int r) {
        for (int group = 0; group * type.blockBytes() < present; group++) {
            copyHalf(group * type.blockBytes(), group * 2 * ROWS, r);
            copyHalf(group * type.blockBytes() + 2, (2 + group) * 2 * ROWS, r);
        }
        codes(r);
    }

    private void floats(int r) {
        if (type == ElementType.F32) {
            copyWords(0, 2, 0, r);
            return;
        }
        ByteBuffer doubles = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        for (int k = 0; k < 2; k++) {
            numbers.putFloat(k * WORD + 4 * r, (float) doubles.getDouble(8 * k));
        }
    }
}
