package dev.lilla.serve.http;

import java.security.MessageDigest;
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

    /// Lets a request of a key in, and counts it.
    ///
    /// @throws HttpFailure 429 if the key has used up what it may ask for
    default void admit(ApiKey key) {}

    /// Takes note of what a key has used.
    default void used(ApiKey key, AnswerUsage usage) {}

    /// All the keys that any of `sources` has; their ids differ.
    static ApiKeys all(List<ApiKeys> sources) {
        List<ApiKeys> required = sources.stream().filter(ApiKeys::isRequired).toList();
        return switch (required.size()) {
            case 0 -> NONE;
            case 1 -> required.getFirst();
            default -> new JoinedKeys(required);
        };
    }

    /// Keys held in memory, each with all rights; none if the list is empty.
    static ApiKeys of(List<String> secrets) {
        if (secrets.isEmpty()) {
            return NONE;
        }
        if (secrets.stream().anyMatch(secret -> secret.length() < 8)) {
            throw new IllegalArgumentException("an API key needs 8 characters or more, so that nobody guesses it");
        }
        List<byte[]> digests = secrets.stream().map(KeyDigest::of).toList();
        return new ApiKeys() {
            @Override
            public boolean isRequired() {
                return true;
            }

            @Override
            public Optional<ApiKey> find(String presented) {
                byte[] digest = KeyDigest.of(presented);
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
}
