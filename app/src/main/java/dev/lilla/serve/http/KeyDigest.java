package dev.lilla.serve.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// What a key is compared by and kept as: equal lengths whatever was presented, and nothing of the key itself.
public final class KeyDigest {
    private KeyDigest() {}

    /// The SHA-256 of a key. Keys are random, so it needs neither salt nor many rounds.
    public static byte[] of(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
