package dev.lilla.model;

import dev.lilla.kernel.Activation;

/// Keeps what a forward pass computes and then overwrites, for the backward pass to come.
interface Tape {
    /// Keeps nothing: for passes that no backward pass follows.
    Tape NONE = (moment, values) -> {};

    /// Places in a layer where something is about to be overwritten.
    enum Moment {
        /// The stream that enters the layer, `[rows, hidden]`.
        LAYER_INPUT,
        /// Queries, keys and values before their head norms, where there are some, `[rows, projection]`.
        PROJECTED,
        /// Queries, keys and values as attention takes them, `[rows, projection]`.
        ROTATED,
        /// What attention gave, `[rows, heads * headDim]`.
        ATTENDED,
        /// Its output before the post-norm, where there is one, `[rows, hidden]`.
        MIXED,
        /// The stream that enters the feed-forward block of a sequential layer, `[rows, hidden]`.
        MIDDLE,
        /// The inside of the feed-forward block before its function, `[rows, parts]`.
        EXPANDED,
        /// Its output before the post-norm, where there is one, `[rows, hidden]`.
        CONTRACTED
    }

    /// Keeps a copy of `values`.
    void keep(Moment moment, Activation values);
}
