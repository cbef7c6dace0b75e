package dev.lilla.serve.text;

/// Finds where a JSON object or array ends.
final class JsonSpan {
    private JsonSpan() {}

    /// @param from where it begins
    /// @return the index behind its last bracket, or -1 where the text ends before it
    static int end(String text, int from) {
        int depth = 0;
        boolean isInString = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isInString) {
                if (c == '\\') {
                    i++;
                } else {
                    isInString = c != '"';
                }
                continue;
            }
            switch (c) {
                case '"' -> isInString = true;
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                default -> {}
            }
            if (depth == 0) {
                return i + 1;
            }
        }
        return -1;
    }
}
