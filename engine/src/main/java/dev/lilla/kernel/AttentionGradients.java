package dev.lilla.kernel;

import dev.lilla.kernel.MatrixKernels.Ending;
import dev.lilla.kernel.MatrixKernels.Part;
import dev.lilla.kernel.x64.ElementArgument;
import dev.lilla.kernel.x64.ElementKernel;
import java.lang.foreign.MemorySegment;

/// The backward pass of attention as products of small matrices. For a block of query rows Q of one head, with
/// the keys K and values V that they see:
///
/// ```
/// S  = scale * Q Kᵀ        P  = softmax(S)          what a query sees, else 0
/// dP = dO Vᵀ               dS = scale * P ∘ (dP - rowsum(P ∘ dP))
/// dQ = dS K                dK += dSᵀ Q              dV += Pᵀ dO
/// ```
///
/// The row sum is that of `dO ∘ O`. A soft cap stands between S and the softmax and adds its derivative to dS.
/// The heads of a group add to the same dK and dV one after the other in one task, so that results do not
/// depend on threads.
final class AttentionGradients {
    /// Query rows of a block: S and dP of 1,024 keys are 393 KiB, well inside a second-level cache of 1 MiB,
    /// and what is computed beyond the diagonal of a sequence of 256 is a fifth of the whole.
    private static final int QUERIES = 48;

    /// Keys whose rows are packed together, for dQ.
    private static final int KEYS = 128;

    private static final int WORD = Float.BYTES;

    private final ElementOperations elements;
    private final MatrixKernels matrices;

    AttentionGradients(ElementOperations elements, MatrixKernels matrices) {
        this.elements = elements;
        this.matrices = matrices;
    }

    /// @param task a span and a K/V head
    void compute(AttentionGradient step, int task, Scratch scratch) {
        int kvHeads = step.keys().heads();
        Span span = step.spans().get(task / kvHeads);
        if (span.count() > 0) {
            new Task(step, span, task % kvHeads, scratch).compute();
        }
    }

    /// Cuts a piece of memory up.
    private static final class Pieces {
        private final MemorySegment memory;
        private long used;

        Pieces(MemorySegment memory) {
            this.memory = memory;
        }

        MemorySegment take(long bytes) {
            MemorySegment piece = memory.asSlice(used, bytes);
            used += aligned(bytes);
            return piece;
        }

        static long aligned(long bytes) {
            return (bytes + Scratch.ALIGNMENT - 1) / Scratch.ALIGNMENT * Scratch.ALIGNMENT;
        }
    }

    /// One K/V head of one sequence.
    private final class Task {
        private final AttentionGradient step;
        private final Span span;
        private final Scratch scratch;
        private final int kvHead;
        private final int tokens;
        private final int headDim;

        /// Keys as columns, values as columns, keys as rows in chunks of [#KEYS].
        private final MatrixPanels keyColumns;

        private final MatrixPanels valueColumns;
        private final MatrixPanels[] keyRows;

        /// A block's queries and gradients as rows.
        private final MemorySegment queryRows;

        private final MemorySegment gradientRows;

        /// `[QUERIES, tokens]` each: S and then P, dP and then dS, capped S.
        private final HostMatrix weights;

        private final HostMatrix changes;
        private final HostMatrix capped;

