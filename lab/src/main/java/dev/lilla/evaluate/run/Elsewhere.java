package dev.lilla.evaluate.run;

/// Where a model answers that is not on this machine.
///
/// @param name of its entry in price files
/// @param host that gets the texts
public record Elsewhere(String name, String host) {}
