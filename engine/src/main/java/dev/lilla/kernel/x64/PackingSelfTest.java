package dev.lilla.kernel.x64;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Runs the kernels of packing once on small known blocks before they serve, as [KernelSelfTest] does others.
///
/// @param kernel what is tested
record PackingSelfTest(Kernel kernel) {
    private static final int ALIGNMENT = 64;

    /// Moves two blocks of 16 rows: of five words, so that some are moved together and one alone, or of one.
    ///
    /// @throws WrongResultException if a byte comes out elsewhere, or changed
    void wordTransposer(WordTransposer.Form form) {
        int rowBytes = 44;
        int words = form == WordTransposer.Form.HALVES ? 1 : 5;
        int blocks = 2;
        int flipped = 0x80808080;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = rows(arena, rowBytes);
            MemorySegment target = arena.allocate((long) blocks * words * ALIGNMENT, ALIGNMENT);
            call(
                    arena,
                    source.address(),
                    rowBytes,
                    blocks,
                    4L * words,
                    target.address(),
                    (long) words * ALIGNMENT,
                    words,
                    flipped);
            for (int word = 0; word < blocks * words; word++) {
                for (int r = 0; r < PanelLayout.ROWS; r++) {
                    int found = word(target, form, word, r);
                    int stored = source.get(ValueLayout.JAVA_INT_UNALIGNED, (long) r * rowBytes + 4L * word);
                    int expected = switch (form) {
                        case WORDS -> stored ^ flipped;
                        case HALF_PAIRS -> stored;
                        case HALVES -> stored & 0xFFFF;
                    };
                    check(form, word, r, found, expected);
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

    /// Packs two blocks of 16 rows.
    ///
    /// @throws WrongResultException if a number or a code comes out elsewhere, or changed
    void superBlockTransposer(SuperBlockPlan plan) {
        int blocks = 2;
        int rowBytes = blocks * plan.storedBytes();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = rows(arena, rowBytes);
            MemorySegment target = arena.allocate((long) blocks * plan.layout().blockBytes(), ALIGNMENT);
            call(arena, source.address(), rowBytes, blocks, target.address());
            for (int block = 0; block < blocks; block++) {
                long to = (long) block * plan.layout().blockBytes();
                for (int r = 0; r < PanelLayout.ROWS; r++) {
                    long from = (long) r * rowBytes + (long) block * plan.storedBytes();
                    superBlock(plan, r, source.asSlice(from), target.asSlice(to));
                }
            }
        }
    }

    private void superBlock(SuperBlockPlan plan, int r, MemorySegment stored, MemorySegment panel) {
        SuperBlockPlan.StoredWords words = at -> stored.get(ValueLayout.JAVA_INT_UNALIGNED, at);
        int factors = words.at(plan.factorsAt());
        int first = plan.hasTwoFactors() ? factors & 0xFFFF : factors >>> 16;
        int second = plan.hasTwoFactors() ? factors >>> 16 : 0;
        check(plan, 0, r, panel.get(ValueLayout.JAVA_SHORT, 2L * r) & 0xFFFF, first);
        check(plan, 1, r, panel.get(ValueLayout.JAVA_SHORT, 32 + 2L * r) & 0xFFFF, second);
        for (int word = 0; word < SuperBlockPlan.NUMBER_WORDS; word++) {
            int found = 0;
            for (int i = 0; i < 4; i++) {
                long at = SuperBlockPlan.NUMBERS_AT + (4L * word + i) * PanelLayout.ROWS + r;
                found |= (panel.get(ValueLayout.JAVA_BYTE, at) & 0xFF) << (8 * i);
            }
            check(plan, word, r, found, plan.numbers(word).of(words));
        }
        for (int group = 0; group < plan.groups(); group++) {
            for (int place = 0; place < SuperBlockPlan.PLACES; place++) {
                int word = group * SuperBlockPlan.PLACES + place;
                int found = panel.get(ValueLayout.JAVA_INT, SuperBlockPlan.CODES_AT + 64L * word + 4L * r);
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
        MemorySegment rows = arena.allocate((long) PanelLayout.ROWS * rowBytes, ALIGNMENT);
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
