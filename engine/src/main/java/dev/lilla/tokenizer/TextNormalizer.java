package dev.lilla.tokenizer;

import java.text.Normalizer;
import java.util.List;

/// Rewrites a text before it is cut and encoded. The kinds are those tokenizer.json names.
sealed interface TextNormalizer {
    String apply(String text);

    /// Leaves the text as it is.
    record Identity() implements TextNormalizer {
        @Override
        public String apply(String text) {
            return text;
        }
    }

    record Sequence(List<TextNormalizer> steps) implements TextNormalizer {
        public Sequence {
            steps = List.copyOf(steps);
        }

        @Override
        public String apply(String text) {
            String result = text;
            for (TextNormalizer step : steps) {
                result = step.apply(result);
            }
            return result;
        }
    }

    /// NFC, NFD, NFKC or NFKD. Source: Unicode Standard Annex 15.
    record Unicode(Normalizer.Form form) implements TextNormalizer {
        @Override
        public String apply(String text) {
            return isAscii(text) ? text : UnicodeNormalization.apply(text, form);
        }

        private static boolean isAscii(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) >= 0x80) {
                    return false;
                }
            }
            return true;
        }
    }

    /// Puts a text in front, unless there is none.
    record Prepend(String prefix) implements TextNormalizer {
        @Override
        public String apply(String text) {
            return text.isEmpty() ? text : prefix + text;
        }
    }

    /// Replaces each match of a pattern.
    record Replace(PieceScanner pattern, String content) implements TextNormalizer {
        @Override
        public String apply(String text) {
            if (pattern instanceof LiteralScanner(String literal)) {
                return text.replace(literal, content);
            }
            StringBuilder result = new StringBuilder(text.length());
            int at = 0;
            while (at < text.length()) {
                int end = pattern.match(text, at, text.length());
                if (end == PieceScanner.NO_MATCH) {
                    result.append(text.charAt(at++));
                } else {
                    result.append(content);
                    at = end;
                }
            }
            return result.toString();
        }
    }

    /// Lower case, code point by code point (no final sigma, no locale).
    record Lowercase() implements TextNormalizer {
        @Override
        public String apply(String text) {
            StringBuilder result = new StringBuilder(text.length());
            text.codePoints().forEach(c -> {
                if (c == 0x130) {
                    result.append("i\u0307");
                } else {
                    result.appendCodePoint(Character.toLowerCase(c));
                }
            });
            return result.toString();
        }
    }

    /// Which ends of a text lose their white space.
    enum Ends {
        LEFT,
        RIGHT,
        BOTH,
        NEITHER
    }

    record Strip(Ends ends) implements TextNormalizer {
        @Override
        public String apply(String text) {
            int from = 0;
            int to = text.length();
            while (ends != Ends.RIGHT && ends != Ends.NEITHER && from < to && isSpace(text, from)) {
                from++;
            }
            while (ends != Ends.LEFT && ends != Ends.NEITHER && to > from && isSpace(text, to - 1)) {
                to--;
            }
            return text.substring(from, to);
        }

        private static boolean isSpace(String text, int index) {
            return CharacterClass.is(text.charAt(index), CharacterClass.SPACE);
        }
    }

    /// Drops combining marks; after NFD this takes accents off.
    record StripAccents() implements TextNormalizer {
        @Override
        public String apply(String text) {
            StringBuilder result = new StringBuilder(text.length());
            text.codePoints()
                    .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
                    .forEach(result::appendCodePoint);
            return result.toString();
        }
    }

    /// What SentencePiece's `remove_extra_whitespaces` does: no space at the ends, one at a time between.
    record SingleSpaces() implements TextNormalizer {
        @Override
        public String apply(String text) {
            StringBuilder result = new StringBuilder(text.length());
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                boolean repeated = c == ' ' && (result.isEmpty() || result.charAt(result.length() - 1) == ' ');
                if (!repeated) {
                    result.append(c);
                }
            }
            int end = result.length();
            result.setLength(end > 0 && result.charAt(end - 1) == ' ' ? end - 1 : end);
            return result.toString();
        }
    }

    /// BERT's: drops control characters, makes every white space a space, sets spaces around ideographs.
    record BertCleaning(boolean cleans, boolean spacesIdeographs) implements TextNormalizer {
        @Override
        public String apply(String text) {
            StringBuilder result = new StringBuilder(text.length() + 16);
            text.codePoints().forEach(c -> {
                if (cleans && isDropped(c)) {
                    return;
                }
                if (cleans && CharacterClass.is(c, CharacterClass.SPACE)) {
                    result.append(' ');
                } else if (spacesIdeographs && isIdeograph(c)) {
                    result.append(' ').appendCodePoint(c).append(' ');
                } else {
                    result.appendCodePoint(c);
                }
            });
            return result.toString();
        }

        private static boolean isDropped(int c) {
            if (c == '\t' || c == '\n' || c == '\r') {
                return false;
            }
            return c == 0xFFFD
                    || switch (Character.getType(c)) {
                        case Character.CONTROL,
                                Character.FORMAT,
                                Character.PRIVATE_USE,
                                Character.SURROGATE,
                                Character.UNASSIGNED -> true;
                        default -> false;
                    };
        }

        private static boolean isIdeograph(int c) {
            return (c >= 0x4E00 && c <= 0x9FFF)
                    || (c >= 0x3400 && c <= 0x4DBF)
                    || (c >= 0x20000 && c <= 0x2A6DF)
                    || (c >= 0x2A700 && c <= 0x2B73F)
                    || (c >= 0x2B740 && c <= 0x2B81F)
                    || (c >= 0x2B920 && c <= 0x2CEAF)
                    || (c >= 0xF900 && c <= 0xFAFF)
                    || (c >= 0x2F800 && c <= 0x2FA1F);
        }
    }
}
