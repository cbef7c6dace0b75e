package dev.lilla.serve.ollama;

import dev.lilla.hub.TransferProgress;
import dev.lilla.serve.http.ClientConnection;
import java.util.function.Consumer;

/// Tells a client how far a download is, and ends it if the client has left. Owned by the thread that downloads.
final class PullProgress implements TransferProgress {
    /// Often enough for a moving bar; each line is a packet.
    private static final long PAUSE_NANOS = 200_000_000;

    private final ClientConnection client;
    private final Consumer<Object> lines;
    private String file = "";
    private long total;
    private long toldAt;

    PullProgress(ClientConnection client, Consumer<Object> lines) {
        this.client = client;
        this.lines = lines;
    }

    /// @param digest tells the bars of files apart: here the file's name
    /// @param completed bytes that are there
    record Line(String status, String digest, long total, long completed) {}

    @Override
    public void started(String what, long bytes) {
        file = what;
        total = bytes;
        tell(0);
    }

    @Override
    public void reached(long bytes) {
        client.requirePresent();
        if (System.nanoTime() - toldAt >= PAUSE_NANOS) {
            tell(bytes);
        }
    }

    @Override
    public void finished() {
        tell(total);
    }

    private void tell(long bytes) {
        toldAt = System.nanoTime();
        lines.accept(new Line("pulling " + file, file, total, bytes));
    }
}
