package dev.lilla.hub;

import dev.lilla.store.FileDigest;
import dev.lilla.store.ModelName;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Brings one file here, in as many pieces as it takes, and checks that it is the one the listing promised.
final class Download {
    private static final int BUFFER_BYTES = 1 << 18;
    private static final Duration PAUSE_MAX = Duration.ofSeconds(60);
    private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-\\d+/(\\d+|\\*)");

    private final HubClient client;
    private final ModelName repository;
    private final TransferProgress progress;

    Download(HubClient client, ModelName repository, TransferProgress progress) {
        this.client = client;
        this.repository = repository;
        this.progress = progress;
    }

    /// The connection was lost or the hub is busy: what has come so far is kept, and the rest may be asked for again.
    private static final class Lost extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Duration wait;

        Lost(String message, Duration wait, @Nullable Throwable cause) {
            super(message, cause);
            this.wait = wait;
        }
    }

    /// Fetches `file` into `partial`, which may hold its first bytes already.
    ///
    /// @throws HubException if it cannot be had, or is not what the listing promised; then `partial` is gone
    /// @throws InterruptedException if the thread was interrupted; `partial` keeps what had come
    void fetch(HubFile file, URI address, Path partial) throws IOException, InterruptedException {
        progress.started(file.path(), file.bytes());
        boolean resumed = Files.exists(partial) && Files.size(partial) > 0;
        transferAll(file, address, partial);
        if (!isIntact(file, partial)) {
            Files.delete(partial);
            if (resumed) {
                transferAll(file, address, partial);
            }
            if (!resumed || !isIntact(file, partial)) {
                Files.deleteIfExists(partial);
                throw new HubException(repository + ": " + file.path() + " arrived with another checksum than the hub "
                        + "announced (" + file.contentId() + "). It was thrown away; try again later");
            }
        }
        progress.finished();
    }

    private void transferAll(HubFile file, URI address, Path partial) throws IOException, InterruptedException {
        Duration pause = client.options().firstPause();
        int fruitless = 0;
        while (true) {
            long before = Files.exists(partial) ? Files.size(partial) : 0;
            if (before == file.bytes() && Files.exists(partial)) {
                return;
            }
            try {
                transfer(file, address, partial, before < file.bytes() ? before : 0);
            } catch (Lost lost) {
                boolean gained = Files.exists(partial) && Files.size(partial) > before;
                fruitless = gained ? 0 : fruitless + 1;
                if (fruitless >= client.options().attempts()) {
                    throw new HubException(
                            repository + ": " + file.path() + " did not come in " + fruitless + " tries: "
                                    + lost.getMessage() + ". What has come is kept; try again later",
                            lost);
                }
                pause = gained ? client.options().firstPause() : min(pause.multipliedBy(2), PAUSE_MAX);
                Thread.sleep(min(lost.wait.compareTo(pause) > 0 ? lost.wait : pause, PAUSE_MAX));
            }
        }
    }

    /// One request: appends what comes to `partial`.
    private void transfer(HubFile file, URI address, Path partial, long from)
            throws IOException, InterruptedException, Lost {
        HttpResponse<InputStream> response;
        try {
            response = client.open(address, from);
        } catch (IOException e) {
            throw new Lost("no connection (" + e.getMessage() + ")", Duration.ZERO, e);
        }
        try (InputStream body = response.body();
                FileChannel out = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long start = start(response, file, from);
            out.truncate(start).position(start);
            append(body, out, file);
        }
    }

    /// The first byte that a response brings.
    private long start(HttpResponse<InputStream> response, HubFile file, long from) throws Lost {
        int status = response.statusCode();
        if (Refusals.isTransient(status)) {
            throw new Lost("the hub answered with status " + status, retryAfter(response), null);
        }
        long announced = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        if (status == 416) {
            return 0;
        }
        if (status == 206) {
            Matcher range =
                    RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
            if (range.matches() && Long.parseLong(range.group(1)) == from) {
                checkSize(file, range.group(2).equals("*") ? file.bytes() : Long.parseLong(range.group(2)));
                return from;
            }
            throw new HubException(
                    repository + ": the hub sends another part of " + file.path() + " than was asked for");
        }
        if (status != 200) {
            throw Refusals.of(response, repository, client.options());
        }
        checkSize(file, announced < 0 ? file.bytes() : announced);
        return 0;
    }

    private void checkSize(HubFile file, long offered) {
        if (offered != file.bytes()) {
            throw new HubException(repository + ": " + file.path() + " has " + file.bytes()
                    + " bytes in the listing, but the hub offers " + offered + ". Try again later");
        }
    }

    /// Copies until the file is complete, the connection ends or nothing comes for too long.
    private void append(InputStream body, FileChannel out, HubFile file)
            throws IOException, InterruptedException, Lost {
        AtomicLong lastByte = new AtomicLong(System.nanoTime());
        Thread watch = Thread.ofVirtual().start(() -> closeWhenStalled(body, lastByte));
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            while (true) {
                int read = readOrLose(body, buffer);
                if (read < 0) {
                    break;
                }
                lastByte.set(System.nanoTime());
                if (out.position() + read > file.bytes()) {
                    out.truncate(0);
                    throw new HubException(repository + ": the hub sends more than the " + file.bytes() + " bytes that "
                            + file.path() + " has in the listing");
                }
                write(out, buffer, read);
                progress.reached(out.position());
            }
        } finally {
            watch.interrupt();
        }
        if (out.position() < file.bytes()) {
            throw new Lost("the connection ended early", Duration.ZERO, null);
        }
    }

    private static int readOrLose(InputStream body, byte[] buffer) throws InterruptedException, Lost {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try {
            return body.read(buffer);
        } catch (IOException e) {
            if (Thread.interrupted() || e.getCause() instanceof InterruptedException) {
                throw new InterruptedException();
            }
            throw new Lost("the connection was lost", Duration.ZERO, e);
        }
    }

    private static void write(FileChannel out, byte[] bytes, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }

    private void closeWhenStalled(InputStream body, AtomicLong lastByte) {
        long stallNanos = client.options().stall().toNanos();
        try {
            while (System.nanoTime() - lastByte.get() < stallNanos) {
                Thread.sleep(Math.max(stallNanos / 10, 1_000_000) / 1_000_000);
            }
            body.close();
        } catch (InterruptedException e) {
            // The transfer has ended.
        } catch (IOException e) {
            // It is closed, which is what was wanted.
        }
    }

    private static boolean isIntact(HubFile file, Path partial) throws IOException {
        String digest = file.sha256() == null ? FileDigest.gitBlobSha1(partial) : FileDigest.sha256(partial, _ -> {});
        return digest.equals(file.contentId());
    }

    private static Duration retryAfter(HttpResponse<InputStream> response) {
        String seconds = response.headers().firstValue("Retry-After").orElse("");
        return seconds.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(seconds)) : Duration.ZERO;
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
