package dev.lilla.project;

import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Decoder;
import dev.lilla.model.family.Dimensions;
import dev.lilla.optimize.ModelOutline;
import dev.lilla.optimize.ModelOutline.OutlinedTensor;
import dev.lilla.tensor.Shape;
import java.util.Collections;

/// Memory of a process that answers one request at a time, from shapes alone.
///
/// @param weightBytes matrices as the kernels read them, and what stays of the embedding table
/// @param cacheBytes keys and values of a full context
/// @param workBytes activations of the longest step, and logits
/// @param programBytes Java itself with the vocabulary
/// @param loadingBytes of the head's file while it is packed, which comes last and before there is a cache
public record MemoryPrediction(
        long weightBytes, long cacheBytes, long workBytes, long programBytes, long loadingBytes) {
    /// Tables up to this size are copied; of larger ones the rows that texts use are read from the file
    /// (`HostBackend.TABLE_COPIED_MAX`).
    private static final long TABLE_COPIED_MAX = 128L << 20;
    /// Of such a table a request touches rows all over, and the system brings some pages around each.
    private static final long TABLE_TOUCHED = 32L << 20;

    private static final int LOGIT_ROWS = 64;

    /// The JVM with Lilla's classes, compiled code and heap, which grows as on a machine with 24 GB: fitted to three
    /// models of vocabularies of 32,000 to 152,000; `MemoryPredictionTest` holds it against processes.
    private static final long PROGRAM_BYTES = 162_000_000;
    /// A token of a vocabulary with its tables: fitted with it.
    private static final long VOCABULARY_BYTES = 400;
    /// Rows that a product reads are rewritten for the kernels, in at most two forms, as wide as the feed-forward
    /// block.
    private static final int ENCODED_FORMS = 2;

    private static final String EMBEDDING = "token_embd.weight";
    private static final String HEAD = "output.weight";

    /// The memory of a model.
    ///
    /// @param context tokens that the cache holds
    /// @param backend that would compute
    public static MemoryPrediction of(ModelOutline outline, int context, KvType kvType, HostBackend backend) {
        Dimensions sizes = outline.dimensions();
        return new MemoryPrediction(
                weights(outline, backend),
                cache(sizes, context, kvType, backend),
                work(outline, sizes),
                PROGRAM_BYTES + VOCABULARY_BYTES * sizes.vocab(),
                head(outline).bytes());
    }

    /// The most at any time.
    public long bytes() {
        return weightBytes + programBytes + Math.max(loadingBytes, cacheBytes + workBytes);
    }

    /// The matrix that gives the logits.
    private static OutlinedTensor head(ModelOutline outline) {
        return outline.tensors().stream()
                .filter(tensor -> tensor.pattern().equals(HEAD))
                .findFirst()
                .or(() -> outline.tensors().stream()
                        .filter(tensor -> tensor.pattern().equals(EMBEDDING))
                        .findFirst())
                .orElseThrow();
    }

    private static long weights(ModelOutline outline, HostBackend backend) {
        boolean isTied = head(outline).pattern().equals(EMBEDDING);
        long bytes = 0;
        for (OutlinedTensor tensor : outline.tensors()) {
            Shape shape = tensor.shape();
            if (shape.rank() < 2) {
                bytes += tensor.bytes();
                continue;
            }
            boolean isTable = tensor.pattern().equals(EMBEDDING);
            if (isTable) {
                bytes += tensor.bytes() <= TABLE_COPIED_MAX ? tensor.bytes() : TABLE_TOUCHED;
            }
            if (!isTable || isTied) {
                bytes += backend.linearBytes(
                        tensor.type(), Math.toIntExact(shape.rows()), Math.toIntExact(shape.columns()));
            }
        }
        return bytes;
    }

    private static long cache(Dimensions sizes, int context, KvType kvType, HostBackend backend) {
        KvLayout layout = new KvLayout(
                kvType, Collections.nCopies(sizes.layers(), new KvLayout.Layer(sizes.kvHeads(), sizes.headDim())));
        int blocks = Math.ceilDiv(context, KvLayout.BLOCK_TOKENS);
        try (KvBlocks cache = backend.allocateBlocks(layout, blocks)) {
            return cache.blockBytes() * blocks;
        }
    }

    /// The buffers of a step: the stream, two normed copies of it and an update, queries with keys and values, what
    /// attention gives, and the inside of the feed-forward block; then logits.
    private static long work(ModelOutline outline, Dimensions sizes) {
        // Families without a gate store one matrix in front of the activation, the others two, or one of both.
        boolean isGated = outline.tensors().stream()
                .anyMatch(tensor -> tensor.pattern().contains("ffn_gate")
                        || (tensor.pattern().contains("ffn_up")
                                && tensor.shape().rows() == 2L * sizes.ffn()));
        long expanded = (isGated ? 2L : 1L) * sizes.ffn();
        long encoded = (long) ENCODED_FORMS * Math.max(sizes.ffn(), sizes.hidden());
        long row = 3L * sizes.hidden() + sizes.qkvWidth() + sizes.queryWidth() + expanded + encoded;
        return Float.BYTES * (Decoder.ROWS_MAX * row + (long) LOGIT_ROWS * sizes.vocab());
    }
}
