package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.Checkpoint;
import dev.lilla.format.Gguf;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufValue;
import dev.lilla.format.GgufWriter;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.Safetensors;
import dev.lilla.format.SafetensorsWriter;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.model.family.Llama;
import dev.lilla.optimize.ConversionRequest.Requantizing;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConverterTest {
    @TempDir
    Path folder;

    @Nested
    class Retyping {
        @ParameterizedTest
        @EnumSource(ConversionType.class)
        void writesEveryType(ConversionType type) {
            Path target = convert(model(), type);
            try (Gguf gguf = Gguf.open(target)) {
                assertThat(gguf.metadata().findInteger("general.file_type")).hasValue(type.fileType());
                assertThat(gguf.tensor("blk.0.ffn_gate.weight").type()).isEqualTo(type.elementType());
                assertThat(gguf.tensor("output_norm.weight").type()).isEqualTo(ElementType.F32);
            }
        }

        @Test
        void keepsTheKeysOfModelsOfAnyArchitecture() {
            try (Gguf gguf = Gguf.open(convert(model(), ConversionType.Q8_0))) {
                assertThat(gguf.metadata().string("general.architecture")).isEqualTo("rwkv9");
                assertThat(gguf.metadata().findString("rwkv9.secret")).contains("kept");
                assertThat(gguf.metadata().contains("split.count")).isFalse();
                assertThat(gguf.metadata().findInteger("general.quantization_version"))
                        .hasValue(2);
            }
        }

        @Test
        void keepsTensorsThatAreNoNumbersToComputeWith() {
            try (Gguf gguf = Gguf.open(convert(model(), ConversionType.Q4_0))) {
                assertThat(gguf.tensor("table.weight").type()).isEqualTo(ElementType.I32);
            }
        }

        @Test
        void refusesToQuantizeTwiceUnlessAsked() {
            Path once = convert(model(), ConversionType.Q8_0);
            Path twice = folder.resolve("twice.gguf");
            ConversionRequest request = ConversionRequest.of(once, twice, ConversionType.Q4_0);
            assertThatThrownBy(() -> Converter.convert(request, Progress.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is Q8_0 already");
            assertThat(twice).doesNotExist();
            Converter.convert(request.with(Requantizing.ALLOWED), Progress.NONE);
            try (Gguf gguf = Gguf.open(twice)) {
                assertThat(gguf.tensor("blk.0.ffn_gate.weight").type()).isEqualTo(ElementType.Q4_0);
            }
        }

        @Test
        void dequantizesWithoutBeingAsked() {
            Path quantized = convert(model(), ConversionType.Q8_0);
            Path plain = folder.resolve("plain.gguf");
            Converter.convert(ConversionRequest.of(quantized, plain, ConversionType.F16), Progress.NONE);
            try (Gguf gguf = Gguf.open(plain)) {
                assertThat(gguf.tensor("blk.0.ffn_gate.weight").type()).isEqualTo(ElementType.F16);
            }
        }
    }

    @Test
    void tellsHowFarItIs() {
        List<Long> done = new ArrayList<>();
        List<Long> totals = new ArrayList<>();
        List<String> names = new ArrayList<>();
        Path target = folder.resolve("told.gguf");
        Converter.convert(ConversionRequest.of(model(), target, ConversionType.F16), (name, doneBytes, totalBytes) -> {
            names.add(name);
            done.add(doneBytes);
            totals.add(totalBytes);
        });
        assertThat(done).isSorted().last().isEqualTo(totals.getFirst());
        assertThat(totals).containsOnly(totals.getFirst());
        assertThat(names).contains("blk.0.ffn_gate.weight", "output_norm.weight");
    }

    @Test
    void warnsOfTensorsThatItLeavesOut() {
        Path source = TinyCheckpoint.write(folder.resolve("tiny"), new Llama(), """
                {"model_type": "llama", "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 8, "max_position_embeddings": 64,
                 "rms_norm_eps": 1e-5}""");
        try (Safetensors weights = Safetensors.open(source.resolve("model.safetensors"))) {
            List<Tensor> tensors = new ArrayList<>(weights.tensors().values());
            tensors.add(new Tensor("model.strange.weight", ElementType.F32, Shape.of(4), waves(4)));
            SafetensorsWriter.write(source.resolve("more.safetensors"), Map.of(), tensors);
        }
        List<String> warnings = new ArrayList<>();
        Path target = folder.resolve("tiny.gguf");
        assertThatCode(() -> Files.move(
                        source.resolve("more.safetensors"),
                        source.resolve("model.safetensors"),
                        StandardCopyOption.REPLACE_EXISTING))
                .doesNotThrowAnyException();
        Converter.convert(ConversionRequest.of(source, target, ConversionType.F16), new Progress() {
            @Override
            public void advanced(String tensor, long doneBytes, long totalBytes) {
                assertThat(warnings).isNotEmpty();
            }

            @Override
            public void warned(String warning) {
                warnings.add(warning);
            }
        });
        assertThat(warnings).singleElement().asString().contains("model.strange.weight");
    }

    @Test
    void makesADirectoryOfAGguf() {
        Path source = TinyCheckpoint.write(folder.resolve("tiny"), new Llama(), """
                {"model_type": "llama", "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 8, "max_position_embeddings": 64,
                 "rms_norm_eps": 1e-5}""");
        Path gguf = folder.resolve("tiny.gguf");
        Path directory = folder.resolve("again");
        Converter.convert(ConversionRequest.of(source, gguf, ConversionType.Q8_0), Progress.NONE);
        Converter.convert(ConversionRequest.of(gguf, directory, ConversionType.BF16), Progress.NONE);
        HuggingFaceDirectory found = HuggingFaceDirectory.open(directory);
        assertThat(found.config().get("torch_dtype").asString()).isEqualTo("bfloat16");
        assertThat(found.config().get("tie_word_embeddings").asBoolean()).isTrue();
        try (Checkpoint weights = found.openWeights()) {
            assertThat(weights.tensors().values()).extracting(Tensor::type).containsOnly(ElementType.BF16);
            assertThat(weights.tensors()).containsKey("model.layers.0.self_attn.q_proj.weight");
        }
    }

    @Nested
    class Refusals {
        @Test
        void refusesADirectoryForAModelThatNoFamilyKnows() {
            ConversionRequest request = ConversionRequest.of(model(), folder.resolve("directory"), ConversionType.F16);
            assertThatThrownBy(() -> Converter.convert(request, Progress.NONE))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("rwkv9");
            assertThat(folder.resolve("directory")).doesNotExist();
        }

        @Test
        void refusesToOverwriteItsSource() {
            Path model = model();
            assertThatThrownBy(() -> convertTo(model, model))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("both source and target");
        }

        @Test
        void refusesQuantizedWeightsInADirectory() {
            assertThatThrownBy(() -> convertTo(model(), folder.resolve("directory")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("f32, f16 or bf16");
        }

        @Test
        void refusesASourceThatIsNotThere() {
            assertThatThrownBy(() -> convertTo(folder.resolve("none"), folder.resolve("target.gguf")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("none");
        }

        @Test
        void refusesADirectoryThatHasFilesInIt() throws IOException {
            Path target = Files.createDirectory(folder.resolve("full"));
            Files.writeString(target.resolve("precious.txt"), "mine");
            ConversionRequest request = ConversionRequest.of(model(), target, ConversionType.F16);
            assertThatThrownBy(() -> Converter.convert(request, Progress.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("files in it");
            assertThat(target.resolve("precious.txt")).hasContent("mine");
        }

        @Test
        void leavesNothingBehindWhenTheSourceIsBroken() throws IOException {
            Path broken = folder.resolve("broken.gguf");
            byte[] whole = Files.readAllBytes(model());
            Files.write(broken, Arrays.copyOf(whole, whole.length / 2));
            Path target = folder.resolve("target.gguf");
            assertThatThrownBy(() -> convertTo(broken, target)).isInstanceOf(ModelFormatException.class);
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .containsExactlyInAnyOrder("broken.gguf", "model.gguf");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "219456, 219K",
        "1100048384, 1.1B",
        "7241732096, 7.2B",
        "134515008, 135M",
        "500, 0.50K",
        "312500, 312K",
        "313500, 314K",
        "9500, 10K",
        "13015864320, 13B"
    })
    void labelsSizesWithTwoDigits(long parameters, String label) {
        assertThat(Converter.sizeLabel(parameters)).isEqualTo(label);
    }

    @Test
    void findsTypesByTheirLabelInAnyCase() {
        assertThat(ConversionType.of("q4_k_m")).isEqualTo(ConversionType.Q4_K_M);
        assertThat(ConversionType.of("IQ4_XS")).isEqualTo(ConversionType.IQ4_XS);
        assertThatThrownBy(() -> ConversionType.of("q9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("q4_k_m");
    }

    private void convertTo(Path source, Path target) {
        Converter.convert(ConversionRequest.of(source, target, ConversionType.Q8_0), Progress.NONE);
    }

    private Path convert(Path source, ConversionType type) {
        Path target = folder.resolve(type.label() + ".gguf");
        return Converter.convert(ConversionRequest.of(source, target, type), Progress.NONE);
    }

    /// One layer of an architecture that nobody knows.
    private Path model() {
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        keys.put("general.architecture", GgufValue.of("rwkv9"));
        keys.put("rwkv9.block_count", GgufValue.of(24L));
        keys.put("rwkv9.secret", GgufValue.of("kept"));
        keys.put("split.count", GgufValue.of(0L));
        Path path = folder.resolve("model.gguf");
        List<Tensor> tensors = List.of(
                new Tensor("blk.0.ffn_gate.weight", ElementType.F32, Shape.of(4, 256), waves(4 * 256)),
                new Tensor("output_norm.weight", ElementType.F32, Shape.of(256), waves(256)),
                new Tensor(
                        "table.weight",
                        ElementType.I32,
                        Shape.of(2, 4),
                        MemorySegment.ofArray(new byte[8 * Integer.BYTES])));
        GgufWriter.write(path, GgufMetadata.of("model", keys), tensors);
        return path;
    }

    private static MemorySegment waves(int count) {
        MemorySegment values = MemorySegment.ofArray(new byte[count * Float.BYTES]);
        for (int i = 0; i < count; i++) {
            values.set(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) i * Float.BYTES, (float) Math.sin(0.3 * i));
        }
        return values;
    }
}
