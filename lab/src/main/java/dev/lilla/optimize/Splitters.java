package dev.lilla.optimize;

import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// How byte-level BPE splits text before merging, as tokenizer.json states what GGUF has a name for.
///
/// Source of the patterns: the regular expressions in `llama-vocab.cpp`.
final class Splitters {
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String AFTER_WORDS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String AFTER_CASED = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String UPPER_THEN_LOWER =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+";
    private static final String UPPER =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*";

    private Splitters() {}

    /// Whether text is brought into normal form C first.
    static boolean isNormalized(String pre) {
        return pre.equals("qwen2");
    }

    /// Whether a word that is a piece is taken whole, whatever the merges say.
    static boolean ignoresMerges(String pre) {
        return Set.of("llama-bpe", "llama3", "falcon3", "tekken").contains(pre);
    }

    /// Whether a beginning token is added where the file does not say.
    static boolean addsBos(String pre) {
        return ignoresMerges(pre);
    }

    /// The `pre_tokenizer` of tokenizer.json; names that are not known split as GPT-2 does.
    static ObjectNode of(String pre) {
        return switch (pre) {
            case "qwen2" -> split(CONTRACTIONS + words() + "|\\p{N}" + AFTER_WORDS);
            case "llama-bpe", "llama3", "falcon3", "chatglm-bpe" ->
                split(CONTRACTIONS + words() + "|\\p{N}{1,3}" + AFTER_WORDS);
            case "tekken" -> split(UPPER_THEN_LOWER + "|" + UPPER + "|\\p{N}" + AFTER_CASED);
            case "gpt-4o" ->
                split(UPPER_THEN_LOWER + CONTRACTIONS + "?|" + UPPER + CONTRACTIONS + "?|\\p{N}{1,3}" + AFTER_CASED);
            case "falcon" -> falcon();
            case "smollm" -> smollm();
            default -> byteLevel(true);
        };
    }

    private static String words() {
        return "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
    }

    private static ObjectNode split(String pattern) {
        ObjectNode sequence = node("Sequence");
        ArrayNode parts = sequence.putArray("pretokenizers");
        parts.add(regex(pattern));
        parts.add(byteLevel(false));
        return sequence;
    }

    private static ObjectNode falcon() {
        ObjectNode sequence = node("Sequence");
        ArrayNode parts = sequence.putArray("pretokenizers");
        parts.add(node("Punctuation").put("behavior", "Contiguous"));
        parts.add(byteLevel(true));
        parts.add(node("Digits").put("individual_digits", false));
        parts.add(regex("[0-9][0-9][0-9]"));
        return sequence;
    }

    private static ObjectNode smollm() {
        ObjectNode sequence = node("Sequence");
        ArrayNode parts = sequence.putArray("pretokenizers");
        parts.add(node("Digits").put("individual_digits", true));
        parts.add(byteLevel(true));
        return sequence;
    }

    private static ObjectNode regex(String pattern) {
        ObjectNode split = node("Split");
        split.putObject("pattern").put("Regex", pattern);
        return split.put("behavior", "Isolated").put("invert", false);
    }

    private static ObjectNode byteLevel(boolean splits) {
        return node("ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", splits);
    }

    private static ObjectNode node(String type) {
        return JsonMapper.shared().createObjectNode().put("type", type);
    }
}
