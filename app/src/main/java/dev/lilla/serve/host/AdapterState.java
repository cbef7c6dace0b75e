package dev.lilla.serve.host;

/// An adapter of a running model.
///
/// @param id by which requests choose it; never given again
/// @param source where it came from, for people
/// @param standing scale for texts that choose no adapter
public record AdapterState(int id, String name, String source, float standing) {}
