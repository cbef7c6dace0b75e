package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Real vocabularies against llama.cpp's vectors: a file `NAME.gguf.inp` of texts and `NAME.gguf.out` of their ids,
/// without the tokens that begin a prompt.
class VocabOracleTest {
    private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

    @TestFactory
    Stream<DynamicTest> encodesLlamaCppVectors() {
        return Oracle.filesUnder(Oracle.vocabularies(), ".inp").stream()
                .map(input -> DynamicTest.dynamicTest(input.getFileName().toString(), () -> compare(input)));
    }

    private static void compare(Path input) throws IOException {
        Tokenizer tokenizer = tokenizer(input);
        List<String> texts = List.of(Files.readString(input).split(SEPARATOR, -1));
        List<String> lines = Files.readAllLines(Path.of(input.toString().replaceAll("inp$", "out")));
        int count = Math.min(texts.size(), lines.size());
        assertThat(count).isGreaterThanOrEqualTo(texts.size() - 1);
        for (int i = 0; i < count; i++) {
            assertThat(tokenizer.encode(texts.get(i), SpecialTokens.NONE))
                    .as("text %d: \"%s\"", i, texts.get(i))
                    .isEqualTo(ids(lines.get(i)));
        }
    }

    /// The GGUF beside the vectors; where it is missing, the rank file whose name the vectors' name begins with.
    private static Tokenizer tokenizer(Path input) {
        Path gguf = Path.of(input.toString().replaceAll("\\.inp$", ""));
        if (Files.exists(gguf)) {
            try (Gguf file = Gguf.open(gguf)) {
                return Tokenizers.open(file);
            }
        }
        Optional<Path> ranks = Oracle.filesUnder(input.getParent(), ".tiktoken").stream()
                .filter(file -> input.getFileName().toString().contains(stem(file)))
                .findFirst();
        Assumptions.assumeTrue(ranks.isPresent(), input + " has no vocabulary");
        return TiktokenFile.readQwen(ranks.orElseThrow());
    }

    private static String stem(Path file) {
        return file.getFileName().toString().replace(".tiktoken", "");
    }

    private static int[] ids(String line) {
        return Arrays.stream(line.strip().split("\\s+"))
                .filter(id -> !id.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    /// Expected ids: computed by independent re-implementations from the same published files.
    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            tokenizer.model.v1 | 'Hello world'                           | 22557 1526
            tokenizer.model.v1 | '  two leading spaces'                  | 259 989 5374 10599
            tokenizer.model.v1 | '你好，世界'                            | 28705 29383 29530 28924 30050 29822
            tokenizer.model.v1 | 'line1\\nline2\\n\\n\\tTabbed'          | 1407 28740 13 1081 28750 13 13 12 7560 3101
            tokenizer.model.v1 | 'emoji 🚀 Ünïcödé'                      | 877 27813 28705 30012 13156 28711 28920 28717 14697 28797
            .model.v3          | 'Hello world'                           | 23325 2294
            .model.v3          | '  two leading spaces'                  | 1027 1757 6142 11367
            .model.v3          | '你好，世界'                            | 29473 30151 30298 29692 30818 30590
            .model.v3          | 'line1\\nline2\\n\\n\\tTabbed'          | 2175 29508 781 1849 29518 781 781 780 8328 3869
            .model.v3          | 'emoji 🚀 Ünïcödé'                      | 1645 28581 29473 30780 13924 29479 29688 29485 15465 29565
            .tiktoken          | 'Hello world'                           | 9707 1879
            .tiktoken          | '  two leading spaces'                  | 220 1378 6388 12621
            .tiktoken          | '你好，世界'                            | 108386 3837 99489
            .tiktoken          | 'line1\\nline2\\n\\n\\tTabbed'          | 1056 16 198 1056 17 271 197 8582 2721
            .tiktoken          | 'emoji 🚀 Ünïcödé'                      | 37523 11162 248 222 30512 77 37572 66 2956 128505
            """)
    void encodesThePublishedGoldenTexts(String suffix, String text, String expected) {
        List<Path> files = Oracle.filesUnder(Oracle.vocabularies(), suffix);
        Assumptions.assumeFalse(files.isEmpty(), "no vocabulary *" + suffix);
        Tokenizer tokenizer = suffix.equals(".tiktoken")
                ? TiktokenFile.readQwen(files.getFirst())
                : SentencePieceModel.read(files.getFirst()).tokenizer(new int[0], new int[0]);
        String unescaped = text.replace("\\n", "\n").replace("\\t", "\t");
        int[] ids = tokenizer.encode(unescaped, SpecialTokens.PARSE);
        assertThat(ids).isEqualTo(ids(expected));
        assertThat(tokenizer.decode(ids).getBytes(StandardCharsets.UTF_8))
                .isEqualTo(unescaped.getBytes(StandardCharsets.UTF_8));
    }

    @TestFactory
    Stream<DynamicTest> decodesByteLevelVectorsBackToTheirText() {
        return Oracle.filesUnder(Oracle.vocabularies(), ".inp").stream()
                .filter(input -> !input.toString().contains("bert"))
                .map(input -> DynamicTest.dynamicTest(input.getFileName().toString(), () -> {
                    Tokenizer tokenizer = tokenizer(input);
                    for (String text : Files.readString(input).split(SEPARATOR, -1)) {
                        assertThat(tokenizer.decode(tokenizer.encode(text, SpecialTokens.NONE)))
                                .isEqualTo(text);
                    }
                }));
    }
}
