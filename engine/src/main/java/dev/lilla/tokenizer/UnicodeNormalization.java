package dev.lilla.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Unicode normalization forms of a text a stranger wrote, in time that grows little faster than its length.
///
/// `java.text.Normalizer` sorts the combining marks after a letter by insertion, which is quadratic: 80,000 marks take
/// 3 seconds, a million minutes. Long runs of marks are sorted here first; texts with so many are no one's language.
final class UnicodeNormalization {
    /// Marks in a row that are left to the platform. Stacked marks of real writing reach 4, of pranks 30.
    private static final int MARKS_MAX = 64;

    /// U+0345 has the highest canonical combining class, 240, alone.
    private static final int HIGHEST = 0x345;

    private UnicodeNormalization() {}

    static String apply(String text, Normalizer.Form form) {
        String tame = sortLongRuns(text);
        return Normalizer.isNormalized(tame, form) ? tame : Normalizer.normalize(tame, form);
    }

    private static String sortLongRuns(String text) {
        StringBuilder result = null;
        int copied = 0;
        int at = 0;
        while (at < text.length()) {
            if (text.charAt(at) < 0x300) {
                at++;
                continue;
            }
            int end = TextRuns.of(text, at, text.length(), CharacterClass.MARK);
            if (end - at > MARKS_MAX) {
                result = result == null ? new StringBuilder(text.length()) : result;
                result.append(text, copied, at);
                appendSorted(text.substring(at, end), result);
                copied = end;
            }
            at = end > at ? end : at + Character.charCount(text.codePointAt(at));
        }
        return result == null
                ? text
                : result.append(text, copied, text.length()).toString();
    }

    /// Appends a run of marks, decomposed and in canonical order (Unicode, definition D108).
    private static void appendSorted(String marks, StringBuilder out) {
        int[] decomposed = marks.codePoints()
                .flatMap(mark -> Normalizer.normalize(Character.toString(mark), Normalizer.Form.NFD)
                        .codePoints())
                .toArray();
        Map<Integer, Integer> ranks = ranks(decomposed);
        List<Integer> reorderable = new ArrayList<>();
        for (int mark : decomposed) {
            if (ranks.containsKey(mark)) {
                reorderable.add(mark);
            } else {
                flush(reorderable, ranks, out);
                out.appendCodePoint(mark);
            }
        }
        flush(reorderable, ranks, out);
    }

    private static void flush(List<Integer> marks, Map<Integer, Integer> ranks, StringBuilder out) {
        marks.sort(Comparator.comparing(ranks::get));
        marks.forEach(out::appendCodePoint);
        marks.clear();
    }

    /// Numbers in the order of the canonical combining classes; marks of class 0 have none. The classes themselves
    /// the platform does not tell, but it shows which of two marks goes first.
    private static Map<Integer, Integer> ranks(int[] marks) {
        List<Integer> distinct = new ArrayList<>();
        for (int mark : java.util.Arrays.stream(marks).distinct().toArray()) {
            if (mark == HIGHEST || swaps(HIGHEST, mark)) {
                distinct.add(mark);
            }
        }
        distinct.sort((a, b) -> swaps(a, b) ? 1 : swaps(b, a) ? -1 : 0);
        Map<Integer, Integer> ranks = new HashMap<>();
        int rank = 0;
        for (int i = 0; i < distinct.size(); i++) {
            rank += i > 0 && swaps(distinct.get(i), distinct.get(i - 1)) ? 1 : 0;
            ranks.put(distinct.get(i), rank);
        }
        return ranks;
    }

    /// Whether canonical ordering puts the second mark before the first.
    private static boolean swaps(int first, int second) {
        String pair = Character.toString(first) + Character.toString(second);
        return first != second
                && Normalizer.normalize(pair, Normalizer.Form.NFD).codePointAt(0) == second;
    }
}
