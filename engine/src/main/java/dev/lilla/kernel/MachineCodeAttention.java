package dev.lilla.kernel;

import dev.lilla.kernel.x64.AttentionArguments;
import dev.lilla.kernel.x64.AttentionCode;
import dev.lilla.kernel.x64.AttentionMergeCode;
import dev.lilla.kernel.x64.AttentionShape;
import dev.lilla.kernel.x64.AttentionTileCode;
import dev.lilla.kernel.x64.CodeMemory;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Attention as machine code: checks every address, writes the argument blocks and calls the kernels of
/// [AttentionCode] and [AttentionTileCode].
///
/// A tile's keys are gone through in splits of [AttentionStep#SPLIT_KEYS] at fixed positions, each with a partial
/// result of its own, merged in order: by one task, or by [#merge] after a task for each. Rows of long prompts go
/// through the blocks of a split that all of them see whole in tiles of AMX, and through those before and behind them,
/// at the edges of what they see, as other rows do.
final class MachineCodeAttention {
    private static final int TOKENS = KvLayout.BLOCK_TOKENS;
    private static final int SPLIT_BLOCKS = AttentionStep.SPLIT_KEYS / TOKENS;
    private static final double LOG2_E = 1 / Math.log(2);

    /// The bounds of [AttentionArguments#BOUNDS], the same for all.
    private static final MemorySegment BOUNDS = bounds();

    private final Isa isa;
    private final UnaryOperator<AttentionShape> made;
    private final Map<AttentionShape, Kernels> kernels = new ConcurrentHashMap<>();

    /// The code for one shape.
    ///
    /// @param attendWhole with tiles, or null
    private record Kernels(
            Kernel attend, Kernel attendFew, @Nullable Kernel attendWhole, Kernel merge, Kernel finish) {}

    MachineCodeAttention(Isa isa) {
        this(isa, shape -> shape);
    }

    /// @param made the shape that the code for a shape is made for
    MachineCodeAttention(Isa isa, UnaryOperator<AttentionShape> made) {
        this.isa = isa;
        this.made = made;
    }

    private static MemorySegment bounds() {
        MemorySegment table = Arena.global().allocate(3L * TOKENS * Float.BYTES, Scratch.ALIGNMENT);
        for (int i = 0; i < 3 * TOKENS; i++) {
            float bound = i / TOKENS == 1 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
            table.set(HostMatrix.FLOAT, (long) i * Float.BYTES, bound);
        }
        return table.asReadOnly();
    }

    private static AttentionShape shape(Isa isa, AttentionStep step) {
        AttentionShape.CacheFormat format = switch (step.cache().planes().type()) {
            case F32 -> AttentionShape.CacheFormat.F32;
            case F16 -> AttentionShape.CacheFormat.F16;
            case Q8_0 -> AttentionShape.CacheFormat.Q8_0;
        };
        return new AttentionShape(
                isa, format, step.queries().headDim(), step.mask().softCap() > 0);
    }

    private Kernels kernels(AttentionShape shape) {
        Kernels known = kernels.get(shape);
        return known != null ? known : kernels.computeIfAbsent(shape, wanted -> compile(made.apply(wanted)));
    }

    private static Kernels compile(AttentionShape shape) {
        return new Kernels(
                CodeMemory.require("attend", AttentionCode.generate(shape)),
                CodeMemory.require("attend few", AttentionCode.generateForFew(shape)),
                shape.isa() == Isa.AMX
                        ? CodeMemory.require("attend whole blocks", AttentionTileCode.generate(shape))
                        : null,
                CodeMemory.require("merge", AttentionMergeCode.merge(shape)),
                CodeMemory.require("finish", AttentionMergeCode.finish(shape)));
    }

