package dev.lilla.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// `tekken.json` of Mistral (Nemo, Ministral): ranked byte sequences after a thousand special tokens.
/// Source: mistral-common's tekken.py.
final class TekkenJson {
    private static final long SPECIAL_TOKENS = 1000;

    /// The special tokens of files that do not list them; the rest is `<SPECIAL_n>`.
    private static final List<String> NAMES = List.of(
            "<unk>",
            "<s>",
            "</s>",
            "[INST]",
            "[/INST]",
            "[AVAILABLE_TOOLS]",
            "[/AVAILABLE_TOOLS]",
            "[TOOL_RESULTS]",
            "[/TOOL_RESULTS]",
            "[TOOL_CALLS]",
            "[IMG]",
            "<pad>",
            "[IMG_BREAK]",
            "[IMG_END]",
            "[PREFIX]",
            "[MIDDLE]",
            "[SUFFIX]",
            "[SYSTEM_PROMPT]",
            "[/SYSTEM_PROMPT]",
            "[TOOL_CONTENT]");

    private TekkenJson() {}

    /// @param name the file, for errors
    static Tokenizer read(JsonNode json, String name) {
        JsonPart root = new JsonPart(json, name).requireObject();
        JsonPart config = root.get("config").requireObject();
        String pattern = config.string("pattern");
        PieceScanner scanner = KnownPatterns.find(pattern)
                .orElseThrow(() -> config.unsupported("the pattern " + pattern, "the pattern of Tekken"));
        int specials = config.find("default_num_special_tokens")
                .map(count -> TokenizerLimits.id(count.asInteger(), count.place()))
                .orElse((int) SPECIAL_TOKENS);
        int size = config.find("default_vocab_size")
                .map(count -> TokenizerLimits.id(count.asInteger(), count.place()))
                .orElse(TokenizerLimits.TOKENS_MAX);
        List<String> tokens = new ArrayList<>();
        for (JsonPart entry : root.elements("vocab")) {
            if (tokens.size() >= size - specials) {
                break;
            }
            if (entry.integer("rank") != tokens.size()) {
                throw entry.broken("has rank " + entry.integer("rank") + ", expected " + tokens.size());
            }
            tokens.add(RankedTokens.decode(entry.string("token_bytes"), entry.place()));
        }
        List<AddedToken> special = RankedTokens.specialTokens(names(root, specials), 0);
        int begin = index(special, "<s>");
        return new RankedTokens(tokens, specials)
                .tokenizer(
                        new RankedTokens.Setting(
                                special,
                                new TextNormalizer.Identity(),
                                scanner,
                                begin < 0 ? new int[0] : new int[] {begin},
                                begin < 0 ? OptionalInt.empty() : OptionalInt.of(begin),
                                special.stream()
                                        .filter(token -> token.content().equals("</s>"))
                                        .mapToInt(AddedToken::id)
                                        .findFirst()),
                        name);
    }

    private static int index(List<AddedToken> tokens, String content) {
        return tokens.stream()
                .filter(token -> token.content().equals(content))
                .mapToInt(AddedToken::id)
                .findFirst()
                .orElse(-1);
    }

    private static List<String> names(JsonPart root, int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(i < NAMES.size() ? NAMES.get(i) : "<SPECIAL_" + i + ">");
        }
        for (JsonPart entry :
                root.find("special_tokens").map(JsonPart::elements).orElse(List.of())) {
            int rank = TokenizerLimits.id(entry.integer("rank"), entry.place());
            if (rank >= count) {
                throw entry.broken("has rank " + rank + ", expected less than " + count);
            }
            names.set(rank, entry.string("token_str"));
        }
        return names;
    }
}
