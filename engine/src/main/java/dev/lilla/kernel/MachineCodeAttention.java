package dev.lilla.kernel;

import dev.lilla.kernel.x64.AttentionArguments;
import dev.lilla.kernel.x64.AttentionCode;
import dev.lilla.kernel.x64.AttentionMergeCode;
import dev.lilla.kernel.x64.AttentionShape;
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

/// Attention as machine code: checks every address, writes the argument blocks and calls the kernels of
/// [AttentionCode].
///
/// A tile's keys are gone through in splits of [AttentionStep#SPLIT_KEYS] at fixed positions, each with a partial
/// result of its own, merged in order: by one task, or by [#merge] after a task for each.
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
    private record Kernels(Kernel attend, Kernel attendFew, Kernel merge, Kernel finish) {}

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
        long bytes = (long) AttentionTile.ROWS * step.stateBytes();
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
            Objects.checkIndex(tile.rows() - 1, AttentionTile.ROWS);
            ShapeCheck.layer(step.cache(), step.layer(), step.queries().headDim());
            long recordBytes = (long) AttentionTile.ROWS * AttentionArguments.RECORD_BYTES;
            long queryBytes = (long) AttentionTile.ROWS * shape.rowBytes();
            long scoreBytes = (long) AttentionTile.ROWS * TOKENS * Float.BYTES;
            long stateBytes = (long) AttentionTile.ROWS * shape.stateBytes();
            long queries = AttentionArguments.BYTES + recordBytes;
            long scores = queries + queryBytes;
            long panel = scores + scoreBytes;
            long end = panel + shape.panelBytes() + 2 * stateBytes + (long) SPLIT_BLOCKS * Long.BYTES;
            this.memory = scratch.memory(end);
            long base = memory.address();
            this.records = AttentionArguments.BYTES;
            this.states = base + panel + shape.panelBytes();
            this.others = states + stateBytes;
            this.blocks = panel + shape.panelBytes() + 2 * stateBytes;
            set(AttentionArguments.BLOCKS, base + blocks);
            set(AttentionArguments.RECORDS, base + records);
            set(AttentionArguments.ROWS, tile.rows());
            set(AttentionArguments.REACH, step.mask().window() - 1L);
            set(AttentionArguments.QUERIES, base + queries);
            set(AttentionArguments.SCORES, base + scores);
            set(AttentionArguments.PANEL, base + panel);
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
            set(AttentionArguments.BLOCK_COUNT, to - from);
            set(AttentionArguments.START, (long) from * TOKENS);
            set(AttentionArguments.STATES, target);
            Kernel kernel = tile.rows() <= AttentionCode.FEW_ROWS ? code.attendFew() : code.attend();
            kernel.call(memory.address());
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
