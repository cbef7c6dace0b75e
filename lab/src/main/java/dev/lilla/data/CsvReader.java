package dev.lilla.data;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads CSV as RFC 4180 has it, one record at a time.
///
/// Fields in quotes may hold delimiters, line breaks and doubled quotes; lines end with CR LF, LF or CR. What
/// the RFC
/// forbids is refused with its line and column: a quote within a bare field, text after a closing quote, a
/// quote that
/// is never closed. Empty lines between records are left out.
public final class CsvReader {
    private static final int END = -1;
    private static final char BYTE_ORDER_MARK = '\uFEFF';
    /// A longer field is a quote that was never closed.
    private static final int FIELD_CHARACTERS_MAX = 64 << 20;

    private final Reader in;
    private final String name;
    private final char delimiter;
    private int next;
    private int line = 1;
    private int column = 1;

    /// @param in buffered
    /// @param name of the file, for messages
    public CsvReader(Reader in, String name, char delimiter) throws IOException {
        this.in = in;
        this.name = name;
        this.delimiter = delimiter;
        this.next = in.read();
        if (next == BYTE_ORDER_MARK) {
            this.next = in.read();
        }
    }

    /// @param line where it begins, from 1
    public record Row(int line, List<String> fields) {}

    /// The next record, or nothing at the end.
    ///
    /// @throws IllegalArgumentException if it is no CSV
    public Optional<Row> read() throws IOException {
        while (next == '\r' || next == '\n') {
            lineBreak();
        }
        if (next == END) {
            return Optional.empty();
        }
        int start = line;
        List<String> fields = new ArrayList<>();
        fields.add(field());
        while (next == delimiter) {
            advance();
            fields.add(field());
        }
        if (next != END) {
            lineBreak();
        }
        return Optional.of(new Row(start, fields));
    }

    private String field() throws IOException {
        return next == '"' ? quoted() : bare();
    }

    private String bare() throws IOException {
        StringBuilder text = new StringBuilder();
        while (next != END && next != delimiter && next != '\r' && next != '\n') {
            if (next == '"') {
                throw broken(
                        line,
                        column,
                        "a quote within a field that does not begin with one. "
                                + "Put the whole field in quotes and double those inside");
            }
            append(text);
        }
        return text.toString();
    }

    private String quoted() throws IOException {
        int startLine = line;
        int startColumn = column;
        StringBuilder text = new StringBuilder();
        advance();
        while (true) {
            if (next == END) {
                throw broken(startLine, startColumn, "the quote that begins here is never closed");
            }
            if (next == '"') {
                advance();
                if (next != '"') {
                    break;
                }
            }
            append(text);
        }
        if (next != END && next != delimiter && next != '\r' && next != '\n') {
            throw broken(
                    line,
                    column,
                    "found '" + Character.toString(next)
                            + "' after a closing quote, expected '" + delimiter
                            + "' or the end of the line. Double the quotes inside a field");
        }
        return text.toString();
    }

    private void append(StringBuilder text) throws IOException {
        if (text.length() == FIELD_CHARACTERS_MAX) {
            throw broken(line, column, "a field of more than " + FIELD_CHARACTERS_MAX + " characters");
        }
        text.append((char) next);
        if (next == '\n') {
            line++;
            column = 0;
        }
        boolean bareReturn = next == '\r';
        advance();
        if (bareReturn && next != '\n') {
            line++;
            column = 1;
        }
    }

    private void lineBreak() throws IOException {
        boolean isReturn = next == '\r';
        advance();
        if (isReturn && next == '\n') {
            advance();
        }
        line++;
        column = 1;
    }

    private void advance() throws IOException {
        next = in.read();
        column++;
    }

    private IllegalArgumentException broken(int atLine, int atColumn, String what) {
        return new IllegalArgumentException(name + ": line " + atLine + ", column " + atColumn + ": " + what + ".");
    }
}
