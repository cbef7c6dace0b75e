package dev.lilla.evaluate.run;

/// Which process a figure of memory is that of.
public enum MemoryBasis {
    /// The one that evaluated the model, with all that it did before and keeps beside: an upper bound.
    SHARED_PROCESS,
    /// One that opened this model and nothing else.
    OWN_PROCESS
}
