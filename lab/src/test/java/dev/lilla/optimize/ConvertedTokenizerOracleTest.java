package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import dev.lilla.tokenizer.Tokenizers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The tokenizer files that are made of a GGUF encode as the original ones do.
class ConvertedTokenizerOracleTest {
    /// Where special tokens are recognized: GGUF also marks as special what only looks so, such as `<unused5>`.
    private static final List<SpecialTokens> RECOGNIZING = List.of(SpecialTokens.ADD, SpecialTokens.PARSE);

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> encodesAsTheOriginal() {
        return Oracle.modelNames().stream()
                .filter(model -> Files.exists(goldens(model)) && !isGeb(model))
                .map(model -> DynamicTest.dynamicTest(model, () -> {
                    Tokenizer original = Tokenizers.open(HuggingFaceDirectory.open(Oracle.model(model)));
                    Tokenizer converted = Tokenizers.open(HuggingFaceDirectory.open(converted(model)));
                    List<JsonNode> cases = Oracle.json("golden/tokenizers/" + model + ".json")
                            .get("cases")
                            .valueStream()
                            .toList();
                    assertThat(cases).isNotEmpty();
                    for (JsonNode golden : cases) {
                        String text = golden.get("s").asString();
                        for (SpecialTokens special : RECOGNIZING) {
                            assertThat(converted.encode(text, special))
                                    .as("%s, %s", text, special)
                                    .isEqualTo(original.encode(text, special));
                        }
                    }
                }));
    }

    /// GEB comes back as the Llama that its GGUF is, and its special tokens live in its code.
    private static boolean isGeb(String model) {
        return HuggingFaceDirectory.open(Oracle.model(model))
                .config()
                .path("model_type")
                .asString("")
                .equals("geblm");
    }

    private static Path goldens(String model) {
        return Oracle.root().resolve("golden/tokenizers").resolve(model + ".json");
    }

    private Path converted(String model) {
        Path gguf = folder.resolve(model + ".gguf");
        Path directory = folder.resolve(model);
        Converter.convert(ConversionRequest.of(Oracle.model(model), gguf, ConversionType.F16), Progress.NONE);
        return Converter.convert(ConversionRequest.of(gguf, directory, ConversionType.F16), Progress.NONE);
    }
}