    /// @param task number of a task of the step
    void attend(AttentionStep step, int task, Scratch scratch) {
        AttentionTile tile = step.tiles().get(task / step.splits());
        Tile work = new Tile(step, tile, scratch);
        int first = tile.firstKey(step.mask()) / AttentionStep.SPLIT_KEYS;
        int last = tile.lastKey() / AttentionStep.SPLIT_KEYS;
        if (step.splits() > 1) {
            int split = task % step.splits();
            if (split >= first && split <= last) {
                work.attend(split, state(step, task));
            }
            return;
        }
        work.attend(first, work.states);
        for (int split = first + 1; split <= last; split++) {
            work.attend(split, work.others);
            work.merge(work.states, work.others);
        }
        work.finish(work.states);
    }

    /// @param index of a tile of the step
    void merge(AttentionStep step, int index, Scratch scratch) {
        AttentionTile tile = step.tiles().get(index);
        Tile work = new Tile(step, tile, scratch);
        int task = index * step.splits();
        int first = tile.firstKey(step.mask()) / AttentionStep.SPLIT_KEYS;
        int last = tile.lastKey() / AttentionStep.SPLIT_KEYS;
        long states = state(step, task + first);
        for (int split = first + 1; split <= last; split++) {
            work.merge(states, state(step, task + split));
        }
        work.finish(states);
    }

    private static long state(AttentionStep step, int task) {
        long bytes = (long) AttentionTile.ROWS_MAX * step.stateBytes();
        return step.states().asSlice(step.state(task), bytes, Scratch.ALIGNMENT).address();
    }

    /// One tile's memory in the worker's scratch: arguments, records, and the buffers of the kernel.
    private final class Tile {
        private final AttentionStep step;
        private final AttentionTile tile;
        private final AttentionShape shape;
        private final Kernels code;
        private final MemorySegment memory;
        private final long records;
        private final long blocks;
        private final long states;
        private final long others;

        Tile(AttentionStep step, AttentionTile tile, Scratch scratch) {
            this.step = step;
            this.tile = tile;
            this.shape = shape(isa, step);
            this.code = kernels(shape);
            Objects.checkIndex(tile.rows() - 1, AttentionTile.ROWS_MAX);
            ShapeCheck.layer(step.cache(), step.layer(), step.queries().headDim());
            long rows = AttentionTile.ROWS_MAX;
            long stateBytes = rows * shape.stateBytes();
            this.records = AttentionArguments.BYTES;
            long queries = records + rows * AttentionArguments.RECORD_BYTES;
            long scores = queries + rows * shape.rowBytes();
            long panel = scores + rows * TOKENS * Float.BYTES;
            long pairs = panel + shape.panelBytes();
            long sums = pairs + AttentionTileCode.pairBytes(shape.headDim());
            long states = sums + (long) AttentionTileCode.ROW_GRAIN * shape.rowBytes();
            this.blocks = states + 2 * stateBytes;
            this.memory = scratch.memory(blocks + (long) SPLIT_BLOCKS * Long.BYTES);
            long base = memory.address();
            this.states = base + states;
            this.others = this.states + stateBytes;
            set(AttentionArguments.RECORDS, base + records);
            set(AttentionArguments.ROWS, tile.rows());
            set(AttentionArguments.REACH, step.mask().window() - 1L);
            set(AttentionArguments.QUERIES, base + queries);
            set(AttentionArguments.SCORES, base + scores);
            set(AttentionArguments.PANEL, base + panel);
            set(AttentionArguments.PAIRS, base + pairs);
            set(AttentionArguments.SUMS, base + sums);
            set(AttentionArguments.BOUNDS, BOUNDS.address());
            setFactors(step.mask());
            setRecords();
        }

        private void set(long at, long value) {
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, at, value);
        }

        /// Scores are in units of `log2(e)`, see [AttentionArguments#FACTOR].
        private void setFactors(AttentionMask mask) {
            boolean isCapped = mask.softCap() > 0;
            double factor = mask.scale() * LOG2_E * (isCapped ? 2 / mask.softCap() : 1);
            memory.set(HostMatrix.FLOAT, AttentionArguments.FACTOR, (float) factor);
            memory.set(HostMatrix.FLOAT, AttentionArguments.CAP, (float) (mask.softCap() * LOG2_E));
        }

