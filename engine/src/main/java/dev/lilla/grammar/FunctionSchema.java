package dev.lilla.grammar;

/// A function that a text may call.
///
/// @param arguments a JSON schema of an object
public record FunctionSchema(String name, String arguments) {}
