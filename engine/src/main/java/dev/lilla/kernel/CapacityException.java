package dev.lilla.kernel;

/// There is not enough of something that can run out: memory, cache blocks, places in a queue.
public final class CapacityException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CapacityException(String message) {
        super(message);
    }
}
