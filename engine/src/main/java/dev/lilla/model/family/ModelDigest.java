package dev.lilla.model.family;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Tells one model from another without reading all of it: names, types and shapes of its tensors, and samples of their
/// data.
public final class ModelDigest {
    private static final long SAMPLE_BYTES = 4096;

    /// 64 bits: enough to tell apart what one person ever has.
    private static final int SHOWN_DIGITS = 16;

    private ModelDigest() {}

    /// The first 16 hexadecimal digits of a SHA-256.
    ///
    /// @param samples of each tensor, at least 2: its ends, and others between them at equal distances
    public static String of(ModelDescription model, int samples) {
        MessageDigest digest = sha256();
        model.tensors().forEach((name, tensor) -> {
            digest.update((name + " " + tensor.type() + " " + tensor.shape()).getBytes(StandardCharsets.UTF_8));
            long size = tensor.data().byteSize();
            long sample = Math.min(SAMPLE_BYTES, size);
            for (int i = 0; i < samples; i++) {
                long offset = (size - sample) * i / (samples - 1);
                digest.update(tensor.data().asSlice(offset, sample).asByteBuffer());
            }
        });
        return HexFormat.of().formatHex(digest.digest()).substring(0, SHOWN_DIGITS);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
