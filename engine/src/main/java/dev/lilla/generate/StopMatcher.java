package dev.lilla.generate;

import java.util.List;

/// Finds stop strings in a text that arrives in pieces, and never gives out a part of one.
///
/// Not safe for use by several threads.
public final class StopMatcher {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    /// @throws IllegalArgumentException if a stop string is empty
    public StopMatcher(List<String> stops) {
        if (stops.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop string must not be empty");
        }
        this.stops = List.copyOf(stops);
    }

    /// Takes the next piece of text.
    ///
    /// @return what can be given out: everything before a stop string, and nothing that may become one
    public String append(String piece) {
        if (stopped) {
            return "";
        }
        held.append(piece);
        int first = -1;
        for (String stop : stops) {
            int found = held.indexOf(stop);
            if (found >= 0 && (first < 0 || found < first)) {
                first = found;
            }
        }
        if (first >= 0) {
            stopped = true;
            return take(first);
        }
        return take(held.length() - undecided());
    }

    /// Whether a stop string was found.
    public boolean isStopped() {
        return stopped;
    }

    /// Ends the text.
    ///
    /// @return what was held back and became no stop string
    public String finish() {
        return stopped ? "" : take(held.length());
    }

    /// Length of the longest end of the text that begins a stop string.
    private int undecided() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
                if (stop.startsWith(held.substring(held.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    private String take(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }
}
