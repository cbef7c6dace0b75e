package dev.lilla.store;

import java.util.List;

/// What is known of a model beside its shape.
///
/// @param scores published ones, with their protocols
/// @param sources where the facts were read
public record CatalogFacts(License license, Languages languages, List<PublishedScore> scores, List<String> sources) {
    public CatalogFacts {
        scores = List.copyOf(scores);
        sources = List.copyOf(sources);
    }
}
