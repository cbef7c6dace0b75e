package dev.lilla.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/// Reads the `normalizer` of a tokenizer.json.
final class JsonNormalizers {
    private static final String KINDS =
            "Sequence, NFC, NFD, NFKC, NFKD, Prepend, Replace, Lowercase, Strip, StripAccents, BertNormalizer";

    private JsonNormalizers() {}

    static TextNormalizer read(JsonPart part) {
        return switch (part.string("type")) {
            case "Sequence" -> {
                List<TextNormalizer> steps = new ArrayList<>();
                part.elements("normalizers").forEach(step -> steps.add(read(step)));
                yield new TextNormalizer.Sequence(steps);
            }
            case "NFC" -> new TextNormalizer.Unicode(Normalizer.Form.NFC);
            case "NFD" -> new TextNormalizer.Unicode(Normalizer.Form.NFD);
            case "NFKC" -> new TextNormalizer.Unicode(Normalizer.Form.NFKC);
            case "NFKD" -> new TextNormalizer.Unicode(Normalizer.Form.NFKD);
            case "Prepend" -> new TextNormalizer.Prepend(part.string("prepend"));
            case "Replace" ->
                new TextNormalizer.Replace(JsonPatterns.read(part.get("pattern")), part.string("content"));
            case "Lowercase" -> new TextNormalizer.Lowercase();
            case "Strip" -> new TextNormalizer.Strip(ends(part));
            case "StripAccents" -> new TextNormalizer.StripAccents();
            case "BertNormalizer" -> bert(part);
            case "Precompiled" -> precompiled(part);
            case String other -> throw part.unsupported("the normalizer " + other, KINDS);
        };
    }

    private static TextNormalizer.Ends ends(JsonPart part) {
        boolean left = part.flag("strip_left", true);
        boolean right = part.flag("strip_right", true);
        if (left && right) {
            return TextNormalizer.Ends.BOTH;
        }
        return left ? TextNormalizer.Ends.LEFT : right ? TextNormalizer.Ends.RIGHT : TextNormalizer.Ends.NEITHER;
    }

    private static TextNormalizer bert(JsonPart part) {
        boolean lowercase = part.flag("lowercase", true);
        return bert(
                part.flag("clean_text", true),
                part.flag("handle_chinese_chars", true),
                part.flag("strip_accents", lowercase),
                lowercase);
    }

    /// BERT's normalizer.
    static TextNormalizer bert(boolean cleans, boolean spacesIdeographs, boolean stripsAccents, boolean lowercases) {
        List<TextNormalizer> steps = new ArrayList<>();
        steps.add(new TextNormalizer.BertCleaning(cleans, spacesIdeographs));
        if (stripsAccents) {
            steps.add(new TextNormalizer.Unicode(Normalizer.Form.NFD));
            steps.add(new TextNormalizer.StripAccents());
        }
        if (lowercases) {
            steps.add(new TextNormalizer.Lowercase());
        }
        return new TextNormalizer.Sequence(steps);
    }

    private static TextNormalizer precompiled(JsonPart part) {
        if (part.findString("precompiled_charsmap").orElse("").isEmpty()) {
            return new TextNormalizer.Identity();
        }
        throw part.unsupported("a Precompiled normalizer with a character map", KINDS);
    }
}
