package dev.lilla.serve.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Asks a server on this machine the way a client does, without the classes of one: for what Lilla asks of itself when
/// it starts.
public final class LoopbackPost {
    private LoopbackPost() {}

    /// Sends one request on a connection of its own, and waits until the server has ended it.
    ///
    /// @param json the body
    /// @return the reply as it came, head and body; empty if the server closed without one
    public static String send(int port, String path, String json) throws IOException {
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        String request = "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " + length
                + "\r\n\r\n" + json;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
