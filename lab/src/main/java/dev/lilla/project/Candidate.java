package dev.lilla.project;

import dev.lilla.optimize.ConversionType;
import dev.lilla.store.CatalogModel;
import java.time.Duration;

/// A variant that passed the filters: a model in a type, what it takes, and how it ranks.
///
/// @param latency of a request that 95 % are no longer than, with such an answer
/// @param meetsLatency whether that is within the goal
public record Candidate(
        CatalogModel model,
        ConversionType type,
        long diskBytes,
        MemoryPrediction memory,
        Speed speed,
        Duration latency,
        boolean meetsLatency,
        CandidateScore score) {
    /// As lists name it: `qwen3-0.6b q4_k_m`.
    public String label() {
        return model.name() + " " + type.label();
    }
}
