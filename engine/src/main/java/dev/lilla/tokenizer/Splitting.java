package dev.lilla.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How a byte-level vocabulary that is trained cuts text before merging. Merges never cross a cut.
///
/// Each is one that GGUF has a name for, so that a trained tokenizer can go wherever its model goes.
public enum Splitting {
    /// GPT-2's pieces, with every digit one of its own: numbers are read digit by digit.
    DIGITS("smollm"),
    /// GPT-2's pieces; numbers of any length may become tokens.
    GPT2("gpt-2"),
    /// Qwen's: one digit at a time, a word may begin with any one character that is no letter; text is composed (NFC).
    QWEN("qwen2"),
    /// Llama 3's: as Qwen's with up to three digits, no NFC, and a word that is a token is taken whole.
    LLAMA3("llama-bpe");

    private final String pre;

    Splitting(String pre) {
        this.pre = pre;
    }

    /// The name GGUF has for it, `tokenizer.ggml.pre`.
    public String pre() {
        return pre;
    }

    /// The splitting of a name in GGUF.
    ///
    /// @throws IllegalArgumentException if none has it
    public static Splitting ofPre(String name) {
        return Arrays.stream(values())
                .filter(splitting -> splitting.pre.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a vocabulary cannot be trained with the splitting \""
                        + name + "\". Supported: "
                        + Arrays.stream(values()).map(Splitting::pre).collect(Collectors.joining(", "))));
    }

    boolean composes() {
        return this == QWEN;
    }

    boolean ignoresMerges() {
        return this == LLAMA3;
    }

    /// Cuts exactly as the loader of [#json] will.
    PreTokenizer preTokenizer() {
        return JsonPreTokenizers.read(new JsonPart(json(), name())).preTokenizer();
    }

    TextNormalizer normalizer() {
        return composes() ? new TextNormalizer.Unicode(java.text.Normalizer.Form.NFC) : new TextNormalizer.Identity();
    }

    /// The `pre_tokenizer` of a tokenizer.json.
    ObjectNode json() {
        return switch (this) {
            case DIGITS -> sequence(List.of(node("Digits").put("individual_digits", true), byteLevel(true)));
            case GPT2 -> byteLevel(true);
            case QWEN -> sequence(List.of(regex(KnownPatterns.QWEN2_REGEX), byteLevel(false)));
            case LLAMA3 -> sequence(List.of(regex(KnownPatterns.LLAMA3_REGEX), byteLevel(false)));
        };
    }

    private static ObjectNode sequence(List<ObjectNode> steps) {
        ObjectNode sequence = node("Sequence");
        ArrayNode list = sequence.putArray("pretokenizers");
        steps.forEach(list::add);
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
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }
}