        Task(AttentionGradient step, Span span, int kvHead, Scratch scratch) {
            this.step = step;
            this.span = span;
            this.kvHead = kvHead;
            this.scratch = scratch;
            this.tokens = span.count();
            this.headDim = step.keys().headDim();
            int lanes = matrices.lanes();
            // Not a multiple of 1,024 elements, see HostBackend.
            int stride = Math.ceilDiv(tokens, lanes) * lanes + lanes;
            boolean isCapped = step.mask().softCap() > 0;
            long columnBytes = MatrixPanels.bytes(MatrixUnit.F32_VECTORS, headDim, tokens, lanes);
            long rowBytes = MatrixPanels.bytes(MatrixUnit.F32_VECTORS, KEYS, headDim, lanes);
            long scoreBytes = (long) QUERIES * stride * WORD;
            int chunks = Math.ceilDiv(tokens, KEYS);
            long all = 2 * Pieces.aligned(columnBytes)
                    + (chunks + 2L) * Pieces.aligned(rowBytes)
                    + (isCapped ? 3 : 2) * Pieces.aligned(scoreBytes);
            Pieces pieces = new Pieces(scratch.memory(all));
            keyColumns = matrices.panels(MatrixUnit.F32_VECTORS, headDim, tokens, pieces.take(columnBytes));
            valueColumns = matrices.panels(MatrixUnit.F32_VECTORS, headDim, tokens, pieces.take(columnBytes));
            keyRows = new MatrixPanels[chunks];
            for (int chunk = 0; chunk < chunks; chunk++) {
                int count = Math.min(KEYS, tokens - chunk * KEYS);
                keyRows[chunk] = matrices.panels(MatrixUnit.F32_VECTORS, count, headDim, pieces.take(rowBytes));
            }
            queryRows = pieces.take(rowBytes);
            gradientRows = pieces.take(rowBytes);
            weights = new HostMatrix(pieces.take(scoreBytes), 0, QUERIES, tokens, stride);
            changes = new HostMatrix(pieces.take(scoreBytes), 0, QUERIES, tokens, stride);
            capped = isCapped ? new HostMatrix(pieces.take(scoreBytes), 0, QUERIES, tokens, stride) : weights;
        }

        void compute() {
            StridedMatrix keys = StridedMatrix.of(rows(step.keys(), kvHead, 0, tokens));
            StridedMatrix values = StridedMatrix.of(rows(step.values(), kvHead, 0, tokens));
            packColumns(keys, keyColumns);
            packColumns(values, valueColumns);
            for (int chunk = 0; chunk < keyRows.length; chunk++) {
                StridedMatrix part = keys.rows(chunk * KEYS, keyRows[chunk].depth());
                matrices.packRows(part, 0, keyRows[chunk], scratch.arguments());
            }
            clear(rows(step.dKeys(), kvHead, 0, tokens));
            clear(rows(step.dValues(), kvHead, 0, tokens));
            int group = step.queries().heads() / step.keys().heads();
            for (int head = kvHead * group; head < (kvHead + 1) * group; head++) {
                for (int query = 0; query < tokens; query += QUERIES) {
                    block(head, query, Math.min(QUERIES, tokens - query));
                }
            }
        }

        private void packColumns(StridedMatrix rows, MatrixPanels target) {
            for (int block = 0; block < target.blocks(); block++) {
                for (int panel = 0; panel < target.panels(); panel++) {
                    matrices.packColumns(rows, block, panel, target, scratch);
                }
            }
        }

        private HostMatrix rows(Heads heads, int head, int from, int count) {
            HostMatrix data = (HostMatrix) heads.data();
            return data.columns(heads.offset() + head * heads.stride(), headDim).rows(span.row() + from, count);
        }

        private void clear(HostMatrix x) {
            for (int row = 0; row < x.rows(); row++) {
                x.memory().asSlice(x.at(row, 0), (long) x.columns() * WORD).fill((byte) 0);
            }
        }

        /// Queries `first` to `first + count` of a head.
        private void block(int head, int first, int count) {
            int firstKey = Math.max(0, first - step.mask().window() + 1) / KEYS * KEYS;
            int keys = first + count;
            StridedMatrix queries = StridedMatrix.of(rows(step.queries(), head, first, count));
            HostMatrix dOutput = ((HostMatrix) step.dOutput())
                    .columns(head * headDim, headDim)
                    .rows(span.row() + first, count);
            StridedMatrix gradients = StridedMatrix.of(dOutput);
            int panelColumns = keyColumns.panelColumns();
            Part seen = new Part(0, count, firstKey / panelColumns, Math.ceilDiv(keys, panelColumns));
            Ending scaled = new Ending(step.mask().scale(), false);
            matrices.multiply(queries, 0, keyColumns, weights, seen, scaled, scratch);
            matrices.multiply(gradients, 0, valueColumns, changes, seen, new Ending(1, false), scratch);
            for (int row = 0; row < count; row++) {
                softmax(row, first + row, firstKey);
            }
            queryGradient(head, first, count, firstKey);
            Ending added = new Ending(1, true);
            addKeyed(changes, firstKey, keys, queries, queryRows, rows(step.dKeys(), kvHead, 0, keys), added);
            addKeyed(weights, firstKey, keys, gradients, gradientRows, rows(step.dValues(), kvHead, 0, keys), added);
        }

