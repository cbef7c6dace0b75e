package dev.lilla.kernel;

import dev.lilla.kernel.x64.AttentionShape;
import dev.lilla.kernel.x64.CacheStoreCode;
import dev.lilla.kernel.x64.CodeMemory;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.Kernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/// Writes keys and values into the cache as machine code, eight tokens at a time; single tokens, as in decoding,
/// and quantized caches go through [KvHead], to the same bits: 4 heads of 64 take 0.5 µs there.
final class MachineCodeCache {
    private static final int TOKENS = CacheStoreCode.TOKENS;

    private final Map<AttentionShape, Kernel> kernels = new ConcurrentHashMap<>();

    private static Kernel compile(AttentionShape shape) {
        return CodeMemory.require("store", CacheStoreCode.generate(shape));
    }

    /// @param share of the rows
    void store(CacheStep step, Share share) {
        KvType type = step.cache().planes().type();
        int row = share.from();
        while (row < share.to()) {
            Span span = Kernels.spanOf(step.spans(), row);
            int position = span == null ? 0 : span.position() + row - span.row();
            if (span == null
                    || type == KvType.Q8_0
                    || position % TOKENS != 0
                    || row + TOKENS > Math.min(share.to(), span.row() + span.count())) {
                step.store(row, row + 1, share.scratch());
                row++;
            } else {
                storeEight(step, span, row, share.scratch().memory(CacheStoreCode.BYTES));
                row += TOKENS;
            }
        }
    }

    private void storeEight(CacheStep step, Span span, int row, MemorySegment arguments) {
        KvPlanes planes = step.cache().planes();
        int headDim = step.keys().headDim();
        AttentionShape.CacheFormat format =
                planes.type() == KvType.F32 ? AttentionShape.CacheFormat.F32 : AttentionShape.CacheFormat.F16;
        AttentionShape shape = new AttentionShape(Isa.AVX2, format, headDim, false);
        Kernel kernel = kernels.computeIfAbsent(shape, MachineCodeCache::compile);
        ShapeCheck.layer(step.cache(), step.layer(), headDim);
        int position = span.position() + row - span.row();
        MemorySegment block = step.cache().memory(span.blocks()[position / KvLayout.BLOCK_TOKENS]);
        int token = position % KvLayout.BLOCK_TOKENS;
        for (int head = 0; head < step.keys().heads(); head++) {
            // The planes of the head lie inside the block; the eight tokens lie inside them, being aligned.
            long bytes = (long) shape.keyBytes() + shape.valueBytes();
            MemorySegment plane = block.asSlice(planes.keys(step.layer(), head), bytes);
            Objects.checkIndex(token + TOKENS - 1, KvLayout.BLOCK_TOKENS);
            long base = plane.address() - planes.keys(step.layer(), head);
            setRows(arguments, CacheStoreCode.KEYS, step.keys(), row, head);
            setRows(arguments, CacheStoreCode.VALUES, step.values(), row, head);
            long key = base + planes.key(step.layer(), head, token).first();
            long value = base + planes.value(step.layer(), head, token).first();
            arguments.set(ValueLayout.JAVA_LONG, CacheStoreCode.KEY_TARGET, key);
            arguments.set(ValueLayout.JAVA_LONG, CacheStoreCode.VALUE_TARGET, value);
            kernel.call(arguments.address());
        }
    }

    /// The address of a head's first row and the distance to the next.
    private static void setRows(MemorySegment arguments, int at, Heads heads, int row, int head) {
        HostMatrix data = (HostMatrix) heads.data();
        int column = heads.offset() + head * heads.stride();
        long stride = (long) data.stride() * Float.BYTES;
        long span = stride * (TOKENS - 1) + (long) heads.headDim() * Float.BYTES;
        Objects.checkFromIndexSize(row, TOKENS, data.rows());
        Objects.checkFromIndexSize(data.at(row, column), span, data.memory().byteSize());
        arguments.set(ValueLayout.JAVA_LONG, at, data.address(row, column));
        arguments.set(ValueLayout.JAVA_LONG, at + (long) Long.BYTES, stride);
    }
}
