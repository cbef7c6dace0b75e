package dev.lilla.kernel;

/// A part of an operation's rows, `from` (inclusive) to `to`, and the memory of the worker that computes it.
record Share(int from, int to, Scratch scratch) {}
