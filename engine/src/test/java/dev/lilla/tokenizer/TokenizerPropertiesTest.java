package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What holds for any text, on the tokenizers of the oracle.
class TokenizerPropertiesTest {
    private static final int RUNS = 300;

    private interface Check {
        void run(Tokenizer tokenizer) throws IOException;
    }

    private static Stream<DynamicTest> forEachModel(Check check) {
        return Oracle.models().stream()
                .map(model -> DynamicTest.dynamicTest(
                        model.getFileName().toString(),
                        () -> check.run(Tokenizers.open(HuggingFaceDirectory.open(model)))));
    }

    @TestFactory
    Stream<DynamicTest> decodesPieceByPieceWhatItDecodesAtOnce() {
        return forEachModel(tokenizer -> {
            RandomText random = new RandomText(11);
            for (int run = 0; run < RUNS; run++) {
                int[] ids = new int[random.below(30)];
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = random.below(tokenizer.size());
                }
                Detokenizer detokenizer = tokenizer.detokenizer();
                StringBuilder text = new StringBuilder();
                for (int id : ids) {
                    String part = detokenizer.append(id);
                    assertThat(wellFormed(part)).as("no half code point").isTrue();
                    text.append(part);
                }
                assertThat(text.append(detokenizer.finish())).hasToString(tokenizer.decode(ids));
            }
        });
    }

    private static boolean wellFormed(String text) {
        return text.equals(new String(
                text.getBytes(java.nio.charset.StandardCharsets.UTF_8), java.nio.charset.StandardCharsets.UTF_8));
    }

    /// Texts in NFC come back, without the spaces and signs a vocabulary cannot tell apart.
    @TestFactory
    Stream<DynamicTest> decodesWhatItEncoded() {
        return forEachModel(tokenizer -> {
            RandomText random = new RandomText(12);
            for (int run = 0; run < RUNS; run++) {
                String text = java.text.Normalizer.normalize(random.words(12), java.text.Normalizer.Form.NFC)
                        .replace('\u2581', ' ')
                        .replace("<s>", "");
                assertThat(tokenizer.decode(tokenizer.encode(text, SpecialTokens.NONE)))
                        .isEqualTo(text);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> encodesAnyUtf16() {
        return forEachModel(tokenizer -> {
            RandomText random = new RandomText(13);
            for (int run = 0; run < RUNS; run++) {
                String text = random.garbage(random.below(60));
                for (SpecialTokens special : SpecialTokens.values()) {
                    for (int id : tokenizer.encode(text, special)) {
                        assertThat(id).isBetween(0, tokenizer.size() - 1);
                    }
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> encodesTheSameFromManyThreads() {
        return forEachModel(tokenizer -> {
            String text = new RandomText(14).words(2000);
            int[] expected = tokenizer.encode(text, SpecialTokens.ADD);
            assertThat(Stream.generate(() -> text)
                            .limit(16)
                            .parallel()
                            .map(same -> tokenizer.encode(same, SpecialTokens.ADD))
                            .toList())
                    .allSatisfy(ids -> assertThat(ids).isEqualTo(expected));
        });
    }

    /// A megabyte without a space, of one character, of spaces, of marks: each is done, whatever the tokenizer.
    @TestFactory
    Stream<DynamicTest> encodesAMegabyteInOneLine() {
        String letters = "abcdefghijklmnopqrstuvwxyz\u00E5\u4F60".repeat(35_000);
        List<String> texts = List.of(
                letters,
                "a".repeat(1 << 20),
                " ".repeat(1 << 20),
                "\n ".repeat(1 << 19),
                "'".repeat(1 << 20),
                "e" + "\u0316\u0301".repeat(1 << 18));
        return forEachModel(tokenizer -> {
            for (String text : texts) {
                int[] ids = tokenizer.encode(text, SpecialTokens.NONE);
                assertThat(tokenizer.decode(ids)).hasSizeBetween(text.length() - 2, text.length());
            }
        });
    }

    /// The oracle's goldens hold SentencePiece's own ids, which a tokenizer.model alone gives.
    @TestFactory
    Stream<DynamicTest> encodesFromTokenizerModelAsSentencePiece() {
        return Oracle.list(Oracle.path("golden/tokenizers")).stream()
                .map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> {
                    Path folder = Oracle.model(path.getFileName().toString().replace(".json", ""));
                    for (Path model : Oracle.filesUnder(folder, ".model")) {
                        Tokenizer tokenizer = SentencePieceModel.read(model).tokenizer(new int[0], new int[0]);
                        for (JsonNode c : JsonFiles.read(path).get("cases")) {
                            if (c.has("sentencepiece_ids")) {
                                assertThat(tokenizer.encode(c.get("s").asString(), SpecialTokens.NONE))
                                        .as("%s", c.get("s"))
                                        .isEqualTo(ids(c.get("sentencepiece_ids")));
                            }
                        }
                    }
                }));
    }

    /// vocab.json with merges.txt, and the same tokenizer without its tokenizer.json.
    @TestFactory
    Stream<DynamicTest> encodesTheSameFromVocabularyAndMerges(@TempDir Path folder) {
        return Oracle.models().stream()
                .filter(model -> Files.exists(model.resolve("merges.txt")))
                .map(model -> DynamicTest.dynamicTest(model.getFileName().toString(), () -> {
                    Path copy = Files.createDirectories(
                            folder.resolve(model.getFileName().toString()));
                    for (String name : List.of("config.json", "tokenizer_config.json", "vocab.json", "merges.txt")) {
                        Files.copy(model.resolve(name), copy.resolve(name));
                    }
                    Tokenizer whole = Tokenizers.open(HuggingFaceDirectory.open(model));
                    Tokenizer parts = Tokenizers.open(HuggingFaceDirectory.open(copy));
                    RandomText random = new RandomText(15);
                    for (int run = 0; run < RUNS; run++) {
                        String text = random.words(10) + "<|im_end|>";
                        assertThat(parts.encode(text, SpecialTokens.ADD))
                                .isEqualTo(whole.encode(text, SpecialTokens.ADD));
                    }
                    assertThat(parts.endOfText()).isEqualTo(whole.endOfText());
                }));
    }

    /// Every GGUF of the oracle that has a tokenizer opens and gives its tokens back.
    @TestFactory
    Stream<DynamicTest> opensEveryGgufWithATokenizer() {
        return Oracle.ggufs().stream()
                .map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> {
                    try (Gguf gguf = Gguf.open(path)) {
                        if (gguf.metadata().contains("tokenizer.ggml.model")) {
                            Tokenizer tokenizer = Tokenizers.open(gguf);
                            for (int id = 0; id < tokenizer.size(); id++) {
                                int each = id;
                                assertThatCode(() -> tokenizer.bytes(each)).doesNotThrowAnyException();
                                assertThat(tokenizer.id(tokenizer.token(id))).hasValue(id);
                            }
                        }
                    }
                }));
    }

    private static int[] ids(JsonNode array) {
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = array.get(i).intValue();
        }
        return ids;
    }
}
