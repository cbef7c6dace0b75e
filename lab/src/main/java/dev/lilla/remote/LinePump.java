package dev.lilla.remote;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// Reads lines on a thread of its own, so that whoever wants them can stop waiting.
final class LinePump implements AutoCloseable {
    /// An event of a stream has a few hundred bytes.
    static final int LINE_BYTES_MAX = 1 << 20;

    static final int ALL_BYTES_MAX = 32 << 20;
    private static final int AHEAD = 64;

    private final InputStream body;
    private final BlockingQueue<Piece> queue = new ArrayBlockingQueue<>(AHEAD);
    private final Thread thread;

    /// What was read.
    sealed interface Piece {
        /// Without its end.
        record Line(String text) implements Piece {}

        record End() implements Piece {}

        record Broken(IOException cause) implements Piece {}

        /// More than the limits of a line or of all lines.
        record TooLong(int bytesMax) implements Piece {}
    }

    private LinePump(InputStream body) {
        this.body = body;
        this.thread = Thread.ofVirtual().name("lines").unstarted(this::pump);
    }

    /// @param body closed with this
    static LinePump start(InputStream body) {
        LinePump pump = new LinePump(body);
        pump.thread.start();
        return pump;
    }

    /// The next piece, if it comes in time. Nothing follows on another piece than a line.
    Optional<Piece> next(Duration most) throws InterruptedException {
        return Optional.ofNullable(queue.poll(most.toNanos(), TimeUnit.NANOSECONDS));
    }

    private void pump() {
        try {
            queue.put(lines());
        } catch (InterruptedException e) {
            // Nobody waits for more.
        }
    }

    /// @return why nothing follows
    private Piece lines() throws InterruptedException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int all = 0;
        try (InputStream in = new BufferedInputStream(body)) {
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (++all > ALL_BYTES_MAX) {
                    return new Piece.TooLong(ALL_BYTES_MAX);
                }
                if (b == '\n') {
                    queue.put(new Piece.Line(text(line)));
                    line.reset();
                } else if (line.size() == LINE_BYTES_MAX) {
                    return new Piece.TooLong(LINE_BYTES_MAX);
                } else {
                    line.write(b);
                }
            }
            if (line.size() > 0) {
                queue.put(new Piece.Line(text(line)));
            }
            return new Piece.End();
        } catch (IOException e) {
            return new Piece.Broken(e);
        }
    }

    private static String text(ByteArrayOutputStream line) {
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            body.close();
        } catch (IOException e) {
            // It is not wanted anymore.
        }
    }
}
