package dev.lilla.kernel;

import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.SuperBlockPlan;
import dev.lilla.kernel.x64.SuperBlockTransposer;
import dev.lilla.kernel.x64.WordTransposer.Argument;
import dev.lilla.kernel.x64.WordTransposer.Form;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Packs whole panels of the common types by machine code. [PanelPacker] is the definition, and packs what is left: the
/// other types, and the last panel where its rows are fewer than 16.
final class PanelTransposer {
    private static final int ROWS = PanelLayout.ROWS;
    private static final int WORD = 64;
    private static final int HALVES = 2 * ROWS;

    /// Turns a signed byte into one with 128 added.
    private static final int SIGNS = 0x80808080;

    private static final int NONE = 0;

    private final KernelSet kernels;
    private final HostWeight source;
    private final MemorySegment target;
    private final MemorySegment arguments;

    private PanelTransposer(KernelSet kernels, HostWeight source, MemorySegment target, Scratch scratch) {
        this.kernels = kernels;
        this.source = source;
        this.target = target;
        this.arguments = scratch.arguments();
    }

    /// One for a type that it knows.
    static Optional<PanelTransposer> of(KernelSet kernels, HostWeight source, MemorySegment target, Scratch scratch) {
        boolean isKnown = switch (source.type()) {
            case Q4_0, Q8_0, Q3_K, Q4_K, Q5_K, Q6_K, F32, F16, BF16 -> true;
            case F64, Q4_1, Q5_0, Q5_1, Q2_K, IQ4_NL, IQ4_XS, I64, I32, I16, I8, U8, BOOL -> false;
        };
        boolean isNear = ROWS * source.rowBytes() < Integer.MAX_VALUE;
        // Pairs of columns are moved at once, which the last odd one is not.
        boolean isEven = source.in() % 2 == 0;
        return isKnown && isNear && isEven
                ? Optional.of(new PanelTransposer(kernels, source, target, scratch))
                : Optional.empty();
    }

    /// Packs panel `panel`; false if it is not a whole one.
    boolean pack(int panel) {
        if ((panel + 1L) * ROWS > source.out()) {
            return false;
        }
        long from = source.data()
                .asSlice((long) panel * ROWS * source.rowBytes(), ROWS * source.rowBytes())
                .address();
        long panelBytes = PanelPacker.layout(source.type()).panelBytes(source.in());
        long to = target.asSlice(panel * panelBytes, panelBytes).address();
        switch (source.type()) {
            case Q4_0 -> groups(from, to, 4, NONE);
            case Q8_0 -> groups(from, to, 8, SIGNS);
            case Q3_K -> superBlocks(SuperBlockPlan.Q3_K, from, to);
            case Q4_K -> superBlocks(SuperBlockPlan.Q4_K, from, to);
            case Q5_K -> superBlocks(SuperBlockPlan.Q5_K, from, to);
            case Q6_K -> superBlocks(SuperBlockPlan.Q6_K, from, to);
            case F32 -> run(Form.WORDS, new Run(from, to, 1, 0, 0, source.in()), NONE);
            case F16 -> run(Form.HALF_PAIRS, new Run(from, to, 1, 0, 0, source.in() / 2), NONE);
            case BF16 -> run(Form.WORDS, new Run(from, to, 1, 0, 0, source.in() / 2), NONE);
            case F64, Q4_1, Q5_0, Q5_1, Q2_K, IQ4_NL, IQ4_XS, I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalStateException("no machine code packs " + source.type());
        }
        return true;
    }

    /// Two stored blocks of 32 columns make one panel block.
    private void groups(long from, long to, int words, int flipped) {
        int stored = source.type().blockBytes();
        int blocks = source.in() / source.type().blockElements();
        int blockBytes = PanelPacker.layout(source.type()).blockBytes();
        for (int group = 0; group < 2; group++) {
            int count = (blocks + 1 - group) / 2;
            if (count > 0) {
                long first = from + (long) group * stored;
                long scales = to + (long) group * HALVES;
                run(Form.HALVES, new Run(first, scales, count, 2 * stored, blockBytes, 1), NONE);
                long quants = to + 2 * HALVES + (long) group * words * WORD;
                run(Form.WORDS, new Run(first + 2, quants, count, 2 * stored, blockBytes, words), flipped);
            }
        }
    }

    private void superBlocks(SuperBlockPlan plan, long from, long to) {
        set(SuperBlockTransposer.Argument.SOURCE.offset(), from);
        set(SuperBlockTransposer.Argument.ROW_BYTES.offset(), source.rowBytes());
        set(SuperBlockTransposer.Argument.BLOCKS.offset(), source.in() / SuperBlocks.ELEMENTS);
        set(SuperBlockTransposer.Argument.TARGET.offset(), to);
        kernels.superBlockTransposer(plan).call(arguments.address());
    }

    /// Words of 16 rows to move.
    private record Run(long from, long to, int blocks, int sourceStride, int targetStride, int words) {}

    private void run(Form form, Run run, int flipped) {
        set(Argument.SOURCE.offset(), run.from());
        set(Argument.ROW_BYTES.offset(), source.rowBytes());
        set(Argument.BLOCKS.offset(), run.blocks());
        set(Argument.SOURCE_STRIDE.offset(), run.sourceStride());
        set(Argument.TARGET.offset(), run.to());
        set(Argument.TARGET_STRIDE.offset(), run.targetStride());
        set(Argument.WORDS.offset(), run.words());
        set(Argument.FLIPPED.offset(), flipped);
        kernels.wordTransposer(form).call(arguments.address());
    }

    private void set(int offset, long value) {
        arguments.set(ValueLayout.JAVA_LONG, offset, value);
    }
}
