package dev.lilla.train;

import dev.lilla.model.family.ModelDescription;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Tells one model from another without reading all of it: names, types and shapes of its tensors, and the ends
/// of
/// their data.
final class ModelDigest {
    private static final long SAMPLE_BYTES = 4096;
    private static final int SHOWN_DIGITS = 16;

    private ModelDigest() {}

    static String of(ModelDescription model) {
        MessageDigest digest = sha256();
        model.tensors().forEach((name, tensor) -> {
            digest.update((name + " " + tensor.type() + " " + tensor.shape()).getBytes(StandardCharsets.UTF_8));
            long size = tensor.data().byteSize();
            long sample = Math.min(SAMPLE_BYTES, size);
            digest.update(tensor.data().asSlice(0, sample).asByteBuffer());
            digest.update(tensor.data().asSlice(size - sample, sample).asByteBuffer());
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
