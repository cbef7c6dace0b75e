package dev.lilla.tokenizer;

import dev.lilla.format.ModelFormatException;

/// Two tokens that merge; the rank is their place in the list.
public record Merge(String left, String right) {
    /// Reads `left right`; only the first space parts them, unless the text begins with one.
    static Merge parse(String line, String place) {
        int space = line.indexOf(' ', 1);
        if (space < 0 || space == line.length() - 1) {
            throw new ModelFormatException(place + ": the merge \"" + line
                    + "\" is no pair, expected two tokens with a space between. Download the file again.");
        }
        return new Merge(line.substring(0, space), line.substring(space + 1));
    }
}
