package dev.lilla.generate;

import dev.lilla.kernel.KvType;
import dev.lilla.kernel.RotaryFrequencies;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.RotaryEmbedding;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What the keys and values in a cache block are those of, as a SHA-256.
///
/// The root covers all but the tokens: scope, model, adapters with their scales, how the cache stores, and the rotary
/// frequencies in force. Each further key covers its parent's and the tokens of its block, so equal keys mean equal
/// texts from the first token on.
///
/// @param bits0 the first eight bytes, big endian; the others follow
record BlockKey(long bits0, long bits1, long bits2, long bits3) {
    /// Begins every root: another layout of the digested bytes gets another word.
    private static final String LAYOUT = "lilla cache block 1";

    /// The key before the first token of a text.
    ///
    /// @param modelDigest tells the weights from others
    /// @param promptTokens length of the prompt, which decides some models' rotary frequencies
    static BlockKey root(
            CacheScope scope,
            String modelDigest,
            KvType type,
            List<ActiveAdapter> adapters,
            DecoderSpec spec,
            int promptTokens) {
        MessageDigest digest = sha256();
        add(digest, LAYOUT);
        add(digest, scope.label());
        add(digest, modelDigest);
        add(digest, type.name());
        add(digest, adapters.size());
        for (ActiveAdapter active : adapters) {
            add(digest, active.adapter().digest());
            add(digest, Float.floatToIntBits(active.scale()));
        }
        Set<RotaryEmbedding> embeddings = new LinkedHashSet<>();
        for (LayerSpec layer : spec.layers()) {
            switch (layer.mixer()) {
                case Attention attention -> attention.rotary().ifPresent(embeddings::add);
            }
        }
        add(digest, embeddings.size());
        embeddings.forEach(embedding -> add(digest, embedding.frequencies(promptTokens)));
        return of(digest.digest());
    }

    /// The key of the block that follows.
    BlockKey child(int[] tokens) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * Long.BYTES + tokens.length * Integer.BYTES);
        bytes.putLong(bits0).putLong(bits1).putLong(bits2).putLong(bits3);
        for (int token : tokens) {
            bytes.putInt(token);
        }
        return of(sha256().digest(bytes.array()));
    }

    private static BlockKey of(byte[] digest) {
        ByteBuffer bytes = ByteBuffer.wrap(digest);
        return new BlockKey(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    private static void add(MessageDigest digest, RotaryFrequencies frequencies) {
        add(digest, frequencies.style().name());
        add(digest, Float.floatToIntBits(frequencies.magnitude()));
        add(digest, frequencies.inverse().length);
        for (float inverse : frequencies.inverse()) {
            add(digest, Float.floatToIntBits(inverse));
        }
    }

    /// The length comes first, so that no two lists of texts have the same bytes.
    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add(digest, bytes.length);
        digest.update(bytes);
    }

    private static void add(MessageDigest digest, int number) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).flip());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