        /// P and dS of the query at `position`, with zeros where it sees no key, from the block's first key to
        /// the end of the last chunk.
        private void softmax(int row, int position, int firstKey) {
            AttentionMask mask = step.mask();
            int from = Math.max(0, position - mask.window() + 1);
            int count = position + 1 - from;
            HostMatrix score = weights.rows(row, 1).columns(from, count);
            HostMatrix change = changes.rows(row, 1).columns(from, count);
            Share one = new Share(0, 1, scratch);
            if (mask.softCap() > 0) {
                elements.softCap(score, mask.softCap(), one);
                HostMatrix kept = capped.rows(row, 1).columns(from, count);
                MemorySegment.copy(score.memory(), score.at(0, 0), kept.memory(), kept.at(0, 0), (long) count * WORD);
            }
            run(ElementKernel.SOFTMAX, score, score, score, 1, one);
            run(ElementKernel.SOFTMAX_GRADIENT, score, change, change, mask.scale(), one);
            if (mask.softCap() > 0) {
                HostMatrix kept = capped.rows(row, 1).columns(from, count);
                run(ElementKernel.SOFT_CAP_GRADIENT, kept, change, change, 1 / mask.softCap(), one);
            }
            int end = Math.min(tokens, (position / KEYS + 2) * KEYS);
            for (HostMatrix x : new HostMatrix[] {weights, changes}) {
                clear(x.rows(row, 1).columns(firstKey, from - firstKey));
                clear(x.rows(row, 1).columns(position + 1, end - position - 1));
            }
        }

        private void run(ElementKernel kernel, HostMatrix x, HostMatrix y, HostMatrix out, float number, Share share) {
            ElementArguments arguments = new ElementArguments(share, x.columns());
            arguments.matrix(ElementArgument.X, x);
            arguments.matrix(ElementArgument.Y, y);
            arguments.matrix(ElementArgument.OUT, out);
            arguments.number(number);
            elements.run(kernel, arguments);
        }

        /// `dQ = dS K`, chunk by chunk of the keys.
        private void queryGradient(int head, int first, int count, int firstKey) {
            HostMatrix target = rows(step.dQueries(), head, first, count);
            StridedMatrix changed = StridedMatrix.of(changes.rows(0, count));
            for (int key = firstKey; key < first + count; key += KEYS) {
                MatrixPanels chunk = keyRows[key / KEYS];
                Part all = new Part(0, count, 0, chunk.panels());
                StridedMatrix part = changed.columns(key, chunk.depth());
                matrices.multiply(part, 0, chunk, target, all, new Ending(1, key > firstKey), scratch);
            }
        }

        /// `target += sourceᵀ · rows` for the keys `from` to `to`, as dK += dSᵀ Q.
        private void addKeyed(
                HostMatrix source,
                int from,
                int to,
                StridedMatrix rows,
                MemorySegment memory,
                HostMatrix target,
                Ending ending) {
            MatrixPanels panels = matrices.panels(MatrixUnit.F32_VECTORS, rows.rows(), headDim, memory);
            matrices.packRows(rows, 0, panels, scratch.arguments());
            StridedMatrix turned =
                    StridedMatrix.of(source.rows(0, rows.rows())).columns(0, to).transposed();
            Part all = new Part(from, to, 0, panels.panels());
            matrices.multiply(turned, 0, panels, target, all, ending, scratch);
        }
    }
}
