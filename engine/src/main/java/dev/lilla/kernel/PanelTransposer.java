package dev.lilla.kernel;

import dev.lilla.kernel.x64.BlockPlan;
import dev.lilla.kernel.x64.Kernel;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.PackingArgument;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.WordTransposer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Packs whole panels of the common types by machine code. [PanelPacker] is the definition, and packs what is
/// left: the other types, and the last panel where its rows are fewer than 16.
///
/// @param kernel that packs rows of the type
/// @param count of its blocks or words in a row
record PanelTransposer(Kernel kernel, long count) {
    private static final int ROWS = PanelLayout.ROWS;

    /// Packs panels `share.from()` to `share.to()`; all their bytes are written.
    static void pack(KernelSet kernels, HostWeight source, PackedWeight target, Share share) {
        PanelTransposer transposer = of(kernels, source);
        int left = share.from();
        if (transposer != null) {
            int whole = Math.min(share.to(), source.out() / ROWS);
            if (left < whole) {
                transposer.pack(source, target, new Share(left, whole, share.scratch()));
                left = whole;
            }
        }
        if (left < share.to()) {
            PanelPacker packer = new PanelPacker(source);
            for (int panel = left; panel < share.to(); panel++) {
                packer.pack(panel, target.data());
            }
        }
    }

    /// Packs all rows of a weight into memory that lasts until the worker stages something else.
    static PackedWeight passing(KernelSet kernels, HostWeight rows, PanelLayout layout, Scratch scratch) {
        long bytes = PackedWeight.bytes(layout, rows.out(), rows.in());
        MemorySegment memory = scratch.staging(bytes).asSlice(0, bytes);
        PackedWeight panels = new PackedWeight(layout, rows.out(), rows.in(), memory);
        if (rows.out() % ROWS != 0) {
            memory.asSlice((panels.panels() - 1) * panels.panelBytes()).fill((byte) 0);
        }
        pack(kernels, rows, panels, new Share(0, panels.panels(), scratch));
        return panels;
    }

    /// What packs rows of this type and length, or null.
    private static @Nullable PanelTransposer of(KernelSet kernels, HostWeight source) {
        long rowBytes = source.rowBytes();
        if (!kernels.isa().hasMasks() || ROWS * rowBytes >= Integer.MAX_VALUE) {
            return null;
        }
        return switch (source.type()) {
            case Q4_0 -> blocks(kernels, BlockPlan.Q4_0, rowBytes);
            case Q8_0 -> blocks(kernels, BlockPlan.Q8_0, rowBytes);
            case Q4_1 -> blocks(kernels, BlockPlan.Q4_1, rowBytes);
            case IQ4_NL -> blocks(kernels, BlockPlan.IQ4_NL, rowBytes);
            case Q2_K -> blocks(kernels, BlockPlan.Q2_K, rowBytes);
            case Q3_K -> blocks(kernels, BlockPlan.Q3_K, rowBytes);
            case Q4_K -> blocks(kernels, BlockPlan.Q4_K, rowBytes);
            case Q5_K -> blocks(kernels, BlockPlan.Q5_K, rowBytes);
            case Q6_K -> blocks(kernels, BlockPlan.Q6_K, rowBytes);
            case F32, BF16 -> words(kernels, WordTransposer.Form.WORDS, source);
            case F16 -> words(kernels, WordTransposer.Form.HALF_PAIRS, source);
            case F64, Q5_0, Q5_1, IQ4_XS, I64, I32, I16, I8, U8, BOOL -> null;
        };
    }

    private static @Nullable PanelTransposer blocks(KernelSet kernels, BlockPlan plan, long rowBytes) {
        return rowBytes % plan.storedBytes() == 0
                ? new PanelTransposer(kernels.blockTransposer(plan), rowBytes / plan.storedBytes())
                : null;
    }

    /// Pairs of columns are moved at once, which the last odd one is not.
    private static @Nullable PanelTransposer words(KernelSet kernels, WordTransposer.Form form, HostWeight source) {
        return source.in() % 2 == 0
                ? new PanelTransposer(kernels.wordTransposer(form), source.rowBytes() / Float.BYTES)
                : null;
    }

    /// @param share of whole panels
    private void pack(HostWeight source, PackedWeight target, Share share) {
        int panels = share.to() - share.from();
        long rows = ROWS * source.rowBytes();
        long bytes = target.panelBytes();
        MemorySegment from = source.data().asSlice(share.from() * rows, panels * rows);
        MemorySegment to = target.data().asSlice(share.from() * bytes, panels * bytes);
        MemorySegment arguments = share.scratch().arguments();
        set(arguments, PackingArgument.SOURCE, from.address());
        set(arguments, PackingArgument.ROW_BYTES, source.rowBytes());
        set(arguments, PackingArgument.COUNT, count);
        set(arguments, PackingArgument.TARGET, to.address());
        set(arguments, PackingArgument.PANELS, panels);
        kernel.call(arguments.address());
    }

    private static void set(MemorySegment arguments, PackingArgument argument, long value) {
        arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
    }
}
