package dev.lilla.search;

import dev.lilla.decision.Variant;

/// Hears how far a search is.
public interface Watcher {
    /// Parts of a search, in their order.
    enum Stage {
        /// Models elsewhere on test examples, before anything else, so that a missing key does not wait for a
        /// search.
        ELSEWHERE,
        /// Models as they were found, and tuned.
        MODELS,
        /// The best with parts cut out.
        CUT,
        /// The best in fewer bits.
        QUANTIZED,
        /// The finalists on test examples.
        TEST
    }

    /// A new part of the search begins.
    void stage(Stage stage);

    /// A piece of work goes on.
    ///
    /// @param what is done, to which variant
    /// @param done of `total`, in whatever is counted
    void progress(String what, long done, long total);

    /// A variant was tuned.
    ///
    /// @param how how often it saw the examples, and how many steps were planned for that
    void tuned(String what, String how);

    /// A variant was evaluated on examples.
    ///
    /// @param quality 0 to 1
    /// @param examples how many it has been evaluated on so far
    void evaluated(Variant variant, double quality, int examples);

    /// Something was left out, or will not be as asked.
    void noted(String note);
}
