package dev.lilla.tokenizer;

import static dev.lilla.tokenizer.CharacterClass.LETTER;
import static dev.lilla.tokenizer.CharacterClass.NEWLINE;
import static dev.lilla.tokenizer.CharacterClass.NUMBER;
import static dev.lilla.tokenizer.CharacterClass.SPACE;

/// The pieces of Qwen (one digit each) and Llama 3, Falcon 3, GLM-4 (up to three digits):
/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}` and
/// `| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`.
///
/// @param digitsMax digits in a piece: 1 or 3
record Cl100kScanner(int digitsMax) implements PieceScanner {
    @Override
    public int match(String text, int from, int to) {
        int contraction = TextRuns.contractionOfAnyCase(text, from, to);
        if (contraction != NO_MATCH) {
            return contraction;
        }
        int c = text.codePointAt(from);
        int classes = CharacterClass.of(c);
        if ((classes & LETTER) != 0) {
            return TextRuns.of(text, from, to, LETTER);
        }
        if ((classes & NUMBER) != 0) {
            return TextRuns.atMost(text, from, to, NUMBER, digitsMax);
        }
        int second = from + Character.charCount(c);
        if ((classes & NEWLINE) == 0 && second < to && CharacterClass.is(text.codePointAt(second), LETTER)) {
            return TextRuns.of(text, second, to, LETTER);
        }
        int symbols = c == ' ' ? second : from;
        int symbolsEnd = TextRuns.outside(text, symbols, to, SPACE | LETTER | NUMBER);
        if (symbolsEnd > symbols) {
            return TextRuns.of(text, symbolsEnd, to, NEWLINE);
        }
        return TextRuns.spaces(text, from, to);
    }
}
