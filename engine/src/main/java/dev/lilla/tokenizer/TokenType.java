package dev.lilla.tokenizer;

import java.util.Optional;

/// What a piece of a vocabulary is, with the number that SentencePiece models and `tokenizer.ggml.token_type` share.
public enum TokenType {
    NORMAL(1),
    UNKNOWN(2),
    CONTROL(3),
    USER_DEFINED(4),
    UNUSED(5),
    BYTE(6);

    private static final TokenType[] ALL = values();

    private final int number;

    TokenType(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    public static Optional<TokenType> ofNumber(long number) {
        for (TokenType type : ALL) {
            if (type.number == number) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
