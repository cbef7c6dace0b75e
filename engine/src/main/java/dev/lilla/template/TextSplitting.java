package dev.lilla.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// Python's ways to cut texts and to put other parts in.
final class TextSplitting {
    private TextSplitting() {}

    /// `str.split`: at most `max` cuts, negative for no limit; without a separator, at runs of white space.
    static List<String> split(String text, Optional<String> separator, int max) {
        List<String> parts = new ArrayList<>();
        int from = separator.isPresent() ? 0 : spaceEnd(text, 0);
        while (separator.isPresent() || from < text.length()) {
            boolean mayCut = max < 0 || parts.size() < max;
            int start = from;
            int cut =
                    !mayCut ? -1 : separator.map(s -> text.indexOf(s, start)).orElseGet(() -> firstSpace(text, start));
            if (cut < 0) {
                parts.add(text.substring(from));
                break;
            }
            parts.add(text.substring(from, cut));
            from = separator.isPresent() ? cut + separator.get().length() : spaceEnd(text, cut);
        }
        return parts;
    }

    /// `str.rsplit`: as [#split], cutting from the end.
    static List<String> splitFromEnd(String text, Optional<String> separator, int max) {
        List<String> parts = new ArrayList<>();
        int to = separator.isPresent() ? text.length() : spaceStart(text, text.length());
        while (separator.isPresent() || to > 0) {
            boolean mayCut = max < 0 || parts.size() < max;
            int end = to;
            int cut = !mayCut
                    ? -1
                    : separator.map(s -> text.lastIndexOf(s, end - s.length())).orElseGet(() -> lastSpace(text, end));
            if (cut < 0) {
                parts.add(text.substring(0, to));
                break;
            }
            parts.add(text.substring(cut + separator.map(String::length).orElse(1), to));
            to = separator.isPresent() ? cut : spaceStart(text, cut);
        }
        Collections.reverse(parts);
        return parts;
    }

    private static int spaceEnd(String text, int from) {
        int end = from;
        while (end < text.length() && Characters.isSpace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static int spaceStart(String text, int to) {
        int start = to;
        while (start > 0 && Characters.isSpace(text.charAt(start - 1))) {
            start--;
        }
        return start;
    }

    private static int firstSpace(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (Characters.isSpace(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    private static int lastSpace(String text, int to) {
        for (int i = to - 1; i >= 0; i--) {
            if (Characters.isSpace(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    /// `str.splitlines`: without a last empty line.
    static List<String> lines(String text, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = start;
            while (end < text.length() && !Characters.isLineBreak(text.charAt(end))) {
                end++;
            }
            int next = text.startsWith("\r\n", end) ? end + 2 : Math.min(end + 1, text.length());
            lines.add(text.substring(start, keepEnds ? next : end));
            start = next;
        }
        return lines;
    }

    /// `str.replace`: at most `count` times, negative for no limit. An empty `old` stands between all characters.
    static String replace(String text, String old, String replacement, int count, Limits limits) {
        StringBuilder replaced = new StringBuilder();
        int done = 0;
        int from = 0;
        int at = text.indexOf(old);
        while (at >= 0 && (count < 0 || done < count)) {
            limits.allocate((long) replacement.length() + at - from);
            replaced.append(text, from, at).append(replacement);
            from = at + old.length();
            done++;
            if (old.isEmpty()) {
                if (at == text.length()) {
                    break;
                }
                int next = at + Character.charCount(text.codePointAt(at));
                replaced.append(text, at, next);
                from = next;
                at = next;
            } else {
                at = text.indexOf(old, from);
            }
        }
        return replaced.append(text, from, text.length()).toString();
    }

    static String expandTabs(String text, int size, Limits limits) {
        StringBuilder expanded = new StringBuilder();
        int column = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t') {
                int spaces = size <= 0 ? 0 : size - column % size;
                limits.allocate(spaces);
                expanded.append(" ".repeat(spaces));
                column += spaces;
            } else {
                expanded.append(c);
                column = c == '\n' || c == '\r' ? 0 : column + 1;
            }
        }
        return expanded.toString();
    }
}
