package dev.lilla.tokenizer;

/// The parts that the pre-tokenizers' regular expressions share, each in time linear in what it reads.
final class TextRuns {
    private TextRuns() {}

    /// The end of the run of code points of `classes` from `from` on; `from` itself if there is none.
    static int of(String text, int from, int to, int classes) {
        int at = from;
        while (at < to) {
            int c = text.codePointAt(at);
            if (!CharacterClass.is(c, classes)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    /// The end of the run of code points of none of `classes`.
    static int outside(String text, int from, int to, int classes) {
        int at = from;
        while (at < to) {
            int c = text.codePointAt(at);
            if (CharacterClass.is(c, classes)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    /// The end of at most `most` code points of `classes`.
    static int atMost(String text, int from, int to, int classes, int most) {
        int at = from;
        for (int i = 0; i < most && at < to; i++) {
            int c = text.codePointAt(at);
            if (!CharacterClass.is(c, classes)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    /// `'s|'t|'re|'ve|'m|'ll|'d`: its end, or [PieceScanner#NO_MATCH].
    static int contraction(String text, int from, int to) {
        if (text.charAt(from) != '\'' || to - from < 2) {
            return PieceScanner.NO_MATCH;
        }
        return switch (text.charAt(from + 1)) {
            case 's', 't', 'm', 'd' -> from + 2;
            case 'r', 'v' -> to - from > 2 && text.charAt(from + 2) == 'e' ? from + 3 : PieceScanner.NO_MATCH;
            case 'l' -> to - from > 2 && text.charAt(from + 2) == 'l' ? from + 3 : PieceScanner.NO_MATCH;
            default -> PieceScanner.NO_MATCH;
        };
    }

    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)`; U+017F (long s) is an s by Unicode case folding.
    static int contractionOfAnyCase(String text, int from, int to) {
        if (text.charAt(from) != '\'' || to - from < 2) {
            return PieceScanner.NO_MATCH;
        }
        return switch (text.charAt(from + 1)) {
            case 's', 'S', 't', 'T', 'm', 'M', 'd', 'D', '\u017F' -> from + 2;
            case 'r', 'R', 'v', 'V' ->
                to - from > 2 && (text.charAt(from + 2) | 0x20) == 'e' ? from + 3 : PieceScanner.NO_MATCH;
            case 'l', 'L' -> to - from > 2 && (text.charAt(from + 2) | 0x20) == 'l' ? from + 3 : PieceScanner.NO_MATCH;
            default -> PieceScanner.NO_MATCH;
        };
    }

    /// `\s+(?!\S)`: the whole run of white space at the end of the text, else all of it but the last.
    static int spacesBeforeSpace(String text, int from, int to) {
        int end = of(text, from, to, CharacterClass.SPACE);
        int last = end == to ? end : end - 1;
        return last > from ? last : PieceScanner.NO_MATCH;
    }

    /// `\s*[\r\n]+|\s+(?!\S)|\s+`: white space up to its last line break, if it has one.
    static int spaces(String text, int from, int to) {
        int at = from;
        int afterNewline = PieceScanner.NO_MATCH;
        while (at < to) {
            int classes = CharacterClass.of(text.charAt(at));
            if ((classes & CharacterClass.SPACE) == 0) {
                break;
            }
            at++;
            if ((classes & CharacterClass.NEWLINE) != 0) {
                afterNewline = at;
            }
        }
        if (at == from) {
            return PieceScanner.NO_MATCH;
        }
        if (afterNewline > 0) {
            return afterNewline;
        }
        return at == to || at - from == 1 ? at : at - 1;
    }
}
