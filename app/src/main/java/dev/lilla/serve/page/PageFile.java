package dev.lilla.serve.page;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/// A file as browsers get it.
///
/// @param name below the folder of the page: `app.js`, `lib/lit-html/lit-html.js`
/// @param mediaType of the content, with its character set
/// @param plain the content
/// @param compressed the same by gzip
record PageFile(String name, String mediaType, byte[] plain, byte[] compressed) {
    static PageFile of(String name, byte[] plain) {
        return new PageFile(name, mediaType(name), plain, gzip(plain));
    }

    /// @param resource its place on the class path
    /// @throws IllegalStateException if it isn't there
    static PageFile ofResource(String name, String resource) {
        return of(name, read(resource));
    }

    static byte[] read(String resource) {
        try (InputStream stream = PageFile.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("the build has left " + resource
                        + " out; where a library has a new version, Library has to name it as web/pom.xml does");
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String mediaType(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default -> throw new IllegalStateException(name + " has no known media type; add it here");
        };
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new BestGzip(bytes)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// Takes its time: each file is compressed once and sent many times.
    private static final class BestGzip extends GZIPOutputStream {
        BestGzip(ByteArrayOutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
