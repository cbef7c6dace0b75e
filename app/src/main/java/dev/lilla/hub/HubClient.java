package dev.lilla.hub;

import dev.lilla.store.ModelName;
import dev.lilla.store.RelativePaths;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Speaks to a model hub: lists a repository's files and opens them.
///
/// Redirects are followed by hand, because the token must not go to another host.
final class HubClient implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final int REDIRECTS_MAX = 8;
    /// A thousand entries of a listing take about 300 kB.
    private static final int PAGE_BYTES_MAX = 16 << 20;
    private static final int PAGES_MAX = 200;
    private static final int FILES_MAX = 50_000;
    private static final Pattern NEXT_PAGE = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");

    private final HubOptions options;
    private final HttpClient http;

    HubClient(HubOptions options) {
        this.options = options;
        this.http = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    HubOptions options() {
        return options;
    }

    /// The files of a repository.
    ///
    /// @throws HubException if it is not there, not for us, or offers a path that leads out of a model's folder
    List<HubFile> list(ModelName repository, String revision) throws IOException, InterruptedException {
        @Nullable
        URI page = URI.create(options.endpoint() + "/api/models/" + repository.owner() + "/" + repository.name()
                + "/tree/" + encoded(revision) + "?recursive=true");
        List<HubFile> files = new ArrayList<>();
        for (int pages = 0; page != null; pages++) {
            if (pages == PAGES_MAX || files.size() > FILES_MAX) {
                throw new HubException(repository + " has more files than any model: over " + FILES_MAX);
            }
            Page listed = openPage(page, repository);
            addFiles(listed.files(), files, repository);
            page = listed.next().orElse(null);
        }
        return files;
    }

    /// @param next where the listing goes on
    private record Page(JsonNode files, Optional<URI> next) {}

    /// Asks for a page of a listing, and again while the hub is busy, out of reach or hangs up.
    private Page openPage(URI page, ModelName repository) throws InterruptedException {
        Duration pause = options.firstPause();
        for (int attempt = 1; ; attempt++) {
            try {
                HttpResponse<InputStream> response = open(page, 0);
                if (response.statusCode() == 200) {
                    return new Page(read(response, page), nextPage(response, page));
                }
                response.body().close();
                if (!Refusals.isTransient(response.statusCode()) || attempt == options.attempts()) {
                    throw Refusals.of(response, repository, options);
                }
            } catch (IOException e) {
                if (Thread.interrupted() || e.getCause() instanceof InterruptedException) {
                    throw new InterruptedException();
                }
                if (attempt == options.attempts()) {
                    throw new HubException(
                            "cannot reach " + options.endpoint() + ". Check the network and HF_ENDPOINT; a model that "
                                    + "is in the store already needs neither",
                            e);
                }
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2);
        }
    }

    /// Where the content of a file is.
    URI address(ModelName repository, String revision, String path) {
        String encodedPath =
                Arrays.stream(path.split("/")).map(HubClient::encoded).collect(Collectors.joining("/"));
        return URI.create(options.endpoint() + "/" + repository.owner() + "/" + repository.name() + "/resolve/"
                + encoded(revision) + "/" + encodedPath);
    }

    /// Sends a GET and follows redirects; whoever calls closes the body.
    ///
    /// @param from first byte to be sent; 0 for all
    HttpResponse<InputStream> open(URI address, long from) throws IOException, InterruptedException {
        URI target = address;
        boolean mayKnowUs = true;
        for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
            Addresses.check(target);
            mayKnowUs = mayKnowUs && Addresses.isSameOrigin(target, options.endpoint());
            HttpResponse<InputStream> response = http.send(
                    request(target, from, mayKnowUs ? options.token() : null),
                    HttpResponse.BodyHandlers.ofInputStream());
            Optional<String> location = response.headers().firstValue("Location");
            if (response.statusCode() / 100 != 3 || location.isEmpty()) {
                return response;
            }
            response.body().close();
            target = redirected(target, location.get());
        }
        throw new HubException(address + " redirects more than " + REDIRECTS_MAX + " times");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private static URI redirected(URI from, String location) {
        try {
            return from.resolve(URI.create(location));
        } catch (IllegalArgumentException e) {
            throw new HubException(from + " redirects to \"" + location + "\", which is no address", e);
        }
    }

    private HttpRequest request(URI target, long from, @Nullable String token) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(target).timeout(options.stall()).header("User-Agent", "lilla");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        return request.build();
    }

    private static JsonNode read(HttpResponse<InputStream> response, URI page) throws IOException {
        try (InputStream body = response.body()) {
            byte[] bytes = body.readNBytes(PAGE_BYTES_MAX + 1);
            if (bytes.length > PAGE_BYTES_MAX) {
                throw new HubException(page + ": the listing exceeds " + PAGE_BYTES_MAX + " bytes");
            }
            return JsonMapper.shared().readTree(bytes);
        } catch (JacksonException e) {
            throw new HubException(page + " is no listing of files: " + e.getOriginalMessage(), e);
        }
    }

    private static void addFiles(JsonNode listing, List<HubFile> files, ModelName repository) {
        if (!listing.isArray()) {
            throw new HubException(repository + ": the hub's answer is no listing of files");
        }
        for (JsonNode entry : listing) {
            if (!entry.path("type").asString("").equals("file")) {
                continue;
            }
            String path = entry.path("path").asString("");
            long bytes = entry.path("size").asLong(-1);
            JsonNode large = entry.path("lfs");
            String sha256 = large.path("oid").asString("");
            if (isSafe(path, repository)) {
                files.add(new HubFile(
                        path,
                        checkedSize(large.path("size").asLong(bytes), path, repository),
                        checkedId(entry.path("oid").asString(""), 40, path),
                        large.isObject() ? checkedId(sha256, 64, path) : null));
            }
        }
    }

    /// Whether the path can be taken; one that leads elsewhere makes the whole listing suspect.
    private static boolean isSafe(String path, ModelName repository) {
        try {
            RelativePaths.inside(Path.of("model"), path);
            return true;
        } catch (IllegalArgumentException e) {
            boolean leadsElsewhere = path.startsWith("/")
                    || path.contains("\\")
                    || Arrays.asList(path.split("/")).contains("..");
            if (leadsElsewhere) {
                throw new HubException(repository + ": " + e.getMessage(), e);
            }
            return false;
        }
    }

    private static long checkedSize(long bytes, String path, ModelName repository) {
        if (bytes < 0) {
            throw new HubException(repository + ": the listing gives no size for " + path);
        }
        return bytes;
    }

    /// A digest becomes part of a file name here, so it must be one.
    private static String checkedId(String digest, int length, String path) {
        if (!digest.matches("[0-9a-f]{" + length + "}")) {
            throw new HubException("the listing gives no checksum for " + path);
        }
        return digest;
    }

    private Optional<URI> nextPage(HttpResponse<InputStream> response, URI page) {
        for (String link : response.headers().allValues("Link")) {
            Matcher next = NEXT_PAGE.matcher(link);
            if (next.find()) {
                URI target = page.resolve(URI.create(next.group(1)));
                if (!Addresses.isSameOrigin(target, options.endpoint())) {
                    throw new HubException(page + ": the next page of the listing lies elsewhere, at " + target);
                }
                return Optional.of(target);
            }
        }
        return Optional.empty();
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
