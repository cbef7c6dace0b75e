package dev.lilla.serve.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/// A body that the client gets piece by piece, each at once.
///
/// Writing blocks while the client does not read; whoever writes must be a virtual thread.
final class ClientStream implements AutoCloseable {
    private final OutputStream out;

    ClientStream(ServerResponse response, String mediaType) {
        response.header(HeaderNames.CONTENT_TYPE, mediaType);
        response.header(HeaderNames.CACHE_CONTROL, "no-cache");
        // Proxies of nginx's kind would otherwise hold pieces back to fill a buffer.
        response.header("X-Accel-Buffering", "no");
        this.out = response.outputStream();
    }

    void write(byte[]... parts) {
        try {
            for (byte[] part : parts) {
                out.write(part);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
