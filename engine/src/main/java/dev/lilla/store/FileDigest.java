package dev.lilla.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/// Checksums of files.
public final class FileDigest {
    /// Large enough to keep a disk busy, small enough to report progress often.
    private static final int BUFFER_BYTES = 1 << 20;

    private FileDigest() {}

    /// SHA-256 of a file in lower-case hexadecimal.
    ///
    /// @param progress told how many bytes were read since it was told last
    public static String sha256(Path file, LongConsumer progress) throws IOException {
        MessageDigest digest = algorithm("SHA-256");
        try (InputStream in = Files.newInputStream(file)) {
            feed(in, digest, OutputStream.nullOutputStream(), progress);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// What git calls a file's content: SHA-1 of `blob SIZE\0` and the bytes.
    public static String gitBlobSha1(Path file) throws IOException {
        MessageDigest digest = algorithm("SHA-1");
        digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        try (InputStream in = Files.newInputStream(file)) {
            feed(in, digest, OutputStream.nullOutputStream(), _ -> {});
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// Copies a file and returns the SHA-256 of what was copied.
    static String copy(Path from, Path to, LongConsumer progress) throws IOException {
        MessageDigest digest = algorithm("SHA-256");
        try (InputStream in = Files.newInputStream(from);
                OutputStream out = Files.newOutputStream(to)) {
            feed(in, digest, out, progress);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void feed(InputStream in, MessageDigest digest, OutputStream out, LongConsumer progress)
            throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            digest.update(buffer, 0, read);
            out.write(buffer, 0, read);
            progress.accept(read);
        }
    }

    private static MessageDigest algorithm(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + name, e);
        }
    }
}
