package dev.lilla.serve.ollama;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lilla.serve.host.IdentityDigest;
import dev.lilla.serve.host.ModelEntry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A model in a list.
///
/// @param modifiedAt when its files were written; absent from the list of those in memory
/// @param digest changes when the model's files do
/// @param expiresAt when a model in memory is let go
/// @param sizeVram bytes in the memory of a graphics card
@JsonInclude(JsonInclude.Include.NON_NULL)
record ListedModel(
        String name,
        String model,
        @Nullable String modifiedAt,
        long size,
        String digest,
        OllamaDetails details,
        @Nullable String expiresAt,
        @Nullable Long sizeVram,
        @Nullable Integer contextLength) {
    /// For models that no time lets go; clients want one.
    private static final int STAYS_DAYS = 36_500;

    static ListedModel of(ModelEntry entry) {
        String name = OllamaName.of(entry);
        return new ListedModel(
                name,
                name,
                entry.created().toString(),
                entry.bytes(),
                digest(entry),
                OllamaDetails.of(entry),
                null,
                null,
                null);
    }

    /// @param expiry when it is let go; empty if no time will do that
    static ListedModel loaded(ModelEntry entry, Optional<Instant> expiry) {
        String name = OllamaName.of(entry);
        return new ListedModel(
                name,
                name,
                null,
                entry.bytes(),
                digest(entry),
                OllamaDetails.of(entry),
                expiry.orElseGet(() -> Instant.now().plus(STAYS_DAYS, ChronoUnit.DAYS))
                        .toString(),
                0L,
                entry.contextTokens());
    }

    private static String digest(ModelEntry entry) {
        return IdentityDigest.of(entry.name() + "\n" + entry.bytes() + "\n" + entry.created());
    }
}
