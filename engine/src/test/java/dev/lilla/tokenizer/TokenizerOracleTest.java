package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Tokenizers of the oracle's models against the ids and texts of the reference implementations.
class TokenizerOracleTest {
    @TestFactory
    Stream<DynamicTest> encodesPromptsAsTheReference() {
        return forEach(
                (golden, tokenizer) -> compare(golden, "ids", text -> tokenizer.encode(text, SpecialTokens.ADD)));
    }

    @TestFactory
    Stream<DynamicTest> encodesWithoutAddedTokensAsTheReference() {
        return forEach((golden, tokenizer) ->
                compare(golden, "ids_no_special", text -> tokenizer.encode(text, withoutAdded(golden))));
    }

    @TestFactory
    Stream<DynamicTest> decodesWhatItEncoded() {
        return forEach((golden, tokenizer) -> {
            List<String> wrong = new ArrayList<>();
            for (JsonNode c : golden.get("cases")) {
                check(wrong, c.get("decoded").asString(), tokenizer, decodedIds(golden, c));
            }
            assertThat(wrong).isEmpty();
        });
    }

    @TestFactory
    Stream<DynamicTest> decodesRandomIdsAndCutCodePointsAsTheReference() {
        return forEach((golden, tokenizer) -> {
            List<String> wrong = new ArrayList<>();
            for (JsonNode c : golden.get("decode_cases")) {
                check(wrong, c.get("text").asString(), tokenizer, ids(c.get("ids")));
            }
            assertThat(wrong).isEmpty();
        });
    }

    @TestFactory
    Stream<DynamicTest> readsLoneSurrogatesAsReplacementCharacters() {
        return forEach((golden, tokenizer) -> {
            for (JsonNode c : golden.get("lone_surrogates")) {
                StringBuilder text = new StringBuilder();
                for (JsonNode unit : c.get("utf16_units")) {
                    String value = unit.asString();
                    text.append(value.startsWith("0x") ? (char) Integer.parseInt(value.substring(2), 16) : value);
                }
                assertThat(tokenizer.encode(text.toString(), SpecialTokens.ADD))
                        .isEqualTo(ids(
                                c.get("if_each_lone_surrogate_becomes_U+FFFD").get("ids")));
            }
        });
    }

    /// llama.cpp's own differences from Hugging Face are allowed, and only those; ids equal to Hugging Face's are
    /// better.
    @TestFactory
    Stream<DynamicTest> encodesFromGgufAsHuggingFaceOrAsLlamaCpp() {
        return goldens()
                .filter(path -> Oracle.gguf(name(path)).isPresent())
                .map(path -> DynamicTest.dynamicTest(name(path), () -> {
                    JsonNode golden = JsonFiles.read(path);
                    Map<String, int[]> allowed = llamaCppDifferences(name(path));
                    try (Gguf gguf = Gguf.open(Oracle.gguf(name(path)).orElseThrow())) {
                        Tokenizer tokenizer = Tokenizers.open(gguf);
                        List<String> wrong = new ArrayList<>();
                        for (JsonNode c : golden.get("cases")) {
                            String text = c.get("s").asString();
                            int[] actual = tokenizer.encode(text, SpecialTokens.ADD);
                            if (!java.util.Arrays.equals(actual, ids(c.get("ids")))
                                    && !java.util.Arrays.equals(actual, allowed.get(text))) {
                                wrong.add(describe(text, ids(c.get("ids")), actual));
                            }
                            check(wrong, c.get("decoded").asString(), tokenizer, decodedIds(golden, c));
                        }
                        assertThat(wrong).isEmpty();
                    }
                }));
    }

    private static Map<String, int[]> llamaCppDifferences(String name) {
        Map<String, int[]> differences = new HashMap<>();
        Path file = Oracle.gguf().resolve(name + ".llamacpp-tokenize.json");
        if (Files.exists(file)) {
            for (JsonNode c : JsonFiles.read(file).get("differs")) {
                differences.put(c.get("s").asString(), ids(c.get("llamacpp_add_parse")));
            }
        }
        return differences;
    }

    /// References with a tokenizer.json find special tokens even where they add none; the others do not.
    private static SpecialTokens withoutAdded(JsonNode golden) {
        return golden.get("reference").asString().startsWith("tokenizers") ? SpecialTokens.PARSE : SpecialTokens.NONE;
    }

    /// The reference decoded the ids without those it adds, but kept special tokens of the text where it finds them.
    private static int[] decodedIds(JsonNode golden, JsonNode c) {
        boolean parses = golden.get("reference").asString().startsWith("tiktoken");
        return ids(c.get(parses ? "ids" : "ids_no_special"));
    }

    private interface Encoding {
        int[] encode(String text);
    }

    private static void compare(JsonNode golden, String field, Encoding encoding) {
        List<String> wrong = new ArrayList<>();
        for (JsonNode c : golden.get("cases")) {
            String text = c.get("s").asString();
            int[] actual = encoding.encode(text);
            if (!java.util.Arrays.equals(actual, ids(c.get(field)))) {
                wrong.add(describe(text, ids(c.get(field)), actual));
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void check(List<String> wrong, String expected, Tokenizer tokenizer, int[] ids) {
        String actual = tokenizer.decode(ids);
        if (!actual.equals(expected)) {
            wrong.add(java.util.Arrays.toString(ids) + ": expected \"" + expected + "\", was \"" + actual + "\"");
        }
    }

    private static String describe(String text, int[] expected, int[] actual) {
        return "\"" + text + "\": expected " + java.util.Arrays.toString(expected) + ", was "
                + java.util.Arrays.toString(actual);
    }

    private interface Check {
        void run(JsonNode golden, Tokenizer tokenizer);
    }

    private static Stream<DynamicTest> forEach(Check check) {
        return goldens()
                .map(path -> DynamicTest.dynamicTest(
                        name(path),
                        () -> check.run(
                                JsonFiles.read(path),
                                Tokenizers.open(HuggingFaceDirectory.open(Oracle.model(name(path)))))));
    }

    private static Stream<Path> goldens() {
        return Oracle.list(Oracle.path("golden/tokenizers")).stream()
                .filter(path -> path.toString().endsWith(".json"));
    }

    private static String name(Path golden) {
        return golden.getFileName().toString().replace(".json", "");
    }

    private static int[] ids(JsonNode array) {
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = array.get(i).intValue();
        }
        return ids;
    }
}
