package dev.lilla.serve;

import dev.lilla.generate.SchedulerStatus;
import dev.lilla.serve.host.Pause;
import java.io.IOException;
import java.net.Socket;

/// A text that a client waits for, with the model standing still in the middle of it.
///
/// @param socket the client's
/// @param pause what keeps the model from going on
record Unfinished(Socket socket, Pause pause) implements AutoCloseable {
    private static final int ATTEMPTS = 200;

    /// Asks a model that has nothing else to do. The whole text may be written before anybody sees it begin, so it is
    /// asked for until it is met half-way.
    ///
    /// @param request for one text, as bytes on the wire
    static Unfinished ask(TestServer server, String request) throws IOException, InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long before = server.model().status().writtenTokens();
            Socket socket = server.raw(request);
            awaitBegin(server, before);
            Pause pause = Pause.of(server.model());
            if (server.model().status().running() == 1) {
                return new Unfinished(socket, pause);
            }
            pause.close();
            socket.close();
        }
        throw new AssertionError(
                "every text was over before it was met: " + server.model().status());
    }

    private static void awaitBegin(TestServer server, long before) throws InterruptedException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (server.model().status().writtenTokens() == before) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "no token was written: " + server.model().status());
            }
            Thread.sleep(0, 100_000);
        }
    }

    /// Waits until the model has nothing to do.
    static SchedulerStatus awaitIdle(TestServer server) throws InterruptedException {
        for (int i = 0; i < 6000; i++) {
            SchedulerStatus status = server.model().status();
            if (status.running() == 0 && status.waiting() == 0 && status.steps() > 0) {
                return status;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("still busy: " + server.model().status());
    }

    @Override
    public void close() throws IOException {
        pause.close();
        socket.close();
    }
}
