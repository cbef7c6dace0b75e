package dev.lilla.tokenizer;

/// Joins or drops the matches of one split as its behavior says, holding back one piece at most.
final class SplitRun {
    private final String text;
    private final int start;
    private final boolean first;
    private final PreTokenizer.Behavior behavior;
    private final PreTokenizer.Sink sink;
    private int heldFrom;
    private int heldTo;
    private boolean heldIsMatch;
    private boolean previousIsMatch;

    SplitRun(String text, int start, boolean first, PreTokenizer.Behavior behavior, PreTokenizer.Sink sink) {
        this.text = text;
        this.start = start;
        this.first = first;
        this.behavior = behavior;
        this.sink = sink;
        heldFrom = start;
        heldTo = start;
    }

    void add(int from, int to, boolean isMatch) {
        switch (behavior) {
            case REMOVED -> {
                if (!isMatch) {
                    give(from, to);
                }
            }
            case ISOLATED -> give(from, to);
            case CONTIGUOUS -> hold(from, to, isMatch, isMatch == heldIsMatch);
            // A match joins the piece before it, unless that piece is a match too.
            case MERGED_WITH_PREVIOUS -> hold(from, to, isMatch, isMatch && !previousIsMatch);
            // A match waits for the piece after it; of several matches in a row only the last is joined.
            case MERGED_WITH_NEXT -> hold(from, to, isMatch, previousIsMatch && !isMatch);
        }
        previousIsMatch = isMatch;
    }

    void finish() {
        give(heldFrom, heldTo);
    }

    private void hold(int from, int to, boolean isMatch, boolean joins) {
        if (!joins) {
            give(heldFrom, heldTo);
            heldFrom = from;
        }
        heldTo = to;
        heldIsMatch = isMatch;
    }

    private void give(int from, int to) {
        if (from < to) {
            sink.accept(text, from, to, first && from == start);
        }
    }
}
