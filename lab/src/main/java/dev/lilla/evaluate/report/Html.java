package dev.lilla.evaluate.report;

import dev.lilla.format.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// A page that grows piece by piece. Every text is escaped; only [#raw] is not.
public final class Html {
    private static final String STYLE = "page.css";

    private final StringBuilder page = new StringBuilder();

    public Html(String title) {
        this(title, "en");
    }

    /// @param language its code
    public Html(String title, String language) {
        page.append("<!doctype html>\n<html lang=\"" + escaped(language) + "\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width\">\n<title>")
                .append(escaped(title))
                .append("</title>\n<style>\n")
                .append(style())
                .append("</style>\n</head>\n<body>\n<main>\n");
    }

    /// Markup as it is.
    public Html raw(String markup) {
        page.append(markup);
        return this;
    }

    public Html heading(int level, String text) {
        return element("h" + level, "", text);
    }

    public Html paragraph(String style, String text) {
        return element("p", style, text);
    }

    public Html element(String tag, String style, String text) {
        page.append('<').append(tag);
        if (!style.isEmpty()) {
            page.append(" class=\"").append(style).append('"');
        }
        page.append('>').append(escaped(text)).append("</").append(tag).append(">\n");
        return this;
    }

    /// A table whose first column names its rows.
    ///
    /// @param caption for those who cannot see it
    public Html table(String caption, List<String> headings, List<List<String>> rows) {
        page.append("<div class=\"scroll\"><table>\n<caption>")
                .append(escaped(caption))
                .append("</caption>\n<thead><tr>");
        headings.forEach(heading ->
                page.append("<th scope=\"col\">").append(escaped(heading)).append("</th>"));
        page.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : rows) {
            page.append("<tr><th scope=\"row\">")
                    .append(escaped(row.getFirst()))
                    .append("</th>");
            row.stream()
                    .skip(1)
                    .forEach(cell -> page.append("<td>").append(escaped(cell)).append("</td>"));
            page.append("</tr>\n");
        }
        page.append("</tbody></table></div>\n");
        return this;
    }

    /// Writes the page in place of an older one.
    public void write(Path file) {
        WholeFile.write(file, text());
    }

    /// The whole page.
    public String text() {
        return page + "</main>\n</body>\n</html>\n";
    }

    private static String style() {
        try (InputStream in = Html.class.getResourceAsStream(STYLE)) {
            if (in == null) {
                throw new IllegalStateException(STYLE + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Safe between tags and in attributes; what HTML does not allow at all becomes a replacement character.
    public static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                default ->
                    safe.appendCodePoint(
                            (c < ' ' && c != '\n' && c != '\t') || (c >= 0xD800 && c <= 0xDFFF) ? 0xFFFD : c);
            }
        });
        return safe.toString();
    }
}
