package dev.lilla.serve.openai;

import java.time.Instant;
import java.util.UUID;

/// What all parts of an answer carry.
///
/// @param created seconds since 1970
/// @param fingerprint of the model's files
record Answer(String id, long created, String model, String fingerprint) {
    /// @param prefix of the id: `chatcmpl-`
    static Answer begin(String prefix, String model, String fingerprint) {
        String id = prefix + UUID.randomUUID().toString().replace("-", "");
        return new Answer(id, Instant.now().getEpochSecond(), model, fingerprint);
    }
}
