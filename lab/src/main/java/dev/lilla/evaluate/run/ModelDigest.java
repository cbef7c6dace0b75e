package dev.lilla.evaluate.run;

import dev.lilla.model.family.ModelDescription;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/// Tells one model from another without reading all of it: names, types and shapes of its tensors, and three samples of
/// the data of each.
final class ModelDigest {
    private static final long SAMPLE_BYTES = 4096;

    private ModelDigest() {}

    static String of(ModelDescription model) {
        MessageDigest digest = Digests.sha256();
        model.tensors().forEach((name, tensor) -> {
            digest.update((name + " " + tensor.type() + " " + tensor.shape()).getBytes(StandardCharsets.UTF_8));
            long size = tensor.data().byteSize();
            long sample = Math.min(SAMPLE_BYTES, size);
            for (long offset : new long[] {0, (size - sample) / 2, size - sample}) {
                digest.update(tensor.data().asSlice(offset, sample).asByteBuffer());
            }
        });
        return HexFormat.of().formatHex(digest.digest()).substring(0, Digests.SHOWN_DIGITS);
    }
}
