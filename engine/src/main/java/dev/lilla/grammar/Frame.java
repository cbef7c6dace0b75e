package dev.lilla.grammar;

import org.jspecify.annotations.Nullable;

/// Where to go on when a rule ends: a link of the stack. Equal ones of one [Configurations] are the same object.
final class Frame {
    private final int returnState;
    private final @Nullable Frame parent;
    private final int depth;
    private final long id;
    private @Nullable Configuration popped;

    /// @param parent the frame of the calling rule; null if that is the outermost one
    /// @param id orders frames
    Frame(int returnState, @Nullable Frame parent, long id) {
        this.returnState = returnState;
        this.parent = parent;
        this.depth = parent == null ? 1 : parent.depth + 1;
        this.id = id;
    }

    int returnState() {
        return returnState;
    }

    @Nullable
    Frame parent() {
        return parent;
    }

    /// Rules that are open beneath.
    int depth() {
        return depth;
    }

    long id() {
        return id;
    }

    /// The places a text is at when the rule above has ended, if they were asked for before.
    @Nullable
    Configuration popped() {
        return popped;
    }

    void popped(Configuration configuration) {
        popped = configuration;
    }
}
