package dev.lilla.optimize;

import dev.lilla.format.GgufValue;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.optimize.AddedTokens.AddedToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The keys of a GGUF that name special tokens, say which of them are added to text, and hold the chat template.
///
/// tokenizer_config.json comes first, config.json second. Source: `SpecialVocab` in `gguf-py/gguf/vocab.py`.
final class SpecialTokenKeys {
    private static final String CHAT_TEMPLATE = "tokenizer.chat_template";
    /// Names in GGUF by those in config.json.
    static final Map<String, String> KEY_NAMES = keyNames();

    private SpecialTokenKeys() {}

    private static Map<String, String> keyNames() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("bos", "bos");
        names.put("eos", "eos");
        names.put("unk", "unknown");
        names.put("sep", "seperator"); // so spelled in GGUF
        names.put("pad", "padding");
        names.put("cls", "cls");
        names.put("mask", "mask");
        return Collections.unmodifiableMap(names);
    }

    static Map<String, GgufValue> of(HuggingFaceDirectory directory, int vocab) {
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        Optional<JsonNode> config = directory.json("tokenizer_config.json");
        List<AddedToken> added = AddedTokens.ofTokenizerJson(directory);
        KEY_NAMES.forEach((name, keyName) -> {
            String key = id(keyName);
            config.map(node -> content(node.path(name + "_token")))
                    .flatMap(content -> added.stream()
                            .filter(token -> token.content().equals(content))
                            .findFirst())
                    .map(AddedToken::id)
                    .or(() -> configured(directory.config(), name))
                    .filter(id -> id < vocab)
                    .ifPresent(id -> keys.put(key, GgufValue.of(id.longValue())));
        });
        for (String name : List.of("bos", "eos")) {
            JsonNode flag =
                    config.map(node -> node.path("add_" + name + "_token")).orElse(null);
            if (flag != null && flag.isBoolean()) {
                keys.put("tokenizer.ggml.add_" + name + "_token", GgufValue.of(flag.asBoolean()));
            }
        }
        putTemplates(directory, config, keys);
        return keys;
    }

    static String id(String keyName) {
        return "tokenizer.ggml." + keyName + "_token_id";
    }

    private static String content(JsonNode token) {
        return token.isObject() ? token.path("content").asString("") : token.asString("");
    }

    private static Optional<Integer> configured(JsonNode config, String name) {
        JsonNode id = config.path(name + "_token_id");
        return id.isInt() && id.asInt() >= 0 ? Optional.of(id.asInt()) : Optional.empty();
    }

    /// One template, or a list of named ones, of which `default` is the template.
    private static void putTemplates(
            HuggingFaceDirectory directory, Optional<JsonNode> config, Map<String, GgufValue> keys) {
        JsonNode template = config.map(node -> node.path("chat_template")).orElse(null);
        if (template != null && template.isString()) {
            keys.put(CHAT_TEMPLATE, GgufValue.of(template.asString()));
        } else if (template != null && template.isArray()) {
            List<String> names = new ArrayList<>();
            for (JsonNode entry : template) {
                String name = entry.path("name").asString("");
                GgufValue text = GgufValue.of(entry.path("template").asString(""));
                if (name.equals("default")) {
                    keys.put(CHAT_TEMPLATE, text);
                } else {
                    names.add(name);
                    keys.put(CHAT_TEMPLATE + "." + name, text);
                }
            }
            keys.put(CHAT_TEMPLATE + "s", GgufValue.ofTexts(names));
        } else {
            directory.file("chat_template.jinja").ifPresent(file -> keys.put(CHAT_TEMPLATE, GgufValue.of(text(file))));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
