package dev.lilla.serve.page;

import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import java.util.Arrays;

/// `GET /page/{file}`: what the page loads. Names come from a fixed list; no path reaches a file system.
///
/// @param page whose files they are
record FileEndpoint(Page page) implements Endpoint {
    private static final String FOR_GOOD = "public, max-age=31536000, immutable";

    @Override
    public void handle(Exchange exchange) {
        PageFile file = page.file(exchange.parameter())
                .orElseThrow(() -> HttpFailure.of(
                        404,
                        HttpFailure.Kind.NOT_FOUND,
                        "the page has no such file; reload it, as the server is newer"));
        exchange.setHeader("Vary", "Accept-Encoding");
        send(exchange, file, FOR_GOOD);
    }

    /// Answers with a file, or with 304 if the client has it.
    ///
    /// @param caching the value of `Cache-Control`
    static void send(Exchange exchange, PageFile file, String caching) {
        boolean isCompressed = takesGzip(exchange.header("Accept-Encoding").orElse(""));
        byte[] body = isCompressed ? file.compressed() : file.plain();
        String etag = Page.etag(body);
        exchange.setHeader("Cache-Control", caching);
        exchange.setHeader("ETag", etag);
        exchange.setHeader("X-Content-Type-Options", "nosniff");
        if (exchange.header("If-None-Match")
                .filter(known -> isAmong(known, etag))
                .isPresent()) {
            exchange.sendNotModified();
            return;
        }
        if (isCompressed) {
            exchange.setHeader("Content-Encoding", "gzip");
        }
        exchange.send(file.mediaType(), body);
    }

    private static boolean takesGzip(String accepted) {
        return Arrays.stream(accepted.split(","))
                .map(String::strip)
                .anyMatch(coding -> coding.matches("(?i)gzip(\\s*;\\s*q\\s*=\\s*(1|0?\\.\\d*[1-9]\\d*).*)?"));
    }

    private static boolean isAmong(String known, String etag) {
        return Arrays.stream(known.split(","))
                .map(tag -> tag.strip().replaceFirst("^W/", ""))
                .anyMatch(etag::equals);
    }
}
