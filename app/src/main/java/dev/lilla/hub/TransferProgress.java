package dev.lilla.hub;

/// Is told how a transfer goes.
public interface TransferProgress {
    /// Tells nobody.
    TransferProgress SILENT = new TransferProgress() {
        @Override
        public void started(String what, long bytes) {}

        @Override
        public void reached(long bytes) {}

        @Override
        public void finished() {}
    };

    /// A file of `bytes` bytes begins.
    void started(String what, long bytes);

    /// So many of its bytes are there now; fewer than before, if it had to start over.
    void reached(long bytes);

    /// It is complete.
    void finished();
}
