package dev.lilla.tokenizer;

import static dev.lilla.tokenizer.CharacterClass.CAPITAL;
import static dev.lilla.tokenizer.CharacterClass.LETTER;
import static dev.lilla.tokenizer.CharacterClass.MARK;
import static dev.lilla.tokenizer.CharacterClass.NEWLINE;
import static dev.lilla.tokenizer.CharacterClass.NUMBER;
import static dev.lilla.tokenizer.CharacterClass.SMALL;
import static dev.lilla.tokenizer.CharacterClass.SPACE;

/// The pieces of Mistral's Tekken and of GPT-4o, which also split where small letters turn to capitals:
/// `P?U*S+|P?U+S*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+` with `P` = `[^\r\n\p{L}\p{N}]`,
/// `U` = `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]` and `S` = `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`.
/// GPT-4o takes a contraction after the letters, and up to three digits.
enum CasedScanner implements PieceScanner {
    TEKKEN(1),
    GPT_4O(3);

    private final int digitsMax;

    CasedScanner(int digitsMax) {
        this.digitsMax = digitsMax;
    }

    @Override
    public int match(String text, int from, int to) {
        int letters = letters(text, from, to);
        if (letters != NO_MATCH) {
            int contraction =
                    this == GPT_4O && letters < to ? TextRuns.contractionOfAnyCase(text, letters, to) : NO_MATCH;
            return Math.max(letters, contraction);
        }
        if (CharacterClass.is(text.codePointAt(from), NUMBER)) {
            return TextRuns.atMost(text, from, to, NUMBER, digitsMax);
        }
        int symbols = text.charAt(from) == ' ' ? from + 1 : from;
        int symbolsEnd = TextRuns.outside(text, symbols, to, SPACE | LETTER | NUMBER);
        if (symbolsEnd > symbols) {
            int end = symbolsEnd;
            while (end < to && (text.charAt(end) == '/' || CharacterClass.is(text.charAt(end), NEWLINE))) {
                end++;
            }
            return end;
        }
        return TextRuns.spaces(text, from, to);
    }

    /// `P?U*S+|P?U+S*`: each branch first with the character before the letters, then without.
    private static int letters(String text, int from, int to) {
        int c = text.codePointAt(from);
        int afterPrefix = CharacterClass.is(c, LETTER | NUMBER | NEWLINE) ? from : from + Character.charCount(c);
        int end = endingSmall(text, afterPrefix, to);
        if (end == NO_MATCH && afterPrefix > from) {
            end = endingSmall(text, from, to);
        }
        if (end == NO_MATCH) {
            int capitals = lettersWithout(SMALL, text, afterPrefix, to);
            end = capitals > afterPrefix ? capitals : NO_MATCH;
        }
        if (end == NO_MATCH && afterPrefix > from) {
            int capitals = lettersWithout(SMALL, text, from, to);
            end = capitals > from ? capitals : NO_MATCH;
        }
        return end;
    }

    /// `U*S+`. Where no small letter follows the run of `U`, the run gives back characters until its end is one that
    /// `S` takes too: the last letter without case, or mark.
    private static int endingSmall(String text, int from, int to) {
        int at = from;
        int afterCaseless = NO_MATCH;
        while (at < to) {
            int c = text.codePointAt(at);
            int classes = CharacterClass.of(c);
            if ((classes & SMALL) != 0 || (classes & (LETTER | MARK)) == 0) {
                break;
            }
            at += Character.charCount(c);
            if ((classes & CAPITAL) == 0) {
                afterCaseless = at;
            }
        }
        int end = lettersWithout(CAPITAL, text, at, to);
        return end > at ? end : afterCaseless;
    }

    /// Where letters and marks that are not of the class `excluded` end.
    private static int lettersWithout(int excluded, String text, int from, int to) {
        int at = from;
        while (at < to) {
            int c = text.codePointAt(at);
            int classes = CharacterClass.of(c);
            if ((classes & excluded) != 0 || (classes & (LETTER | MARK)) == 0) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }
}
