package dev.lilla.project;

/// A model, or one of its types, that a filter took out.
///
/// @param name of the model, with the type where only that is out
/// @param filter `license`, `language`, `context`, `disk`, `memory`, `excluded`, `demonstration` or `unknown`
/// @param reason in words: what was found, what was allowed
public record RejectedModel(String name, String filter, String reason) {}
