package dev.lilla.model;

import dev.lilla.kernel.Activation;

/// Keeps what a forward pass computes, for the backward pass to come.
interface Tape {
    /// Keeps nothing: for passes that no backward pass follows.
    Tape NONE = new Tape() {
        @Override
        public void keep(Moment moment, Activation values) {}

        @Override
        public Activation place(Moment moment, Activation buffer) {
            return buffer;
        }
    };

    /// Places in a layer where something is needed on the way back.
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

    /// Keeps a copy of `values`, which are about to be overwritten.
    void keep(Moment moment, Activation values);

    /// Where to compute what is kept without a copy, since nothing overwrites it: memory of the tape, of the shape of
    /// `buffer`, or `buffer` itself where nothing is kept.
    Activation place(Moment moment, Activation buffer);
}
