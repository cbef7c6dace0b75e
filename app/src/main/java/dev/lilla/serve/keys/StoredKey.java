package dev.lilla.serve.keys;

import java.time.Instant;
import java.util.Optional;

/// A key as it is kept.
///
/// @param digest its SHA-256; the key itself is nowhere
/// @param lastUsed to within a few seconds
/// @param revoked since when it opens nothing
public record StoredKey(
        long id,
        KeyTerms terms,
        byte[] digest,
        Instant created,
        Optional<Instant> lastUsed,
        Optional<Instant> revoked) {}
