package dev.lilla.kernel.x64;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Runs the kernels of packing once on small known blocks before they serve, as [KernelSelfTest] does others.
///
/// @param kernel what is tested
record PackingSelfTest(Kernel kernel) {
    private static final int ALIGNMENT = 64;
    private static final int PANELS = 2;

    /// Moves five words of two panels' rows, so that some are moved together and one alone.
    ///
    /// @throws WrongResultException if a byte comes out elsewhere, or changed
    void wordTransposer(WordTransposer.Form form) {
        int words = 5;
        int rowBytes = 4 * words;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = rows(arena, rowBytes);
            MemorySegment target = arena.allocate((long) PANELS * words * ALIGNMENT, ALIGNMENT);
            call(arena, source.address(), rowBytes, words, target.address(), PANELS);
            for (int word = 0; word < PANELS * words; word++) {
                for (int r = 0; r < PanelLayout.ROWS; r++) {
                    long row = (long) (word / words) * PanelLayout.ROWS + r;
                    int expected = source.get(ValueLayout.JAVA_INT_UNALIGNED, row * rowBytes + 4L * (word % words));
                    check(form, word, r, word(target, form, word, r), expected);
                }
            }
        }
    }

    /// What a word of a row became.
    private static int word(MemorySegment target, WordTransposer.Form form, int word, int r) {
        long at = (long) word * ALIGNMENT;
        if (form == WordTransposer.Form.WORDS) {
            return target.get(ValueLayout.JAVA_INT, at + 4L * r);
        }
        int low = Short.toUnsignedInt(target.get(ValueLayout.JAVA_SHORT, at + 2L * r));
        int high = Short.toUnsignedInt(target.get(ValueLayout.JAVA_SHORT, at + 32 + 2L * r));
        return low | high << 16;
    }

    /// Packs two blocks of two panels' rows.
    ///
    /// @throws WrongResultException if a number or a code comes out elsewhere, or changed
    void blockTransposer(BlockPlan plan) {
        int blocks = 2;
        int rowBytes = blocks * plan.storedBytes();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = rows(arena, rowBytes);
            long panelBytes = (long) blocks * plan.layout().blockBytes();
            MemorySegment target = arena.allocate(PANELS * panelBytes, ALIGNMENT);
            call(arena, source.address(), rowBytes, blocks, target.address(), PANELS);
            for (int row = 0; row < PANELS * PanelLayout.ROWS; row++) {
                for (int block = 0; block < blocks; block++) {
                    long from = (long) row * rowBytes + (long) block * plan.storedBytes();
                    long to = row / PanelLayout.ROWS * panelBytes
                            + (long) block * plan.layout().blockBytes();
                    block(plan, row % PanelLayout.ROWS, source.asSlice(from), target.asSlice(to));
                }
            }
        }
    }

    private static void block(BlockPlan plan, int r, MemorySegment stored, MemorySegment panel) {
        BlockPlan.StoredWords words = at -> stored.get(ValueLayout.JAVA_INT_UNALIGNED, at);
        for (int i = 0; i < plan.factors().size(); i++) {
            int found = panel.get(ValueLayout.JAVA_SHORT, 32L * i + 2L * r) & 0xFFFF;
            check(plan, i, r, found, plan.factors().get(i).of(words));
        }
        for (int word = 0; word < plan.numbers().size(); word++) {
            int found = 0;
            for (int i = 0; i < 4; i++) {
                long at = plan.numbersAt() + (4L * word + i) * PanelLayout.ROWS + r;
                found |= (panel.get(ValueLayout.JAVA_BYTE, at) & 0xFF) << (8 * i);
            }
            check(plan, word, r, found, plan.numbers().get(word).of(words));
        }
        for (int group = 0; group < plan.groups(); group++) {
            for (int place = 0; place < plan.places(); place++) {
                int word = group * plan.places() + place;
                int found = panel.get(ValueLayout.JAVA_INT, plan.codesAt() + 64L * word + 4L * r);
                check(plan, word, r, found, plan.codes(group, place).of(words));
            }
        }
    }

    private static void check(Enum<?> form, int word, int r, int found, int expected) {
        if (found != expected) {
            throw new WrongResultException("the machine code of " + form + " moves word " + word + " of row " + r
                    + " as " + Integer.toHexString(found) + ", expected " + Integer.toHexString(expected)
                    + ". Start Lilla with -Dlilla.kernels=vector.");
        }
    }

    private static MemorySegment rows(Arena arena, int rowBytes) {
        MemorySegment rows = arena.allocate((long) PANELS * PanelLayout.ROWS * rowBytes, ALIGNMENT);
        for (int i = 0; i < rows.byteSize(); i++) {
            rows.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 73 + i / 251));
        }
        return rows;
    }

    private void call(Arena arena, long... values) {
        MemorySegment arguments = arena.allocate(ALIGNMENT, ALIGNMENT);
        for (int i = 0; i < values.length; i++) {
            arguments.setAtIndex(ValueLayout.JAVA_LONG, i, values[i]);
        }
        kernel.call(arguments.address());
    }
}
