package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.format.Gguf;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufValue;
import dev.lilla.format.GgufWriter;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How the makers of a model want it to generate, as its files say.
class GenerationDefaultsTest {
    @TempDir
    Path folder;

    @Nested
    class OfADirectory {
        @BeforeEach
        void copiesAModelWithoutSettings() throws IOException {
            for (Path file : Oracle.list(Oracle.models().getFirst())) {
                if (!file.endsWith("generation_config.json")) {
                    Files.copy(file, folder.resolve(file.getFileName()));
                }
            }
        }

        private GenerationDefaults with(String settings) throws IOException {
            Files.writeString(folder.resolve("generation_config.json"), settings.replace('\'', '"'));
            try (ModelDescription description = ModelDescription.open(folder, LoadOptions.DEFAULT)) {
                return GenerationDefaults.of(description, Tokenizers.open(HuggingFaceDirectory.open(folder)));
            }
        }

        @Test
        void isGreedyUnlessItSamples() throws IOException {
            assertThat(with("{}").sampler()).isEqualTo(SamplerOptions.greedy());
            assertThat(with("{'temperature':0.6,'top_p':0.9}").sampler()).isEqualTo(SamplerOptions.greedy());
        }

        @Test
        void samplesAsItSays() throws IOException {
            GenerationDefaults defaults = with("{'do_sample':true,'temperature':0.6,'top_k':20,'top_p':0.95,"
                    + "'min_p':0.05,'repetition_penalty':1.05}");
            assertThat(defaults.sampler())
                    .isEqualTo(SamplerOptions.sampled(0.6, 0)
                            .withTopK(20)
                            .withTopP(0.95)
                            .withMinP(0.05)
                            .withPenalties(new SamplerOptions.Penalties(1.05, 0, 0, Integer.MAX_VALUE)));
        }

        @Test
        void leavesTheProbabilitiesAloneWhereItNamesNothing() throws IOException {
            assertThat(with("{'do_sample':true}").sampler()).isEqualTo(SamplerOptions.sampled(1, 0));
        }

        @Test
        void stopsAtEveryEndThatIsNamed() throws IOException {
            Set<Integer> usual = with("{}").stopTokens();
            assertThat(with("{'eos_token_id':[5,6]}").stopTokens())
                    .containsAll(usual)
                    .contains(5, 6);
            assertThat(with("{'eos_token_id':7}").stopTokens()).contains(7).doesNotContain(5);
        }

        @Test
        void leavesOutIdsThatTheModelDoesNotHave() throws IOException {
            assertThat(with("{'eos_token_id':[-1,99999999,8]}").stopTokens())
                    .contains(8)
                    .doesNotContain(-1, 99_999_999);
        }
    }

    @Nested
    class OfAGguf {
        private Set<Integer> stops(Map<String, GgufValue> more) {
            Path source = Oracle.smallest(Oracle.modelNames().stream()
                    .flatMap(name -> Oracle.gguf(name).stream())
                    .toList());
            Path target = folder.resolve("model.gguf");
            try (Gguf gguf = Gguf.open(source)) {
                Map<String, GgufValue> keys =
                        new LinkedHashMap<>(gguf.metadata().entries());
                keys.putAll(more);
                GgufWriter.write(
                        target, GgufMetadata.of("model", keys), gguf.tensors().values());
            }
            try (ModelDescription description = ModelDescription.open(target, LoadOptions.DEFAULT);
                    Gguf gguf = Gguf.open(target)) {
                return GenerationDefaults.of(description, Tokenizers.open(gguf)).stopTokens();
            }
        }

        @Test
        void stopsAtTheEndOfText() {
            assertThat(stops(Map.of("tokenizer.ggml.eos_token_id", GgufValue.of(9L))))
                    .contains(9);
        }

        @Test
        void stopsAtTheEndsOfTurnsWhateverTheyAreCalled() {
            assertThat(stops(Map.of(
                            "tokenizer.ggml.eot_token_id", GgufValue.of(10L),
                            "tokenizer.ggml.eom_token_id", GgufValue.of(11L))))
                    .containsAll(List.of(10, 11));
        }

        /// Converters write 2^32 - 1 for a token that a model lacks.
        @Test
        void leavesOutATokenThatIsMissing() {
            assertThat(stops(Map.of("tokenizer.ggml.eot_token_id", GgufValue.of(0xFFFF_FFFFL))))
                    .allMatch(id -> id >= 0);
        }
    }
}
