package dev.lilla.serve.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The keys of a server. Safe for use by several threads.
public interface ApiKeys {
    /// No keys: everybody may ask.
    ApiKeys NONE = new ApiKeys() {
        @Override
        public boolean isRequired() {
            return false;
        }

        @Override
        public Optional<ApiKey> find(String presented) {
            return Optional.of(ApiKey.ANYBODY);
        }
    };

    /// Whether a request has to present a key.
    boolean isRequired();

    /// The key that `presented` is, compared in constant time.
    Optional<ApiKey> find(String presented);

    /// Keys held in memory, each with all rights; none if the list is empty.
    static ApiKeys of(List<String> secrets) {
        if (secrets.isEmpty()) {
            return NONE;
        }
        if (secrets.stream().anyMatch(secret -> secret.length() < 8)) {
            throw new IllegalArgumentException("an API key needs 8 characters or more, so that nobody guesses it");
        }
        List<byte[]> digests = secrets.stream().map(ApiKeys::digest).toList();
        return new ApiKeys() {
            @Override
            public boolean isRequired() {
                return true;
            }

            @Override
            public Optional<ApiKey> find(String presented) {
                byte[] digest = digest(presented);
                int found = -1;
                for (int i = 0; i < digests.size(); i++) {
                    if (MessageDigest.isEqual(digests.get(i), digest)) {
                        found = i;
                    }
                }
                return found < 0
                        ? Optional.empty()
                        : Optional.of(new ApiKey("key-" + (found + 1), Set.of(Access.values())));
            }
        };
    }

    /// What a key is compared by: equal lengths whatever was presented, and nothing of the key itself.
    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
