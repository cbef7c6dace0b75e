package dev.lilla.serve.page;

import java.util.List;

/// A library of the page, out of a WebJar; the versions are those of `web/pom.xml`.
///
/// @param specifier what our modules import it by
/// @param webJar its artifact and version: the folder in the jar
/// @param entry what the bare specifier stands for
/// @param files all that the page loads, the entry among them
record Library(String specifier, String webJar, String entry, List<String> files) {
    static final List<Library> ALL = List.of(
            new Library("lit", "lit/3.3.2", "index.js", List.of("index.js")),
            new Library(
                    "@lit/reactive-element",
                    "lit__reactive-element/2.1.2",
                    "reactive-element.js",
                    List.of("reactive-element.js", "css-tag.js")),
            new Library("lit-element", "lit-element/4.2.2", "lit-element.js", List.of("lit-element.js")),
            new Library(
                    "lit-html",
                    "lit-html/3.3.2",
                    "lit-html.js",
                    List.of(
                            "lit-html.js",
                            "is-server.js",
                            "directive.js",
                            "directive-helpers.js",
                            "directives/live.js",
                            "directives/repeat.js")),
            new Library("marked", "marked/17.0.1", "lib/marked.esm.js", List.of("lib/marked.esm.js")),
            new Library("dompurify", "dompurify/3.3.3", "dist/purify.min.js", List.of("dist/purify.min.js")));

    /// The folder of its files below that of the page.
    String folder() {
        return "lib/" + specifier.replace("@", "").replace('/', '-') + "/";
    }

    List<PageFile> load() {
        return files.stream()
                .map(file -> PageFile.ofResource(folder() + file, "/META-INF/resources/webjars/" + webJar + "/" + file))
                .toList();
    }
}
