package dev.lilla.train;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.Locale;

/// Digests that tell whether two things are the same.
final class Fingerprint {
    private Fingerprint() {}

    /// Of an example's words: equal for examples that differ only in case, white space and forms of the same
    /// characters (Unicode's NFKC).
    static String of(Example example) {
        String normal = Normalizer.normalize(example.words(), Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replaceAll("\\s+", " ")
                .strip();
        return hex(sha256().digest(normal.getBytes(StandardCharsets.UTF_8)));
    }

    /// Of tokens and weights, in order.
    static String of(Iterable<EncodedExample> examples) {
        MessageDigest digest = sha256();
        for (EncodedExample example : examples) {
            ByteBuffer bytes = ByteBuffer.allocate(4 + 8 * example.length());
            bytes.putInt(example.length());
            for (int i = 0; i < example.length(); i++) {
                bytes.putInt(example.tokens()[i]).putFloat(example.weights()[i]);
            }
            digest.update(bytes.array());
        }
        return hex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }
}
