package dev.lilla.cli;

import dev.lilla.serve.http.LoopbackPost;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lilla rehearse`: what most starts have in common, once, for the start-up cache that the launcher
/// lets Java write meanwhile: an answer of the small demo model. Commands that stay have a cache of
/// their own, with all kernels, the server and many requests in it: it is twice as large and takes 0.1
/// s longer to begin with.
@Command(
        name = "rehearse",
        hidden = true,
        description = "Goes through what most starts have in common, silently, so that Java can note it down.")
final class RehearseCommand implements Callable<Integer> {
    private static final int TRIES = 200;
    private static final int PAUSE_MILLIS = 50;
    private static final int REQUESTS = 600;
    private static final String QUESTION =
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"max_tokens\":8}";

    @Option(names = "--server", description = "All kernels and the server as well.")
    private boolean hasServer;

    private final Console silent;

    RehearseCommand(Console console) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        this.silent = new Console(
                InputStream.nullInputStream(), nowhere, nowhere, console.environment(), Console.Terminals.NONE);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Lilla.run(silent, "run", DemoModel.NAME, "Hello", "--max-tokens", "16");
        if (hasServer) {
            Lilla.run(silent, "doctor", "--json");
            serve();
        }
        return 0;
    }

    private void serve() throws IOException, InterruptedException {
        int port = freePort();
        Thread.ofPlatform()
                .daemon()
                .name("rehearsed server")
                .start(() -> Lilla.run(silent, "serve", DemoModel.NAME, "--port", Integer.toString(port)));
        for (int i = 0; i < TRIES; i++) {
            if (answers(port)) {
                askOften(port);
                return;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /// Until Java has noted down what is worth compiling first.
    private static void askOften(int port) {
        int asked = 0;
        while (asked < REQUESTS && answers(port)) {
            asked++;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean answers(int port) {
        try {
            LoopbackPost.send(port, "/v1/chat/completions", QUESTION);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
