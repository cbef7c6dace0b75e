package dev.lilla.grammar;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// All places a text may be at: states with the stacks beneath them, and whether the outermost rule may end here.
///
/// Equal ones of one [Configurations], which alone makes them, are the same object; what follows each byte is found
/// once.
final class Configuration {
    /// No place: the text is wrong.
    static final Configuration DEAD = new Configuration(new int[0], new Frame[0], false, 0);

    private final int[] states;
    private final @Nullable Frame[] frames;
    private final boolean complete;
    private final @Nullable Configuration[] next;
    private final int hash;

    /// @param states sorted, together with their frames
    /// @param frames null for the outermost rule
    Configuration(int[] states, @Nullable Frame[] frames, boolean complete, int classes) {
        this.states = states;
        this.frames = frames;
        this.complete = complete;
        this.next = new @Nullable Configuration[classes];
        int mixed = Boolean.hashCode(complete);
        for (int i = 0; i < states.length; i++) {
            mixed = 31 * (31 * mixed + states[i]) + Long.hashCode(frameId(i));
        }
        this.hash = mixed;
    }

    /// How many places.
    int size() {
        return states.length;
    }

    int state(int place) {
        return states[place];
    }

    @Nullable
    Frame frame(int place) {
        return frames[place];
    }

    private long frameId(int place) {
        Frame frame = frames[place];
        return frame == null ? 0 : frame.id();
    }

    /// Whether the text may end here.
    boolean isComplete() {
        return complete;
    }

    /// Whether nothing may follow.
    boolean isLast() {
        return states.length == 0;
    }

    boolean isDead() {
        return states.length == 0 && !complete;
    }

    /// The deepest stack.
    int depth() {
        int depth = 0;
        for (Frame frame : frames) {
            depth = Math.max(depth, frame == null ? 0 : frame.depth());
        }
        return depth;
    }

    /// What follows a byte of a class, if that was found before.
    @Nullable
    Configuration next(int byteClass) {
        return next[byteClass];
    }

    void next(int byteClass, Configuration configuration) {
        next[byteClass] = configuration;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Configuration theirs
                && complete == theirs.complete
                && Arrays.equals(states, theirs.states)
                && Arrays.equals(frames, theirs.frames);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
