package dev.lilla.serve.host;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Tells things apart by what they are called and where they come from; reading a whole model for it takes minutes.
public final class IdentityDigest {
    private IdentityDigest() {}

    /// SHA-256 of a text, as 64 hexadecimal digits.
    public static String of(String identity) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
