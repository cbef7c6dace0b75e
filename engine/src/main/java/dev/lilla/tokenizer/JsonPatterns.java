package dev.lilla.tokenizer;

import java.util.Optional;

/// Reads a pattern of a tokenizer.json: a fixed text, or a regular expression that is known.
final class JsonPatterns {
    private JsonPatterns() {}

    static PieceScanner read(JsonPart part) {
        Optional<String> literal = part.findString("String");
        if (literal.isPresent()) {
            if (literal.get().isEmpty()) {
                throw part.broken("the text to look for is empty");
            }
            return new LiteralScanner(literal.get());
        }
        String regex = part.string("Regex");
        return KnownPatterns.find(regex)
                .orElseThrow(() -> part.unsupported(
                        "the regular expression " + regex,
                        "those of GPT-2, GPT-4o, Llama 3, Qwen, Falcon, SmolLM, Tekken and GLM-4"));
    }
}
