package dev.lilla.grammar;

/// Counts what compiling a grammar costs, and ends it where that is too much.
final class CompileWork {
    private long left = GrammarLimits.COMPILE_WORK_MAX;

    /// @throws GrammarException if the grammar is too expensive
    void add(long steps) {
        left -= steps;
        if (left < 0) {
            throw new GrammarException("the grammar is too expensive to compile: alternatives that begin alike are "
                    + "repeated too often. Make repetitions shorter, or let alternatives begin differently.");
        }
    }
}
