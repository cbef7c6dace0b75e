package dev.lilla.tokenizer;

import dev.lilla.format.HuggingFaceDirectory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// What the JSON files around a vocabulary say: tokenizer_config.json, special_tokens_map.json, config.json.
final class TokenizerConfig {
    private static final String CONFIG = "tokenizer_config.json";
    private static final String SPECIAL_TOKENS = "special_tokens_map.json";
    private static final String MODEL = "config.json";

    private final Map<String, JsonPart> files;

    private TokenizerConfig(Map<String, JsonPart> files) {
        this.files = files;
    }

    /// @param files contents by file name
    static TokenizerConfig of(Map<String, JsonNode> files) {
        Map<String, JsonPart> parts = new HashMap<>();
        files.forEach((name, node) -> parts.put(name, new JsonPart(node, name).requireObject()));
        return new TokenizerConfig(parts);
    }

    static TokenizerConfig of(HuggingFaceDirectory directory) {
        Map<String, JsonPart> parts = new HashMap<>();
        for (String name : List.of(CONFIG, SPECIAL_TOKENS)) {
            directory
                    .json(name)
                    .ifPresent(node -> parts.put(
                            name,
                            new JsonPart(node, directory.path().resolve(name).toString()).requireObject()));
        }
        parts.put(
                MODEL,
                new JsonPart(directory.config(), directory.path().resolve(MODEL).toString()));
        return new TokenizerConfig(parts);
    }

    /// `tokenizer_class`, or an empty text.
    String tokenizerClass() {
        return config().flatMap(part -> part.findString("tokenizer_class")).orElse("");
    }

    private Optional<JsonPart> config() {
        return Optional.ofNullable(files.get(CONFIG));
    }

    /// A flag of tokenizer_config.json.
    boolean flag(String name, boolean otherwise) {
        return config().map(part -> part.flag(name, otherwise)).orElse(otherwise);
    }

    /// The tokens, and those of `added_tokens_decoder` that are not among them.
    List<AddedToken> withAdded(List<AddedToken> tokens) {
        List<AddedToken> all = new ArrayList<>(tokens);
        Map<String, AddedToken> known = tokens.stream()
                .collect(Collectors.toMap(AddedToken::content, token -> token, (first, second) -> first));
        config().flatMap(part -> part.find("added_tokens_decoder")).ifPresent(decoder -> {
            for (Map.Entry<String, JsonNode> entry :
                    decoder.requireObject().node().properties()) {
                JsonPart part = new JsonPart(entry.getValue(), decoder.place() + "." + entry.getKey());
                AddedToken token = TokenizerJson.addedToken(part, id(entry.getKey(), part));
                if (!known.containsKey(token.content())) {
                    all.add(token);
                }
            }
        });
        return all;
    }

    private static long id(String text, JsonPart part) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw part.broken("the key is no token id");
        }
    }

    /// A vocabulary with added tokens in it, which come before model tokens of the same id.
    static Vocabulary vocabulary(List<String> tokens, List<AddedToken> added) {
        int size = tokens.size();
        for (AddedToken token : added) {
            size = Math.max(size, token.id() + 1);
        }
        List<String> all = TokenizerLimits.emptyTokens(size);
        for (int id = 0; id < tokens.size(); id++) {
            all.set(id, tokens.get(id));
        }
        added.forEach(token -> all.set(token.id(), token.content()));
        Vocabulary vocabulary = Vocabulary.of(all);
        added.forEach(vocabulary::add);
        return vocabulary;
    }

    /// The id put before a prompt, if `add_bos_token` says so.
    OptionalInt addsBegin(Vocabulary vocabulary, boolean otherwise) {
        return flag("add_bos_token", otherwise) ? beginOfText(vocabulary) : OptionalInt.empty();
    }

    OptionalInt addsEnd(Vocabulary vocabulary) {
        return flag("add_eos_token", false) ? endOfText(vocabulary) : OptionalInt.empty();
    }

    OptionalInt beginOfText(Vocabulary vocabulary) {
        return special("bos_token", vocabulary);
    }

    OptionalInt endOfText(Vocabulary vocabulary) {
        return special("eos_token", vocabulary);
    }

    /// A token by its role: as text in the tokenizer's files, as an id in config.json where those do not name it.
    private OptionalInt special(String role, Vocabulary vocabulary) {
        for (String file : List.of(CONFIG, SPECIAL_TOKENS)) {
            JsonPart part = files.get(file);
            if (part != null && part.node().has(role)) {
                return part.find(role)
                        .map(token -> token.node().isObject() ? token.string("content") : token.asString())
                        .map(vocabulary::id)
                        .orElse(OptionalInt.empty());
            }
        }
        return Optional.ofNullable(files.get(MODEL))
                .flatMap(part -> part.find(role + "_id"))
                .map(id -> id.node().isArray() && !id.node().isEmpty()
                        ? id.elements().getFirst()
                        : id)
                .filter(id -> id.node().isIntegralNumber() && id.asInteger() >= 0 && id.asInteger() < vocabulary.size())
                .map(id -> OptionalInt.of((int) id.asInteger()))
                .orElse(OptionalInt.empty());
    }
}
