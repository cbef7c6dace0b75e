package dev.lilla;

import dev.lilla.tokenizer.Detokenizer;
import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/// A token a character of Latin-1, for tests that need a tokenizer and no vocabulary.
public class ByteTokenizer implements Tokenizer {
    private final int size;

    /// @param size ids from 256 on decode to `<id>`
    public ByteTokenizer(int size) {
        this.size = size;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int[] encode(String text, SpecialTokens special) {
        return text.chars().map(c -> c < 256 ? c : '?').toArray();
    }

    @Override
    public Detokenizer detokenizer() {
        return new Detokenizer() {
            @Override
            public String append(int id) {
                return token(id);
            }

            @Override
            public String finish() {
                return "";
            }
        };
    }

    @Override
    public String token(int id) {
        if (id < 0 || id >= size) {
            throw new IllegalArgumentException("no token " + id);
        }
        return id < 256 ? String.valueOf((char) id) : "<" + id + ">";
    }

    @Override
    public byte[] bytes(int id) {
        return token(id).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public OptionalInt id(String token) {
        return token.length() == 1 ? OptionalInt.of(token.charAt(0)) : OptionalInt.empty();
    }

    @Override
    public boolean isSpecial(int id) {
        return id >= 256;
    }

    @Override
    public OptionalInt beginOfText() {
        return OptionalInt.empty();
    }

    @Override
    public OptionalInt endOfText() {
        return OptionalInt.empty();
    }
}
