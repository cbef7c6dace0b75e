package dev.lilla.bench;

import com.github.tjake.jlama.model.AbstractModel;
import com.github.tjake.jlama.model.ModelSupport;
import com.github.tjake.jlama.safetensors.DType;
import com.github.tjake.jlama.tensor.AbstractTensor;
import com.github.tjake.jlama.tensor.KvBufferCache;
import com.github.tjake.jlama.util.PhysicalCoreExecutor;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/// Jlama on a Hugging Face directory, quantized while it loads, with its native kernels where they load.
@SuppressWarnings("rawtypes") // Jlama's own methods use its tensor type raw
final class JlamaPeer implements Peer {
    private static final int PROMPT = 8;

    private final AbstractModel model;

    /// @param type `q4` or `q8`, weights; activations are 8-bit, as Jlama recommends
    JlamaPeer(Path directory, String type, int threads) {
        PhysicalCoreExecutor.overrideThreadCount(threads);
        DType weights = switch (type.toLowerCase(Locale.ROOT)) {
            case "q4_0", "q4_k" -> DType.Q4;
            case "q8_0" -> DType.I8;
            default -> throw new IllegalArgumentException("Jlama has no type like " + type);
        };
        Path work = directory.resolve("jlama-work");
        if (!work.toFile().isDirectory() && !work.toFile().mkdir()) {
            throw new IllegalArgumentException(work + " cannot be made; Jlama writes there");
        }
        model = ModelSupport.loadModel(
                directory.toFile(), work.toFile(), DType.F32, DType.I8, Optional.of(weights), Optional.empty());
    }

    @Override
    public double prefill(int tokens) {
        try (KvBufferCache.KvBuffer cache = new KvBufferCache(model).getEphemeralKvBuffer()) {
            long start = System.nanoTime();
            model.batchForward(prompt(tokens), 0, cache).close();
            return (System.nanoTime() - start) / 1e9;
        }
    }

    @Override
    public double decode(int tokens) {
        try (KvBufferCache.KvBuffer cache = new KvBufferCache(model).getEphemeralKvBuffer();
                AbstractTensor logits = model.makeDenseTensor(model.getConfig().vocabularySize)) {
            model.batchForward(prompt(PROMPT), 0, cache).close();
            long start = System.nanoTime();
            int token = 1;
            for (int i = 0; i < tokens; i++) {
                try (AbstractTensor hidden = model.forward(token, PROMPT + i, cache, Optional.empty())) {
                    token = model.sample(hidden, 0, 0, logits);
                }
            }
            return (System.nanoTime() - start) / 1e9;
        }
    }

    private static int[] prompt(int tokens) {
        return IntStream.range(0, tokens).map(i -> 3 + i % 200).toArray();
    }

    @Override
    public void close() {
        model.close();
    }
}
