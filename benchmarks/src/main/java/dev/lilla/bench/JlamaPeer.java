package dev.lilla.bench;

import com.github.tjake.jlama.model.AbstractModel;
import com.github.tjake.jlama.model.ModelSupport;
import com.github.tjake.jlama.safetensors.DType;
import com.github.tjake.jlama.safetensors.SafeTensorSupport;
import com.github.tjake.jlama.tensor.AbstractTensor;
import com.github.tjake.jlama.tensor.KvBufferCache;
import com.github.tjake.jlama.util.PhysicalCoreExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/// Jlama on a Hugging Face directory, quantized once by its own quantizer, with its native kernels where they load.
///
/// Jlama 0.8.4 takes the option to quantize while it loads, and ignores it: activations become 8-bit, weights stay as
/// they are, and the first product fails. Of weights it multiplies Q4, BF16 and F32; it has no 8-bit ones.
@SuppressWarnings("rawtypes") // Jlama's own methods use its tensor type raw
final class JlamaPeer implements Peer {
    private static final int PROMPT = 8;

    private final AbstractModel model;

    /// @param directory a Llama with `tokenizer.json` and `README.md`, both of which Jlama's quantizer copies
    /// @param type what GGUF calls the weights; see [#supports]
    JlamaPeer(Path directory, String type, int threads) throws IOException {
        PhysicalCoreExecutor.overrideThreadCount(threads);
        Path weights = switch (weights(type)
                .orElseThrow(() -> new IllegalArgumentException("Jlama has no type like " + type))) {
            case Q4 -> quantized(directory);
            default -> directory;
        };
        model = ModelSupport.loadModel(weights.toFile(), DType.F32, DType.I8);
    }

    static boolean supports(String type) {
        return weights(type).isPresent();
    }

    /// Its nearest type. Q4 is that of Q4_0: blocks of 32 with a scale, in f32.
    private static Optional<DType> weights(String type) {
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "q4_0", "q4_k", "q4_k_s", "q4_k_m" -> Optional.of(DType.Q4);
            case "bf16" -> Optional.of(DType.BF16);
            default -> Optional.empty();
        };
    }

    /// A copy beside the directory, made on first use; a broken one is never used.
    private static Path quantized(Path directory) throws IOException {
        Path source = directory.toAbsolutePath().normalize();
        Path copy = source.resolveSibling(source.getFileName() + "-jlama-q4");
        if (!Files.exists(copy)) {
            Path partial = source.resolveSibling(source.getFileName() + "-jlama-q4.partial");
            SafeTensorSupport.quantizeModel(source, DType.Q4, null, null, Optional.of(partial));
            Files.move(partial, copy);
        }
        return copy;
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
