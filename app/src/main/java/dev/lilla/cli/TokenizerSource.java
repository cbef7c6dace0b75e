package dev.lilla.cli;

import dev.lilla.format.Gguf;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.tokenizer.Tokenizer;
import dev.lilla.tokenizer.Tokenizers;
import java.nio.file.Path;

/// The tokenizer of a model, without the model: files that hold a vocabulary and no weights will do.
final class TokenizerSource {
    private TokenizerSource() {}

    static Tokenizer open(Path path) {
        if (Gguf.isGguf(path)) {
            try (Gguf gguf = Gguf.open(path)) {
                return Tokenizers.open(gguf);
            }
        }
        return Tokenizers.open(HuggingFaceDirectory.openFiles(path));
    }
}
