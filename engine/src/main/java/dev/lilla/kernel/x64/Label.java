package dev.lilla.kernel.x64;

/// A place in the code of one [Assembler], known before or after it is used.
public final class Label {
    static final int UNBOUND = -1;

    private int position = UNBOUND;

    int position() {
        return position;
    }

    boolean isBound() {
        return position != UNBOUND;
    }

    void bind(int at) {
        if (isBound()) {
            throw new IllegalStateException("a label is bound twice, at " + position + " and " + at);
        }
        position = at;
    }
}
