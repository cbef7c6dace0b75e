package dev.lilla.serve.page;

import dev.lilla.serve.http.Endpoint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// The page for people: its document and the files that it loads, all in memory.
///
/// Files are served below a folder named after the digest of them all, so that browsers may keep them for good and
/// never mix those of two versions.
public final class Page {
    /// Where the files of the page are on the class path.
    static final String RESOURCES = "/dev/lilla/web/";

    /// Our own files beside the document.
    static final List<String> OWN = List.of(
            "answer-view.js",
            "app.js",
            "chat-session.js",
            "clipboard.js",
            "conversation-list.js",
            "conversation-view.js",
            "conversations.js",
            "demo-prompts.js",
            "download.js",
            "event-stream.js",
            "failure-note.js",
            "icon.svg",
            "icons.js",
            "markdown-text.js",
            "markdown.js",
            "message-form.js",
            "model-picker.js",
            "page-element.js",
            "page.css",
            "preferences.js",
            "server.js",
            "settings-dialog.js",
            "shortcuts-dialog.js",
            "texts-en.js",
            "texts-sv.js",
            "texts.js",
            "theme.js",
            "turn-view.js",
            "welcome-view.js");

    private static final String FOLDER = "/page/";

    private final PageFile document;
    private final String policy;
    private final Map<String, PageFile> files;

    private Page(PageFile document, String policy, Map<String, PageFile> files) {
        this.document = document;
        this.policy = policy;
        this.files = files;
    }

    /// Reads and compresses all files: about 30, of 200 KB together.
    ///
    /// @throws IllegalStateException if the build has left one out
    public static Page load() {
        List<PageFile> all = new ArrayList<>();
        OWN.forEach(name -> all.add(PageFile.ofResource(name, RESOURCES + name)));
        Library.ALL.forEach(library -> all.addAll(library.load()));
        String template = new String(PageFile.read(RESOURCES + "index.html"), StandardCharsets.UTF_8);

        MessageDigest digest = sha256();
        digest.update(template.getBytes(StandardCharsets.UTF_8));
        all.forEach(file -> digest.update(file.plain()));
        String version = HexFormat.of().formatHex(digest.digest(), 0, 8);

        Map<String, PageFile> files = new LinkedHashMap<>();
        all.forEach(file -> files.put(version + "/" + file.name(), file));
        String base = FOLDER + version + "/";
        String importMap = importMap(base);
        String document = template.replace("{base}", base)
                .replace("{imports}", importMap)
                .replace("{preloads}", preloads(base, all));
        return new Page(
                PageFile.of("index.html", document.getBytes(StandardCharsets.UTF_8)),
                policy(importMap),
                Map.copyOf(files));
    }

    /// What the bare names that modules import stand for.
    private static String importMap(String base) {
        Map<String, String> imports = new LinkedHashMap<>();
        for (Library library : Library.ALL) {
            imports.put(library.specifier(), base + library.folder() + library.entry());
            imports.put(library.specifier() + "/", base + library.folder());
        }
        return JsonMapper.shared().writeValueAsString(Map.of("imports", imports));
    }

    /// All modules at once: otherwise a browser learns of each only from the one that imports it.
    private static String preloads(String base, List<PageFile> files) {
        StringBuilder links = new StringBuilder();
        for (PageFile file : files) {
            if (file.name().endsWith(".js") && !file.name().equals("theme.js")) {
                links.append("<link rel=\"modulepreload\" href=\"")
                        .append(base)
                        .append(file.name())
                        .append("\">\n");
            }
        }
        return links.toString();
    }

    /// Nothing from elsewhere, no script in the document but the import map, and HTML only by way of the two
    /// libraries that make it: Lit from its templates, DOMPurify from what models write.
    private static String policy(String importMap) {
        String hash = Base64.getEncoder().encodeToString(sha256().digest(importMap.getBytes(StandardCharsets.UTF_8)));
        return String.join(
                "; ",
                "default-src 'self'",
                "script-src 'self' 'sha256-" + hash + "'",
                "img-src 'self' data:",
                "object-src 'none'",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types lit-html dompurify");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    PageFile document() {
        return document;
    }

    /// The value of the header `Content-Security-Policy`.
    String policy() {
        return policy;
    }

    /// The file at a path below `/page/`, if it is one of the list.
    Optional<PageFile> file(String path) {
        return Optional.ofNullable(files.get(path));
    }

    /// `GET /`
    public Endpoint root() {
        return new RootEndpoint(this);
    }

    /// `GET /page/{file}`
    public Endpoint files() {
        return new FileEndpoint(this);
    }

    static String etag(byte[] content) {
        return '"' + HexFormat.of().formatHex(sha256().digest(content), 0, 12) + '"';
    }
}
