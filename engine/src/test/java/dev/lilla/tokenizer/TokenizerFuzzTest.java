package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lilla.Oracle;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever the bytes, a tokenizer is read or refused with one of the two errors; one that is read encodes and decodes.
class TokenizerFuzzTest {
    private static final String TEXT = "Hello, w\u00F6rld 123\n \u4F60\u597D \uD83D\uDE80<s>";

    static List<byte[]> sentencePieces() throws IOException {
        return List.of(Files.readAllBytes(smallest(".model")));
    }

    static List<byte[]> jsons() throws IOException {
        return List.of(Files.readAllBytes(smallest("tokenizer.json")));
    }

    private static Path smallest(String suffix) {
        return Oracle.filesUnder(Oracle.root(), suffix).stream()
                .min(Comparator.comparingLong(file -> file.toFile().length()))
                .orElseThrow();
    }

    @Tag("long")
    @MethodSource("sentencePieces")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefusesASentencePieceModel(byte[] bytes) {
        use(() -> SentencePieceModel.read(bytes, "fuzzed.model").tokenizer(new int[0], new int[0]));
    }

    @Tag("long")
    @MethodSource("jsons")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefusesATokenizerJson(byte[] bytes) {
        use(() ->
                TokenizerJson.read(JsonFiles.parse(bytes, "fuzzed.json"), "fuzzed.json", TokenizerConfig.of(Map.of())));
    }

    private static void use(Supplier<Tokenizer> source) {
        Tokenizer tokenizer;
        try {
            tokenizer = source.get();
        } catch (ModelFormatException | UnsupportedModelException e) {
            assertThat(e).hasMessageContaining("fuzzed.");
            return;
        }
        for (SpecialTokens special : SpecialTokens.values()) {
            tokenizer.decode(tokenizer.encode(TEXT, special));
        }
    }
}
