package dev.lilla.evaluate.task;

import dev.lilla.evaluate.metric.LabelPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Finds the label that a written answer names.
///
/// The answer is the label, but for case, white space and punctuation around it; or it names one label
/// and no other as a whole word.
final class LabelReader {
    private LabelReader() {}

    /// The index of the label, or [LabelPair#NONE].
    static int read(String answer, List<String> labels) {
        String said = normal(answer);
        List<Integer> named = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            String label = normal(labels.get(i));
            if (said.equals(label)) {
                return i;
            }
            if ((" " + said + " ").contains(" " + label + " ")) {
                named.add(i);
            }
        }
        return named.size() == 1 ? named.getFirst() : longest(named, labels);
    }

    /// Of labels that contain each other, the longest that contains all others; else none.
    private static int longest(List<Integer> named, List<String> labels) {
        for (int candidate : named) {
            String label = " " + normal(labels.get(candidate)) + " ";
            if (named.stream().allMatch(other -> label.contains(" " + normal(labels.get(other)) + " "))) {
                return candidate;
            }
        }
        return LabelPair.NONE;
    }

    private static String normal(String text) {
        return text.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{M}\\p{N}_-]+", " ")
                .strip();
    }
}
