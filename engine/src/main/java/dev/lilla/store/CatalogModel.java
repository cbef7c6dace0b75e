package dev.lilla.store;

/// A model Lilla knows of without having it.
///
/// @param name short and lower-case: `tinyllama-1.1b`
/// @param title for people: `TinyLlama 1.1B Chat`
/// @param hub where `lilla pull` finds it: `owner/name`
/// @param license as its publisher names it; read the text before using the model
public record CatalogModel(String name, String title, String hub, String license, ModelShape shape) {}
