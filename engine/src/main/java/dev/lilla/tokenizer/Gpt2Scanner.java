package dev.lilla.tokenizer;

import static dev.lilla.tokenizer.CharacterClass.LETTER;
import static dev.lilla.tokenizer.CharacterClass.NUMBER;
import static dev.lilla.tokenizer.CharacterClass.SPACE;

/// GPT-2's pieces, which Falcon and SmolLM cut further:
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)` and, in most spellings, `|\s+`.
///
/// A single white space before a word matches only the last branch. Without it the white space is left between two
/// matches, which makes the same piece.
enum Gpt2Scanner implements PieceScanner {
    WITH_SPACES,
    WITHOUT_SPACES;

    @Override
    public int match(String text, int from, int to) {
        int contraction = TextRuns.contraction(text, from, to);
        if (contraction != NO_MATCH) {
            return contraction;
        }
        int start = text.charAt(from) == ' ' && from + 1 < to ? from + 1 : from;
        int classes = CharacterClass.of(text.codePointAt(start));
        if ((classes & LETTER) != 0) {
            return TextRuns.of(text, start, to, LETTER);
        }
        if ((classes & NUMBER) != 0) {
            return TextRuns.of(text, start, to, NUMBER);
        }
        if ((classes & SPACE) == 0) {
            return TextRuns.outside(text, start, to, SPACE | LETTER | NUMBER);
        }
        int spaces = TextRuns.spacesBeforeSpace(text, from, to);
        return spaces == NO_MATCH && this == WITH_SPACES ? TextRuns.of(text, from, to, SPACE) : spaces;
    }
}
