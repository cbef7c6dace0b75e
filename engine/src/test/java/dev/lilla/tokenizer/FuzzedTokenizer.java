package dev.lilla.tokenizer;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import java.util.function.Supplier;

/// What a fuzzed tokenizer may do: fail to open with one of the two errors that name the file, or encode and decode.
final class FuzzedTokenizer {
    static final String NAME = "fuzzed";

    private static final String TEXT = "<s>Hello  wörld 🙂\n\t don't\u0000 12345 <|im_end|> e\u0301 ";

    private FuzzedTokenizer() {}

    static void use(Supplier<Tokenizer> open) {
        Tokenizer tokenizer;
        try {
            tokenizer = open.get();
        } catch (ModelFormatException | UnsupportedModelException e) {
            if (!String.valueOf(e.getMessage()).contains(NAME)) {
                throw new AssertionError("the error does not name the file", e);
            }
            return;
        }
        for (SpecialTokens special : SpecialTokens.values()) {
            int[] ids = tokenizer.encode(TEXT, special);
            for (int id : ids) {
                if (id < 0 || id >= tokenizer.size()) {
                    throw new AssertionError("id " + id + " is beyond the vocabulary of " + tokenizer.size());
                }
            }
            if (tokenizer.decode(ids).length() > TEXT.length() << 16) {
                throw new AssertionError("a short text became endless");
            }
        }
    }
}
