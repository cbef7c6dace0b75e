package dev.lilla.tokenizer;

/// Matches one or more code points of a class: digits, punctuation, white space.
enum ClassScanner implements PieceScanner {
    /// `\p{N}`, one at a time.
    NUMBER {
        @Override
        public int match(String text, int from, int to) {
            return end(TextRuns.atMost(text, from, to, CharacterClass.NUMBER, 1), from);
        }
    },
    /// `\p{N}{1,3}`.
    THREE_NUMBERS {
        @Override
        public int match(String text, int from, int to) {
            return end(TextRuns.atMost(text, from, to, CharacterClass.NUMBER, 3), from);
        }
    },
    /// `\p{N}+`.
    NUMBERS {
        @Override
        public int match(String text, int from, int to) {
            return end(TextRuns.of(text, from, to, CharacterClass.NUMBER), from);
        }
    },
    /// `[0-9][0-9][0-9]`.
    THREE_DIGITS {
        @Override
        public int match(String text, int from, int to) {
            if (to - from < 3) {
                return NO_MATCH;
            }
            for (int i = from; i < from + 3; i++) {
                if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                    return NO_MATCH;
                }
            }
            return from + 3;
        }
    },
    /// One code point that Hugging Face tokenizers calls punctuation.
    PUNCTUATION {
        @Override
        public int match(String text, int from, int to) {
            int c = text.codePointAt(from);
            return CharacterClass.isPunctuation(c) ? from + Character.charCount(c) : NO_MATCH;
        }
    },
    /// ``[\p{P}\$\+<=>\^~\|`]+``: a run of the same.
    PUNCTUATIONS {
        @Override
        public int match(String text, int from, int to) {
            int at = from;
            while (at < to && CharacterClass.isPunctuation(text.codePointAt(at))) {
                at += Character.charCount(text.codePointAt(at));
            }
            return end(at, from);
        }
    },
    /// One white space.
    SPACE {
        @Override
        public int match(String text, int from, int to) {
            return CharacterClass.is(text.charAt(from), CharacterClass.SPACE) ? from + 1 : NO_MATCH;
        }
    },
    /// `\s+`.
    SPACES {
        @Override
        public int match(String text, int from, int to) {
            return end(TextRuns.of(text, from, to, CharacterClass.SPACE), from);
        }
    },
    /// `\w+|[^\w\s]+`.
    WORDS {
        @Override
        public int match(String text, int from, int to) {
            boolean word = CharacterClass.isWord(text.codePointAt(from));
            int at = from;
            while (at < to) {
                int c = text.codePointAt(at);
                if (CharacterClass.is(c, CharacterClass.SPACE) || CharacterClass.isWord(c) != word) {
                    break;
                }
                at += Character.charCount(c);
            }
            return end(at, from);
        }
    };

    private static int end(int at, int from) {
        return at > from ? at : NO_MATCH;
    }
}
