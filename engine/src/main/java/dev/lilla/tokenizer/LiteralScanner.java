package dev.lilla.tokenizer;

/// Matches a fixed text.
record LiteralScanner(String literal) implements PieceScanner {
    LiteralScanner {
        if (literal.isEmpty()) {
            throw new IllegalArgumentException("an empty text to split at, expected at least one character");
        }
    }

    @Override
    public int match(String text, int from, int to) {
        int end = from + literal.length();
        return end <= to && text.startsWith(literal, from) ? end : NO_MATCH;
    }
}
