package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.ProjectFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The page as it comes over the wire; how it works is tested in a browser (`browser/`).
class PageFilesTest {
    private static final int LOADED_BYTES_MAX = 150_000;
    private static final Pattern ADDRESS = Pattern.compile("(?:href|src)=\"([^\"]+)\"");
    private static TestServer server;
    private static HttpClient client;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.start();
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = server.request(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static String document() throws IOException, InterruptedException {
        return new String(get("/", "Accept", "text/html,*/*;q=0.8").body(), StandardCharsets.UTF_8);
    }

    private static List<String> files() throws IOException, InterruptedException {
        return ADDRESS.matcher(document())
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();
    }

    @Test
    void comesToBrowsersAndNotToPrograms() throws Exception {
        HttpResponse<byte[]> page = get("/", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        assertThat(header(page, "Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(header(page, "Vary")).contains("Accept");
        HttpResponse<byte[]> program = get("/", "Accept", "*/*");
        assertThat(header(program, "Content-Type")).startsWith("text/plain");
        assertThat(new String(program.body(), StandardCharsets.US_ASCII)).isEqualTo("Ollama is running");
    }

    @Test
    void allowsNoScriptInItsDocumentButTheImportMap() throws Exception {
        String policy = header(get("/", "Accept", "text/html"), "Content-Security-Policy");
        List<String> inline = Pattern.compile("<script(?![^>]*src=)[^>]*>(.*?)</script>", Pattern.DOTALL)
                .matcher(document())
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(inline).hasSize(1);
        String hash = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256")
                        .digest(inline.getFirst().getBytes(StandardCharsets.UTF_8)));
        assertThat(policy)
                .contains("default-src 'self';", "script-src 'self' 'sha256-" + hash + "';", "img-src 'self' data:;")
                .doesNotContain("unsafe", "http", "*");
        assertThat(document()).doesNotContain("<style", " style=", " onclick=");
    }

    @Test
    void loadsLittle() throws Exception {
        long bytes = get("/", "Accept", "text/html", "Accept-Encoding", "gzip").body().length;
        List<String> files = files();
        for (String file : files) {
            HttpResponse<byte[]> response = get(file, "Accept-Encoding", "br, gzip");
            assertThat(response.statusCode()).as(file).isEqualTo(200);
            assertThat(header(response, "Content-Encoding")).isEqualTo("gzip");
            bytes += response.body().length;
        }
        assertThat(files)
                .hasSizeGreaterThan(30)
                .allSatisfy(file -> assertThat(file).startsWith("/page/"));
        assertThat(bytes).isBetween(20_000L, (long) LOADED_BYTES_MAX);
    }

    @Test
    void isTheSameWithAndWithoutCompression() throws Exception {
        for (String file : files()) {
            byte[] compressed = get(file, "Accept-Encoding", "gzip").body();
            byte[] plain = get(file).body();
            try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
                assertThat(stream.readAllBytes()).isEqualTo(plain);
            }
            assertThat(get(file, "Accept-Encoding", "gzip;q=0, br").body()).isEqualTo(plain);
        }
    }

    @Test
    void isKeptByBrowsers() throws Exception {
        String file = files().stream()
                .filter(name -> name.endsWith("/app.js"))
                .findFirst()
                .orElseThrow();
        HttpResponse<byte[]> first = get(file);
        assertThat(header(first, "Cache-Control")).contains("immutable");
        assertThat(header(first, "Content-Type")).startsWith("text/javascript");
        HttpResponse<byte[]> second = get(file, "If-None-Match", "\"other\", " + header(first, "ETag"));
        assertThat(second.statusCode()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
        assertThat(header(get("/", "Accept", "text/html"), "Cache-Control")).isEqualTo("no-cache");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/page/",
                "/page/app.js",
                "/page/0000000000000000/app.js",
                "/page/../page/app.js",
                "/page/%2e%2e/%2e%2e/module-info.class",
                "/page/..%2f..%2fetc%2fpasswd",
                "/page//etc/passwd",
                "/page/index.html"
            })
    void servesOnlyWhatIsListed(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(404);
    }

    @Test
    void needsNoKeyWhereModelsDo() throws Exception {
        try (TestServer locked =
                TestServer.Setup.demo().withKeys("a-secret-key").start()) {
            assertThat(locked.send(locked.request("/")
                                    .header("Accept", "text/html")
                                    .build())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(locked.get("/v1/models").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void listsEveryFileOfTheSources() throws Exception {
        List<String> names = new ArrayList<>();
        try (Stream<Path> sources = Files.list(sources())) {
            sources.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("index.html"))
                    .forEach(names::add);
        }
        List<String> served =
                files().stream().map(file -> file.replaceFirst(".*/", "")).toList();
        assertThat(served).containsAll(names);
        assertThat(names).hasSizeGreaterThan(20);
    }

    @Test
    void saysEverythingInBothLanguages() throws Exception {
        List<String> english = texts("texts-en.js");
        assertThat(english).hasSizeGreaterThan(80).doesNotHaveDuplicates();
        assertThat(texts("texts-sv.js")).isEqualTo(english);
    }

    /// The keys of texts, each with the names of what is put into it.
    private static List<String> texts(String file) throws IOException {
        List<String> keys = new ArrayList<>();
        for (String line : Files.readAllLines(sources().resolve(file))) {
            if (line.startsWith("  '")) {
                keys.add(line.substring(3, line.indexOf('\'', 3)) + " "
                        + Pattern.compile("\\{\\w+}")
                                .matcher(line)
                                .results()
                                .map(MatchResult::group)
                                .sorted()
                                .toList());
            }
        }
        return keys;
    }

    private static Path sources() {
        return ProjectFolder.root().resolve("web/src/main/resources/dev/lilla/web");
    }
}
