package dev.lilla.kernel;

import dev.lilla.kernel.x64.BlockPlan;
import dev.lilla.kernel.x64.BlockTransposer;
import dev.lilla.kernel.x64.Kernel;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.WordTransposer;
import dev.lilla.kernel.x64.WordTransposer.Form;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Packs whole panels of the common types by machine code. [PanelPacker] is the definition, and packs what is
/// left: the other types, and the last panel where its rows are fewer than 16.
final class PanelTransposer {
    private static final int ROWS = PanelLayout.ROWS;

    private final KernelSet kernels;
    private final HostWeight source;
    private final PackedWeight target;
    private final MemorySegment arguments;

    private PanelTransposer(KernelSet kernels, HostWeight source, PackedWeight target, Scratch scratch) {
        this.kernels = kernels;
        this.source = source;
        this.target = target;
        this.arguments = scratch.arguments();
    }

    /// Packs panels `share.from()` to `share.to()`.
    static void pack(KernelSet kernels, HostWeight source, PackedWeight target, Share share) {
        PanelTransposer transposer = new PanelTransposer(kernels, source, target, share.scratch());
        Kernel kernel =
                kernels.isa().hasMasks() && ROWS * source.rowBytes() < Integer.MAX_VALUE ? transposer.kernel() : null;
        int whole = kernel == null ? share.from() : Math.min(share.to(), source.out() / ROWS);
        if (kernel != null && share.from() < whole) {
            transposer.pack(kernel, share.from(), whole);
        }
        if (whole < share.to()) {
            PanelPacker packer = new PanelPacker(source);
            for (int panel = Math.max(whole, share.from()); panel < share.to(); panel++) {
                packer.pack(panel, target.data());
            }
        }
    }

    /// What packs rows of this type and length, or null.
    private @Nullable Kernel kernel() {
        BlockPlan plan = plan();
        if (plan != null) {
            return source.rowBytes() % plan.storedBytes() == 0 ? kernels.blockTransposer(plan) : null;
        }
        // Pairs of columns are moved at once, which the last odd one is not.
        if (source.in() % 2 != 0) {
            return null;
        }
        return switch (source.type()) {
            case F32, BF16 -> kernels.wordTransposer(Form.WORDS);
            case F16 -> kernels.wordTransposer(Form.HALF_PAIRS);
            default -> null;
        };
    }

    private @Nullable BlockPlan plan() {
        return switch (source.type()) {
            case Q4_0 -> BlockPlan.Q4_0;
            case Q8_0 -> BlockPlan.Q8_0;
            case Q3_K -> BlockPlan.Q3_K;
            case Q4_K -> BlockPlan.Q4_K;
            case Q5_K -> BlockPlan.Q5_K;
            case Q6_K -> BlockPlan.Q6_K;
            case F64, F32, F16, BF16, Q4_1, Q5_0, Q5_1, Q2_K, IQ4_NL, IQ4_XS, I64, I32, I16, I8, U8, BOOL -> null;
        };
    }

    /// Panels `from` to `to`, all whole.
    private void pack(Kernel kernel, int from, int to) {
        long rows = ROWS * source.rowBytes();
        long first = source.data().asSlice(from * rows, (to - from) * rows).address();
        long bytes = target.panelBytes();
        long place = target.data().asSlice(from * bytes, (to - from) * bytes).address();
        BlockPlan plan = plan();
        if (plan != null) {
            set(BlockTransposer.Argument.SOURCE.offset(), first);
            set(BlockTransposer.Argument.ROW_BYTES.offset(), source.rowBytes());
            set(BlockTransposer.Argument.BLOCKS.offset(), source.rowBytes() / plan.storedBytes());
            set(BlockTransposer.Argument.TARGET.offset(), place);
            set(BlockTransposer.Argument.PANELS.offset(), to - from);
        } else {
            set(WordTransposer.Argument.SOURCE.offset(), first);
            set(WordTransposer.Argument.ROW_BYTES.offset(), source.rowBytes());
            set(WordTransposer.Argument.WORDS.offset(), source.rowBytes() / Float.BYTES);
            set(WordTransposer.Argument.TARGET.offset(), place);
            set(WordTransposer.Argument.PANELS.offset(), to - from);
        }
        kernel.call(arguments.address());
    }

    private void set(int offset, long value) {
        arguments.set(ValueLayout.JAVA_LONG, offset, value);
    }
}
