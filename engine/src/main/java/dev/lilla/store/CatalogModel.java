package dev.lilla.store;

import java.util.List;
import java.util.Optional;

/// A model Lilla knows of without having it.
///
/// @param name short and lower-case: `tinyllama-1.1b`
/// @param title for people: `TinyLlama 1.1B Chat`
public record CatalogModel(String name, String title, CatalogOrigin origin, ModelShape shape, CatalogFacts facts) {
    /// Where `lilla pull` finds it.
    public Optional<String> hub() {
        return origin.hub();
    }

    public License license() {
        return facts.license();
    }

    public Languages languages() {
        return facts.languages();
    }

    public List<PublishedScore> scores() {
        return facts.scores();
    }

    /// What it is called on the hub, or here where it is not on one.
    public String address() {
        return hub().orElse(name);
    }

    /// The same model in another shape.
    public CatalogModel withShape(ModelShape value) {
        return new CatalogModel(name, title, origin, value, facts);
    }
}
