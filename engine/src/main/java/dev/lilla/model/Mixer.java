package dev.lilla.model;

/// What lets tokens see each other. A new kind is a new permitted record with its forward, backward and cache state.
public sealed interface Mixer permits Attention {}
