package dev.lilla.search;

import dev.lilla.decision.Variant;

/// Hears how far a search is.
public interface Watcher {
    /// A new part of the search begins.
    ///
    /// @param title what it does, for people
    void stage(String title);

    /// A piece of work goes on.
    ///
    /// @param what is done, to which variant
    /// @param done of `total`, in whatever is counted
    void progress(String what, long done, long total);

    /// A variant was evaluated on examples.
    ///
    /// @param quality 0 to 1
    /// @param examples how many it has been evaluated on so far
    void evaluated(Variant variant, double quality, int examples);

    /// Something was left out, or will not be as asked.
    void noted(String note);
}
