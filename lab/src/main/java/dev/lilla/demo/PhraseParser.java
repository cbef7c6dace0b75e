package dev.lilla.demo;

import java.util.ArrayList;
import java.util.List;

/// Reads a line of a grammar: text with `{slot}`, `{2..9}`, `(one|or another|)`; `\` before a sign takes it literally.
final class PhraseParser {
    private static final int DEPTH_MAX = 8;

    private final String text;
    private int at;

    private PhraseParser(String text) {
        this.text = text;
    }

    /// @throws IllegalArgumentException if the line is malformed
    static List<Node> parse(String text) {
        PhraseParser parser = new PhraseParser(text);
        List<Node> nodes = parser.sequence(0);
        if (parser.at < text.length()) {
            throw parser.error("')' or '|' outside of parentheses");
        }
        return nodes;
    }

    private List<Node> sequence(int depth) {
        if (depth > DEPTH_MAX) {
            throw error("choices nested deeper than " + DEPTH_MAX);
        }
        List<Node> nodes = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        while (at < text.length() && !endsSequence(text.charAt(at), depth)) {
            char sign = text.charAt(at);
            at++;
            switch (sign) {
                case '{' -> {
                    flush(literal, nodes);
                    nodes.add(slot());
                }
                case '(' -> {
                    flush(literal, nodes);
                    nodes.add(choice(depth));
                }
                case '\\' -> {
                    if (at == text.length()) {
                        throw error("a backslash at the end");
                    }
                    literal.append(text.charAt(at));
                    at++;
                }
                default -> literal.append(sign);
            }
        }
        flush(literal, nodes);
        return nodes;
    }

    private static boolean endsSequence(char sign, int depth) {
        return sign == ')' || (sign == '|' && depth > 0);
    }

    private Node slot() {
        int end = text.indexOf('}', at);
        if (end <= at) {
            throw error("'{' without a name and '}'");
        }
        String name = text.substring(at, end);
        at = end + 1;
        int dots = name.indexOf("..");
        if (dots < 0) {
            return new Node.Slot(name);
        }
        try {
            int first = Integer.parseInt(name.substring(0, dots));
            int last = Integer.parseInt(name.substring(dots + 2));
            if (first > last) {
                throw error("the range {" + name + "} is empty");
            }
            return new Node.Range(first, last);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "': the range {" + name + "} needs two whole numbers", e);
        }
    }

    private Node choice(int depth) {
        List<List<Node>> options = new ArrayList<>();
        do {
            options.add(sequence(depth + 1));
            if (at == text.length()) {
                throw error("'(' without ')'");
            }
            at++;
        } while (text.charAt(at - 1) == '|');
        return new Node.Choice(options);
    }

    private static void flush(StringBuilder literal, List<Node> nodes) {
        if (!literal.isEmpty()) {
            nodes.add(new Node.Literal(literal.toString()));
            literal.setLength(0);
        }
    }

    private IllegalArgumentException error(String what) {
        return new IllegalArgumentException("'" + text + "', column " + (at + 1) + ": " + what);
    }
}
