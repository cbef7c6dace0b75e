package dev.lilla.kernel;

/// Where the matrices of a model are while they serve.
public enum WeightMemory {
    /// In memory of this process, laid out for its kernels: the fastest, after a second for each GiB.
    PACKED,
    /// In their file, which the system shares between processes and drops when memory is short: at once, but each
    /// product takes longer. The file must not be shortened: machine code that reads behind its end takes
    /// the program down with it.
    MAPPED
}
