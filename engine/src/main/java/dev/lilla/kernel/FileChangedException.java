package dev.lilla.kernel;

/// A file was shortened while a model lay in it, so what was computed last is worth nothing.
public final class FileChangedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// What Java says of a read of mapped memory behind the end of its file.
    private static final String FAULT = "unsafe memory access operation";

    private FileChangedException(InternalError fault) {
        super(
                "the file of the model changed while it was in use: it is shorter than when it was opened. Open the"
                        + " model again; put another file in its place by renaming, never write into it.",
                fault);
    }

    /// What is to be thrown where Java could not read memory.
    static RuntimeException of(InternalError error) {
        if (String.valueOf(error.getMessage()).contains(FAULT)) {
            return new FileChangedException(error);
        }
        throw error;
    }
}
