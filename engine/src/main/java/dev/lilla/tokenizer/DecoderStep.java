package dev.lilla.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// One step of a [DecoderChain], with the state of one text. Kinds and behavior: Hugging Face tokenizers.
abstract sealed class DecoderStep {
    abstract void accept(String token, Consumer<String> next);

    /// Gives out what was held back.
    void finish(Consumer<String> next) {}

    /// Joins tokens with spaces: what happens without a decoder.
    static final class Join extends DecoderStep {
        private boolean begun;

        @Override
        void accept(String token, Consumer<String> next) {
            next.accept(begun ? " " + token : token);
            begun = true;
        }
    }

    /// Replaces a text within each token.
    static final class Replace extends DecoderStep {
        private final String pattern;
        private final String content;

        Replace(String pattern, String content) {
            this.pattern = pattern;
            this.content = content;
        }

        @Override
        void accept(String token, Consumer<String> next) {
            next.accept(token.replace(pattern, content));
        }
    }

    /// Makes text of `<0xXX>` tokens. A run of them that is no UTF-8 as a whole becomes one U+FFFD a byte, so a run is
    /// certain only at its end.
    static final class ByteFallback extends DecoderStep {
        private final ByteArrayOutputStream run = new ByteArrayOutputStream();

        @Override
        void accept(String token, Consumer<String> next) {
            int unsignedByte = TokenDecoder.byteOf(token);
            if (unsignedByte >= 0) {
                run.write(unsignedByte);
            } else {
                finish(next);
                next.accept(token);
            }
        }

        @Override
        void finish(Consumer<String> next) {
            if (run.size() == 0) {
                return;
            }
            byte[] bytes = run.toByteArray();
            run.reset();
            try {
                next.accept(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString());
            } catch (CharacterCodingException e) {
                for (int i = 0; i < bytes.length; i++) {
                    next.accept("\uFFFD");
                }
            }
        }
    }

    /// Whether a step sees tokens, or the parts of one text (after Fuse).
    enum Scope {
        EACH_TOKEN,
        WHOLE_TEXT
    }

    /// Strips up to `start` characters from the front and `stop` from the end.
    static final class Strip extends DecoderStep {
        private final char content;
        private final int start;
        private final int stop;
        private final Scope scope;
        private int startLeft;
        private String held = "";

        Strip(char content, int start, int stop, Scope scope) {
            this.content = content;
            this.start = start;
            this.stop = stop;
            this.scope = scope;
            startLeft = start;
        }

        @Override
        void accept(String token, Consumer<String> next) {
            startLeft = scope == Scope.EACH_TOKEN ? start : startLeft;
            int from = 0;
            while (from < token.length() && startLeft > 0 && token.charAt(from) == content) {
                from++;
                startLeft--;
            }
            if (from < token.length()) {
                startLeft = 0;
            }
            String text = held + token.substring(from);
            int to = text.length();
            while (to > 0 && text.length() - to < stop && text.charAt(to - 1) == content) {
                to--;
            }
            held = scope == Scope.WHOLE_TEXT ? text.substring(to) : "";
            next.accept(text.substring(0, to));
        }
    }

    /// Writes the sign for spaces as spaces; the first token loses its signs if encoding put one in front.
    static final class Metaspace extends DecoderStep {
        private final String sign;
        private final boolean dropsFirst;
        private boolean begun;

        Metaspace(char sign, boolean dropsFirst) {
            this.sign = String.valueOf(sign);
            this.dropsFirst = dropsFirst;
        }

        @Override
        void accept(String token, Consumer<String> next) {
            next.accept(token.replace(sign, dropsFirst && !begun ? "" : " "));
            begun = true;
        }
    }

    /// Puts a space before a token that begins a word, and takes spaces before punctuation away if asked.
    static final class WordPieces extends DecoderStep {
        private final String prefix;
        private final boolean cleansUp;
        private boolean begun;

        WordPieces(String prefix, boolean cleansUp) {
            this.prefix = prefix;
            this.cleansUp = cleansUp;
        }

        @Override
        void accept(String token, Consumer<String> next) {
            String text = token;
            if (begun) {
                text = token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
            }
            begun = true;
            next.accept(cleansUp ? cleanUp(text) : text);
        }

        private static String cleanUp(String text) {
            return text.replace(" .", ".")
                    .replace(" ?", "?")
                    .replace(" !", "!")
                    .replace(" ,", ",")
                    .replace(" ' ", "'")
                    .replace(" n't", "n't")
                    .replace(" 'm", "'m")
                    .replace(" do not", " don't")
                    .replace(" 's", "'s")
                    .replace(" 've", "'ve")
                    .replace(" 're", "'re");
        }
    }

    /// Reads tokens in the [ByteAlphabet].
    static final class Bytes extends DecoderStep {
        private final Utf8Text text = new Utf8Text(Utf8Text.Malformed.ONE_A_SEQUENCE);

        @Override
        void accept(String token, Consumer<String> next) {
            text.append(ByteAlphabet.read(token));
            next.accept(text.take());
        }

        @Override
        void finish(Consumer<String> next) {
            next.accept(text.finish());
        }
    }
}
