package dev.lilla.tokenizer;

import java.util.List;

/// Cuts normalized text into the pieces that are encoded one by one.
///
/// The kinds and their behavior are those of Hugging Face tokenizers, which tokenizer.json names.
sealed interface PreTokenizer {
    /// Takes pieces in order.
    interface Sink {
        /// @param first whether the piece begins the whole text
        void accept(String text, int from, int to, boolean first);
    }

    void split(String text, int from, int to, boolean first, Sink sink);

    /// The whole text is one piece.
    record Whole() implements PreTokenizer {
        @Override
        public void split(String text, int from, int to, boolean first, Sink sink) {
            sink.accept(text, from, to, first);
        }
    }

    /// One after the other, each inside the pieces of the one before.
    record Sequence(List<PreTokenizer> steps) implements PreTokenizer {
        public Sequence {
            steps = List.copyOf(steps);
        }

        @Override
        public void split(String text, int from, int to, boolean first, Sink sink) {
            Sink chain = sink;
            for (PreTokenizer step : steps.reversed()) {
                Sink next = chain;
                chain = (piece, start, end, isFirst) -> step.split(piece, start, end, isFirst, next);
            }
            chain.accept(text, from, to, first);
        }
    }

    /// What becomes of the matches of a pattern.
    enum Behavior {
        REMOVED,
        ISOLATED,
        MERGED_WITH_PREVIOUS,
        MERGED_WITH_NEXT,
        CONTIGUOUS
    }

    /// What of a text is a match: the pattern's matches, or the text between them.
    enum Matches {
        OF_PATTERN,
        BETWEEN
    }

    /// Cuts at the matches of a pattern.
    record Split(PieceScanner scanner, Behavior behavior, Matches matches) implements PreTokenizer {
        @Override
        public void split(String text, int from, int to, boolean first, Sink sink) {
            SplitRun run = new SplitRun(text, from, first, behavior, sink);
            int gap = from;
            int at = from;
            while (at < to) {
                int end = scanner.match(text, at, to);
                if (end == PieceScanner.NO_MATCH) {
                    at += Character.charCount(text.codePointAt(at));
                    continue;
                }
                if (gap < at) {
                    run.add(gap, at, matches == Matches.BETWEEN);
                }
                run.add(at, end, matches == Matches.OF_PATTERN);
                at = end;
                gap = end;
            }
            if (gap < to) {
                run.add(gap, to, matches == Matches.BETWEEN);
            }
            run.finish();
        }
    }

    /// Writes each piece in the [ByteAlphabet], for steps that come after it (Falcon cuts digits there).
    record WriteBytes() implements PreTokenizer {
        @Override
        public void split(String text, int from, int to, boolean first, Sink sink) {
            String written =
                    ByteAlphabet.write(text.substring(from, to).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            sink.accept(written, 0, written.length(), first);
        }
    }

    /// Puts a space before a piece that begins with none.
    record PrefixSpace() implements PreTokenizer {
        @Override
        public void split(String text, int from, int to, boolean first, Sink sink) {
            if (from < to && text.charAt(from) != ' ') {
                String spaced = " " + text.substring(from, to);
                sink.accept(spaced, 0, spaced.length(), first);
            } else {
                sink.accept(text, from, to, first);
            }
        }
    }

    /// Where [Metaspace] puts its sign before a text.
    enum Prepend {
        ALWAYS,
        FIRST,
        NEVER
    }

    /// Writes spaces as a sign, mostly `▁`, and may cut before each.
    record Metaspace(char sign, Prepend prepend, boolean cuts) implements PreTokenizer {
        @Override
        public void split(String text, int from, int to, boolean first, Sink sink) {
            String signed = text.substring(from, to).replace(' ', sign);
            boolean prefix = prepend == Prepend.ALWAYS || (prepend == Prepend.FIRST && first);
            if (prefix && !signed.isEmpty() && signed.charAt(0) != sign) {
                signed = sign + signed;
            }
            if (cuts) {
                new Split(new LiteralScanner(String.valueOf(sign)), Behavior.MERGED_WITH_NEXT, Matches.OF_PATTERN)
                        .split(signed, 0, signed.length(), first, sink);
            } else {
                sink.accept(signed, 0, signed.length(), first);
            }
        }
    }
}
