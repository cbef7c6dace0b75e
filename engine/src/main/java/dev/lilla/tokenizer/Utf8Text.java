package dev.lilla.tokenizer;

/// Decodes UTF-8 that arrives byte by byte; holds back an incomplete code point.
///
/// Source of the rules: Unicode 16, table 3-7, and WHATWG Encoding: a byte that cannot continue a sequence ends it
/// and begins anew.
final class Utf8Text {
    /// How many U+FFFD stand for bytes that are no UTF-8.
    enum Malformed {
        /// One for each longest part that could have begun a code point (Rust, Python, Java).
        ONE_A_SEQUENCE,
        /// One for each byte (SentencePiece).
        ONE_A_BYTE
    }

    private static final char REPLACEMENT = '\uFFFD';

    private final Malformed malformed;
    private final StringBuilder out = new StringBuilder();
    private int codePoint;
    private int seen;
    private int needed;
    private int least;
    private int most;

    Utf8Text(Malformed malformed) {
        this.malformed = malformed;
    }

    void append(byte[] bytes) {
        for (byte b : bytes) {
            append(b & 0xFF);
        }
    }

    void append(int unsignedByte) {
        if (needed > 0) {
            if (unsignedByte >= least && unsignedByte <= most) {
                least = 0x80;
                most = 0xBF;
                codePoint = (codePoint << 6) | (unsignedByte & 0x3F);
                seen++;
                if (--needed == 0) {
                    out.appendCodePoint(codePoint);
                }
                return;
            }
            giveUp();
        }
        begin(unsignedByte);
    }

    /// The text that is certain, which is then forgotten.
    String take() {
        String text = out.toString();
        out.setLength(0);
        return text;
    }

    /// Ends the text: an incomplete code point is malformed.
    String finish() {
        if (needed > 0) {
            giveUp();
        }
        return take();
    }

    private void giveUp() {
        out.repeat(REPLACEMENT, malformed == Malformed.ONE_A_BYTE ? seen : 1);
        needed = 0;
    }

    private void begin(int first) {
        seen = 1;
        least = 0x80;
        most = 0xBF;
        if (first < 0x80) {
            out.append((char) first);
        } else if (first >= 0xC2 && first <= 0xDF) {
            codePoint = first & 0x1F;
            needed = 1;
        } else if (first >= 0xE0 && first <= 0xEF) {
            least = first == 0xE0 ? 0xA0 : 0x80;
            most = first == 0xED ? 0x9F : 0xBF;
            codePoint = first & 0xF;
            needed = 2;
        } else if (first >= 0xF0 && first <= 0xF4) {
            least = first == 0xF0 ? 0x90 : 0x80;
            most = first == 0xF4 ? 0x8F : 0xBF;
            codePoint = first & 0x7;
            needed = 3;
        } else {
            out.append(REPLACEMENT);
        }
    }
}
