package dev.lilla.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// Texts beside each other, wrapped at words.
final class SideBySide {
    private static final String GAP = "  ";

    private final int width;
    private final int count;

    /// @param columns width of the terminal, in characters
    /// @param count texts beside each other
    SideBySide(int columns, int count) {
        this.count = count;
        this.width = Math.max(12, (columns - 1 - GAP.length() * (count - 1)) / count);
    }

    /// Prints one text a column.
    void print(PrintStream out, String... texts) {
        if (texts.length != count) {
            throw new IllegalArgumentException(texts.length + " texts for " + count + " columns");
        }
        List<List<String>> wrapped = new ArrayList<>();
        int lines = 0;
        for (String text : texts) {
            List<String> column = wrap(text);
            wrapped.add(column);
            lines = Math.max(lines, column.size());
        }
        for (int line = 0; line < lines; line++) {
            StringBuilder row = new StringBuilder();
            for (List<String> column : wrapped) {
                String cell = line < column.size() ? column.get(line) : "";
                row.append(row.isEmpty() ? "" : GAP).append(cell).repeat(' ', width - cell.length());
            }
            out.println(row.toString().stripTrailing());
        }
    }

    private List<String> wrap(String text) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : text.lines().toList()) {
            StringBuilder line = new StringBuilder();
            for (String word : paragraph.split(" ")) {
                String rest = word;
                if (!line.isEmpty() && line.length() + 1 + rest.length() > width) {
                    lines.add(line.toString());
                    line.setLength(0);
                }
                line.append(line.isEmpty() ? "" : " ");
                while (line.length() + rest.length() > width) {
                    int room = width - line.length();
                    lines.add(line + rest.substring(0, room));
                    line.setLength(0);
                    rest = rest.substring(room);
                }
                line.append(rest);
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
