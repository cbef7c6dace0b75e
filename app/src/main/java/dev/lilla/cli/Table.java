package dev.lilla.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// Rows in columns, as wide as their longest cell; a column whose heading begins with `>` is aligned to the right.
final class Table {
    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        this.headings = List.of(headings);
    }

    Table row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell.toString());
        }
        rows.add(row);
        return this;
    }

    void print(PrintStream out) {
        List<String> titles = headings.stream()
                .map(heading -> heading.startsWith(">") ? heading.substring(1) : heading)
                .toList();
        out.println(line(titles));
        rows.forEach(row -> out.println(line(row)));
    }

    private String line(List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            String padding = " ".repeat(width(column) - cells.get(column).length());
            boolean right = headings.get(column).startsWith(">");
            line.append(column == 0 ? "" : "  ")
                    .append(right ? padding + cells.get(column) : cells.get(column) + padding);
        }
        return line.toString().stripTrailing();
    }

    private int width(int column) {
        String heading = headings.get(column);
        int width = heading.startsWith(">") ? heading.length() - 1 : heading.length();
        for (List<String> row : rows) {
            width = Math.max(width, row.get(column).length());
        }
        return width;
    }
}
