package dev.lilla.serve.ollama;

import dev.lilla.hub.HubOptions;
import dev.lilla.store.ModelStore;

/// Where models are kept, and where they come from.
///
/// @param store of this machine
/// @param hub from which it is filled
public record ModelLibrary(ModelStore store, HubOptions hub) {}
