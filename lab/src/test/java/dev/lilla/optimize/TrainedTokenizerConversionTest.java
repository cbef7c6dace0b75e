package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.format.Gguf;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.model.family.Llama;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.tokenizer.BytePairTrainer;
import dev.lilla.tokenizer.ControlTokens;
import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Splitting;
import dev.lilla.tokenizer.Tokenizer;
import dev.lilla.tokenizer.Tokenizers;
import dev.lilla.tokenizer.TrainedTokenizer;
import dev.lilla.tokenizer.TrainedTokenizerWriter;
import dev.lilla.tokenizer.TrainerOptions;
import dev.lilla.tokenizer.TrainingText;
import dev.lilla.tokenizer.WordCounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A vocabulary that was trained here goes with its model into a GGUF, and back.
class TrainedTokenizerConversionTest {
    private static final int VOCAB = 320;
    private static final List<String> TEXTS = List.of(
            "The parcel 12-3456 from Malmö came today, and the parcel from Lund did not.",
            "Kvittot gäller 2 026 kronor; kvittot från i går gällde 1 999,50 kronor.",
            "{\"customer\": \"Åsa Ek\", \"quantity\": 12, \"city\": null}",
            "isn't it? They'RE here\n\n  indented\tlines\r\n",
            "e\u0301 \uD83D\uDE80 \u0663 <|user|> <|end|>",
            "");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Splitting.class)
    void encodesTheSameFromGguf(Splitting splitting) {
        Path source = model(splitting);
        Path gguf = folder.resolve("model.gguf");
        Converter.convert(ConversionRequest.of(source, gguf, ConversionType.F16), Progress.NONE);
        Path back = folder.resolve("back");
        Converter.convert(ConversionRequest.of(gguf, back, ConversionType.F16), Progress.NONE);

        Tokenizer original = Tokenizers.open(HuggingFaceDirectory.open(source));
        try (Gguf file = Gguf.open(gguf);
                ModelDescription description = ModelDescription.open(gguf, LoadOptions.DEFAULT)) {
            assertThat(description.family()).isInstanceOf(Llama.class);
            assertThat(file.metadata().string("tokenizer.ggml.model")).isEqualTo("gpt2");
            assertThat(file.metadata().string("tokenizer.ggml.pre")).isEqualTo(splitting.pre());
            assertThat(file.metadata().string("tokenizer.chat_template")).contains("<|assistant|>");
            assertThat(file.metadata().findInteger("tokenizer.ggml.padding_token_id"))
                    .hasValue(5);
            requireSame(Tokenizers.open(file), original);
        }
        requireSame(Tokenizers.open(HuggingFaceDirectory.open(back)), original);
    }

    private static void requireSame(Tokenizer converted, Tokenizer original) {
        assertThat(converted.size()).isEqualTo(original.size()).isEqualTo(VOCAB);
        assertThat(converted.beginOfText()).isEqualTo(original.beginOfText()).hasValue(0);
        assertThat(converted.endOfText()).isEqualTo(original.endOfText()).hasValue(1);
        assertThat(converted.endsOfGeneration()).isEqualTo(original.endsOfGeneration());
        for (String text : TEXTS) {
            for (SpecialTokens special : SpecialTokens.values()) {
                assertThat(converted.encode(text, special))
                        .as("%s, %s", text, special)
                        .isEqualTo(original.encode(text, special));
            }
        }
    }

    /// A tiny Llama with random weights and a vocabulary trained on the texts.
    private Path model(Splitting splitting) {
        Path source = TinyCheckpoint.write(folder.resolve("source"), new Llama(), """
                {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 32,
                 "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 320,
                 "rms_norm_eps": 1e-5, "max_position_embeddings": 64, "tie_word_embeddings": true}""");
        WordCounts counts = new WordCounts(splitting, ControlTokens.DEFAULT);
        for (int i = 0; i < 3; i++) {
            counts.add(TEXTS.stream()
                    .map(text -> new TrainingText(text, TrainingText.Use.WRITTEN))
                    .toList());
        }
        TrainedTokenizer trained =
                BytePairTrainer.train(counts, TrainerOptions.of(VOCAB), BytePairTrainer.Progress.NONE);
        TrainedTokenizerWriter.write(trained, source);
        assertThat(source.resolve("tokenizer.json")).exists();
        deleteIfExists(source.resolve("vocab.json"));
        deleteIfExists(source.resolve("merges.txt"));
        return source;
    }

    private static void deleteIfExists(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
