package dev.lilla.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Reads the `decoder` of a tokenizer.json.
final class JsonDecoders {
    private static final String KINDS = "Sequence, ByteLevel, Metaspace, Replace, ByteFallback, Fuse, Strip, WordPiece";

    private final List<Supplier<DecoderStep>> steps = new ArrayList<>();
    private DecoderStep.Scope scope = DecoderStep.Scope.EACH_TOKEN;

    private JsonDecoders() {}

    static TokenDecoder read(JsonPart part) {
        if (part.string("type").equals("ByteLevel")) {
            return new ByteLevelDecoder(ByteLevelDecoder.Added.ALPHABET);
        }
        JsonDecoders reader = new JsonDecoders();
        reader.add(part);
        return new DecoderChain(reader.steps);
    }

    /// What decodes without a `decoder`: tokens with spaces between.
    static TokenDecoder join() {
        return new DecoderChain(List.of(DecoderStep.Join::new));
    }

    private void add(JsonPart part) {
        switch (part.string("type")) {
            case "Sequence" -> part.elements("decoders").forEach(this::add);
            case "ByteLevel" -> {
                steps.add(DecoderStep.Bytes::new);
                scope = DecoderStep.Scope.WHOLE_TEXT;
            }
            case "Metaspace" -> {
                char sign = JsonPreTokenizers.sign(part);
                boolean dropsFirst = JsonPreTokenizers.prepend(part) != PreTokenizer.Prepend.NEVER;
                steps.add(() -> new DecoderStep.Metaspace(sign, dropsFirst));
            }
            case "Replace" -> addReplace(part);
            case "ByteFallback" -> steps.add(DecoderStep.ByteFallback::new);
            case "Fuse" -> scope = DecoderStep.Scope.WHOLE_TEXT;
            case "Strip" -> addStrip(part);
            case "WordPiece" -> {
                String prefix = part.findString("prefix").orElse("##");
                boolean cleansUp = part.flag("cleanup", true);
                steps.add(() -> new DecoderStep.WordPieces(prefix, cleansUp));
            }
            case String other -> throw part.unsupported("the decoder " + other, KINDS);
        }
    }

    private void addReplace(JsonPart part) {
        String content = part.string("content");
        if (!(JsonPatterns.read(part.get("pattern")) instanceof LiteralScanner(String literal))) {
            throw part.unsupported("a Replace decoder with a regular expression", "a fixed text");
        }
        if (scope == DecoderStep.Scope.WHOLE_TEXT && literal.length() > 1) {
            throw part.unsupported("a Replace decoder of several characters after Fuse", "one character");
        }
        steps.add(() -> new DecoderStep.Replace(literal, content));
    }

    private void addStrip(JsonPart part) {
        String content = part.string("content");
        if (content.length() != 1) {
            throw part.broken("the content \"" + content + "\" has " + content.length() + " characters, expected one");
        }
        int start = Math.clamp(part.integer("start"), 0, Integer.MAX_VALUE);
        int stop = Math.clamp(part.integer("stop"), 0, Integer.MAX_VALUE);
        DecoderStep.Scope here = scope;
        steps.add(() -> new DecoderStep.Strip(content.charAt(0), start, stop, here));
    }
}
