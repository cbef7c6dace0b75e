package dev.lilla.serve.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.webserver.CloseConnectionException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// The reading side of one connection: it notices a client that leaves while its answer is made, and one that sends a
/// request too slowly.
///
/// All reading goes through [#read], on the connection's thread. While an answer is made nobody reads, so [#watch]
/// lets a virtual thread do so: the end of the stream means that the client has left, and what else it sends is kept
/// for the next request. Owned by the connection's thread.
public final class ClientConnection {
    private final DataReader upstream;
    private final Duration requestTime;
    private @Nullable Watch watch;
    private long requestBegan;
    private boolean inRequest;

    /// @param requestTime the most time from a request's first byte to its last
    ClientConnection(DataReader upstream, Duration requestTime) {
        this.upstream = upstream;
        this.requestTime = requestTime;
    }

    /// The next bytes that the client sends.
    ///
    /// @return null at the end of the stream
    byte @Nullable [] read() {
        byte[] bytes = watch == null ? readNow() : watched(watch);
        watch = null;
        long now = System.nanoTime();
        if (!inRequest) {
            inRequest = true;
            requestBegan = now;
        } else if (now - requestBegan > requestTime.toNanos()) {
            throw new CloseConnectionException("a request took longer than " + requestTime + " to arrive");
        }
        return bytes;
    }

    private byte @Nullable [] readNow() {
        try {
            upstream.ensureAvailable();
            return upstream.readBytes(upstream.available());
        } catch (DataReader.InsufficientDataAvailableException e) {
            return null;
        }
    }

    private static byte @Nullable [] watched(Watch watch) {
        watch.isWanted = true;
        try {
            return watch.task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CloseConnectionException("the server stops", e);
        } catch (ExecutionException e) {
            throw new CloseConnectionException("the client has left", e);
        }
    }

    /// Takes note that a request has arrived whole.
    void received() {
        inRequest = false;
    }

    /// Calls `left`, on another thread, if the client leaves before it sends its next request.
    ///
    /// To be called once the request has been read whole.
    public void watch(Runnable left) {
        if (watch != null) {
            watch.left = left;
            if (watch.isGone) {
                left.run();
            }
            return;
        }
        watch = new Watch(left);
        Thread.ofVirtual().name("lilla-client-watch").start(watch.task);
    }

    /// Ends the work for a client that has left, as far as [#watch] knows.
    public void requirePresent() {
        if (watch != null && watch.isGone) {
            throw new CloseConnectionException("the client has left");
        }
    }

    private final class Watch {
        private final FutureTask<byte @Nullable []> task = new FutureTask<>(this::run);
        private volatile Runnable left;
        private volatile boolean isWanted;
        private volatile boolean isGone;

        Watch(Runnable left) {
            this.left = left;
        }

        private byte @Nullable [] run() {
            try {
                byte[] bytes = readPatiently();
                if (bytes == null) {
                    leave();
                }
                return bytes;
            } catch (RuntimeException e) {
                leave();
                throw e;
            }
        }

        private void leave() {
            isGone = true;
            left.run();
        }

        private byte @Nullable [] readPatiently() {
            while (true) {
                try {
                    return readNow();
                } catch (RuntimeException e) {
                    // The socket's read timeout is for requests; an answer may take as long as it takes.
                    if (isWanted || !isTimeout(e)) {
                        throw e;
                    }
                }
            }
        }

        private static boolean isTimeout(Throwable failure) {
            for (Throwable e = failure; e != null; e = e.getCause()) {
                if (e instanceof SocketTimeoutException) {
                    return true;
                }
            }
            return false;
        }
    }
}