        private void setRecords() {
            Heads queries = step.queries();
            long bytes = (long) queries.headDim() * Float.BYTES;
            long at = records;
            for (int i = tile.from(); i < tile.to(); i++, at += AttentionArguments.RECORD_BYTES) {
                int row = tile.batchRow(i);
                int column = queries.offset() + tile.head(i) * queries.stride();
                int run = Math.min(tile.group() - i % tile.group(), tile.to() - i);
                set(at + AttentionArguments.RECORD_QUERY, address(step.queryData(), row, column, bytes));
                set(
                        at + AttentionArguments.RECORD_OUT,
                        address(step.out(), row, tile.head(i) * queries.headDim(), bytes));
                memory.set(ValueLayout.JAVA_INT, at + AttentionArguments.RECORD_POSITION, tile.position(i));
                memory.set(ValueLayout.JAVA_INT, at + AttentionArguments.RECORD_RUN, run);
            }
        }

        /// The address of elements that lie inside their matrix's memory.
        private static long address(HostMatrix matrix, int row, int column, long bytes) {
            Objects.checkIndex(row, matrix.rows());
            Objects.checkFromIndexSize(
                    matrix.at(row, column), bytes, matrix.memory().byteSize());
            return matrix.address(row, column);
        }

        /// The keys of one split that the tile sees.
        void attend(int split, long target) {
            int from = Math.max(split * SPLIT_BLOCKS, tile.firstKey(step.mask()) / TOKENS);
            int to = Math.min((split + 1) * SPLIT_BLOCKS, tile.lastKey() / TOKENS + 1);
            HostKvBlocks cache = step.cache();
            long keys = cache.planes().keys(step.layer(), tile.kvHead());
            long bytes = (long) shape.keyBytes() + shape.valueBytes();
            for (int i = from; i < to; i++) {
                MemorySegment block = cache.memory(tile.span().blocks()[i]);
                long address = block.asSlice(keys, bytes, Scratch.ALIGNMENT).address();
                set(blocks + (long) (i - from) * Long.BYTES, address);
            }
            set(AttentionArguments.STATES, target);
            set(AttentionArguments.CONTINUES, 0);
            Kernel kernel = tile.rows() <= AttentionCode.FEW_ROWS ? code.attendFew() : code.attend();
            Kernel whole = code.attendWhole();
            if (whole == null || !step.rounds() || !tile.isPrompt()) {
                call(kernel, from, from, to);
                return;
            }
            int wholeTo = Math.clamp(tile.ownBlock(), from, to);
            int wholeFrom = Math.clamp(tile.firstWhole(step.mask()), from, wholeTo);
            call(kernel, from, from, wholeFrom);
            call(whole, from, wholeFrom, wholeTo);
            call(kernel, from, wholeTo, to);
        }

        /// Goes through blocks `from` to `to` of the sequence, if there are any; what follows goes on from there.
        ///
        /// @param listed the first block in the list
        private void call(Kernel kernel, int listed, int from, int to) {
            if (from == to) {
                return;
            }
            set(AttentionArguments.BLOCKS, memory.address() + blocks + (long) (from - listed) * Long.BYTES);
            set(AttentionArguments.BLOCK_COUNT, to - from);
            set(AttentionArguments.START, (long) from * TOKENS);
            kernel.call(memory.address());
            set(AttentionArguments.CONTINUES, 1);
        }

        void merge(long target, long source) {
            set(AttentionArguments.STATES, target);
            set(AttentionArguments.OTHERS, source);
            code.merge().call(memory.address());
        }

        void finish(long source) {
            set(AttentionArguments.STATES, source);
            code.finish().call(memory.address());
        }
    }
}
