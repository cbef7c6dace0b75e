package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.ExactHost;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufType;
import dev.lilla.format.GgufValue;
import dev.lilla.format.GgufWriter;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.SafetensorsWriter;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraAdapterTest {
    private static final double TOLERANCE = 2e-4;
    private static final int RANK = 3;
    private static final int[] TOKENS = {3, 9, 0, 40, 17, 3, 3, 22, 31, 8, 5, 12};

    /// Weights that the adapters below change, by the names of the spec: each kind of linear map.
    private static final List<String> CHANGED = List.of(
            "blk.0.attn_q.weight",
            "blk.1.attn_k.weight",
            "blk.1.attn_v.weight",
            "blk.2.attn_output.weight",
            "blk.0.ffn_gate.weight",
            "blk.2.ffn_up.weight",
            "blk.1.ffn_down.weight",
            "output.weight");

    @TempDir
    Path folder;

    private final Backend backend = HostBackend.open(ExactHost.options());
    private final DecoderSpec spec = new SmallSpec().build();
    private final RandomWeights weights = RandomWeights.of(spec, 7);
    private final List<LoraAdapter> open = new ArrayList<>();
    private Decoder decoder;

    /// Names as a module path on Hugging Face would have them: `model.` before ours.
    private record Base(DecoderSpec spec, Map<String, int[]> orders) implements AdapterHost {
        @Override
        public String ggufArchitecture() {
            return "small";
        }

        @Override
        public Optional<String> tensorName(String huggingFaceName) {
            return huggingFaceName.startsWith("model.")
                    ? Optional.of(huggingFaceName.substring("model.".length()))
                    : Optional.empty();
        }

        @Override
        public Optional<int[]> rowOrder(String tensorName, AdapterFormat adapter) {
            return Optional.ofNullable(orders.get(adapter + " " + tensorName));
        }
    }

    @BeforeEach
    void createDecoder() {
        decoder = Decoder.create(spec, weights, backend);
    }

    @AfterEach
    void closeAll() {
        open.forEach(LoraAdapter::close);
        backend.close();
    }

    /// The two matrices for every changed weight.
    private record Matrices(Map<String, float[]> down, Map<String, float[]> up, int rank) {
        static Matrices random(DecoderSpec spec, long seed) {
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            Map<String, float[]> down = new LinkedHashMap<>();
            Map<String, float[]> up = new LinkedHashMap<>();
            for (String weight : CHANGED) {
                down.put(weight, gaussians(random, RANK * in(spec, weight)));
                up.put(weight, gaussians(random, RANK * out(spec, weight)));
            }
            return new Matrices(down, up, RANK);
        }

        private static float[] gaussians(RandomGenerator random, int count) {
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                values[i] = (float) random.nextGaussian(0, 0.3);
            }
            return values;
        }

        Tensor downTensor(DecoderSpec spec, String weight, String name) {
            return RandomWeights.tensor(name, Shape.of(rank, in(spec, weight)), at(down, weight));
        }

        Tensor upTensor(DecoderSpec spec, String weight, String name) {
            return RandomWeights.tensor(name, Shape.of(out(spec, weight), rank), at(up, weight));
        }
    }

    private static float[] at(Map<String, float[]> matrices, String weight) {
        float[] found = matrices.get(weight);
        if (found == null) {
            throw new IllegalArgumentException(weight);
        }
        return found;
    }

    private static int in(DecoderSpec spec, String weight) {
        return Math.toIntExact(RandomWeights.of(spec, 7).apply(weight).shape().columns());
    }

    private static int out(DecoderSpec spec, String weight) {
        return Math.toIntExact(RandomWeights.of(spec, 7).apply(weight).shape().rows());
    }

    private Path writePeft(String name, Matrices matrices, String config) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(name));
        List<Tensor> tensors = new ArrayList<>();
        for (String weight : CHANGED) {
            String module = "base_model.model.model." + weight.substring(0, weight.length() - ".weight".length());
            tensors.add(matrices.downTensor(spec, weight, module + ".lora_A.weight"));
            tensors.add(matrices.upTensor(spec, weight, module + ".lora_B.weight"));
        }
        return write(directory, tensors, config);
    }

    private static Path write(Path directory, List<Tensor> tensors, String config) throws IOException {
        Files.createDirectories(directory);
        SafetensorsWriter.write(directory.resolve("adapter_model.safetensors"), Map.of("format", "pt"), tensors);
        Files.writeString(directory.resolve("adapter_config.json"), config);
        return directory;
    }

    private Path writeGguf(Matrices matrices, Map<String, GgufValue> more) {
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", new GgufValue.Text("small"));
        metadata.put("general.type", new GgufValue.Text("adapter"));
        metadata.put("adapter.type", new GgufValue.Text("lora"));
        metadata.put("adapter.lora.alpha", new GgufValue.Real(GgufType.FLOAT32, 6));
        metadata.putAll(more);
        List<Tensor> tensors = new ArrayList<>();
        for (String weight : CHANGED) {
            tensors.add(matrices.downTensor(spec, weight, weight + ".lora_a"));
            tensors.add(matrices.upTensor(spec, weight, weight + ".lora_b"));
        }
        Path file = folder.resolve("adapter.gguf");
        GgufWriter.write(file, GgufMetadata.of("adapter", metadata), tensors);
        return file;
    }

    private static String config(String more) {
        return "{\"peft_type\": \"LORA\", \"r\": 3, \"lora_alpha\": 6, \"bias\": \"none\", \"use_dora\": false,"
                + " \"modules_to_save\": null, \"rank_pattern\": {}" + more + "}";
    }

    private LoraAdapter adapter(Path path) {
        return adapter(path, Map.of());
    }

    private LoraAdapter adapter(Path path, Map<String, int[]> orders) {
        LoraAdapter adapter = LoraAdapter.open(path, new Base(spec, orders), backend);
        open.add(adapter);
        return adapter;
    }

    private float[][] logits(ActiveAdapter... adapters) {
        try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, TOKENS.length);
                DecoderRun run = new DecoderRun(decoder, cache, TOKENS.length, List.of(adapters))) {
            return run.advance(TOKENS);
        }
    }

    /// What the plain implementation computes with `scaling * up · down` added to the weights.
    private double[][] merged(Matrices matrices, Function<String, Double> scaling) {
        Map<String, float[]> changed = new LinkedHashMap<>();
        for (String weight : CHANGED) {
            float[] values = weights.values(weight);
            add(values, matrices, weight, scaling.apply(weight));
            changed.put(weight, values);
        }
        return new PlainDecoder(spec, name -> changed.containsKey(name) ? at(changed, name) : weights.values(name))
                .logits(TOKENS, TOKENS.length);
    }

    private void add(float[] values, Matrices matrices, String weight, double scaling) {
        int in = in(spec, weight);
        int rank = matrices.rank();
        for (int i = 0; i < values.length; i++) {
            double sum = 0;
            for (int r = 0; r < rank; r++) {
                sum += (double) at(matrices.up(), weight)[i / in * rank + r]
                        * at(matrices.down(), weight)[r * in + i % in];
            }
            values[i] += (float) (scaling * sum);
        }
    }

    private static void assertClose(float[][] found, double[][] expected) {
        for (int t = 0; t < expected.length; t++) {
            for (int i = 0; i < expected[t].length; i++) {
                assertThat((double) found[t][i])
                        .as("logit %d of token %d", i, t)
                        .isCloseTo(expected[t][i], within(TOLERANCE));
            }
        }
    }

    @Nested
    class Applied {
        @Test
        void givesWhatMergedWeightsGive() throws IOException {
            Matrices matrices = Matrices.random(spec, 1);
            LoraAdapter adapter = adapter(writePeft("a", matrices, config("")));

            assertThat(adapter.size()).isEqualTo(CHANGED.size());
            assertClose(logits(new ActiveAdapter(adapter, 1)), merged(matrices, _ -> 2.0));
            assertClose(logits(new ActiveAdapter(adapter, -0.5f)), merged(matrices, _ -> -1.0));
        }

        @Test
        void leavesTheBaseAtScaleZeroBitForBit() throws IOException {
            float[][] base = logits();
            LoraAdapter adapter = adapter(writePeft("a", Matrices.random(spec, 1), config("")));

            assertThat(logits(new ActiveAdapter(adapter, 0))).isDeepEqualTo(base);
            assertThat(logits(new ActiveAdapter(adapter, 1))).isNotEqualTo(base);
            assertThat(logits()).isDeepEqualTo(base);
        }

        @Test
        void addsUpWithAnotherAdapter() throws IOException {
            Matrices first = Matrices.random(spec, 1);
            Matrices second = Matrices.random(spec, 2);
            ActiveAdapter one = new ActiveAdapter(adapter(writePeft("a", first, config(""))), 1);
            ActiveAdapter two = new ActiveAdapter(adapter(writePeft("b", second, config(""))), 0.5f);
            Map<String, float[]> changed = new LinkedHashMap<>();
            for (String weight : CHANGED) {
                float[] values = weights.values(weight);
                add(values, first, weight, 2);
                add(values, second, weight, 1);
                changed.put(weight, values);
            }
            double[][] expected = new PlainDecoder(
                            spec, name -> changed.containsKey(name) ? at(changed, name) : weights.values(name))
                    .logits(TOKENS, TOKENS.length);

            assertClose(logits(one, two), expected);
        }

        @Test
        void disturbsNoOtherEntryOfTheBatch() throws IOException {
            ActiveAdapter one = new ActiveAdapter(adapter(writePeft("a", Matrices.random(spec, 1), config(""))), 1);
            ActiveAdapter two = new ActiveAdapter(adapter(writePeft("b", Matrices.random(spec, 2), config(""))), 1);
            List<List<ActiveAdapter>> wanted =
                    List.of(List.of(one), List.of(), List.of(two), List.of(two), List.of(one, two));
            try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, 64)) {
                List<BatchEntry> entries = wanted.stream()
                        .map(adapters ->
                                new DecoderRun(decoder, cache, TOKENS.length, adapters).entry(TOKENS, LogitRows.ALL))
                        .toList();
                float[][] rows = DecoderRun.rows(decoder.forward(new Batch(entries), cache));
                for (int entry = 0; entry < wanted.size(); entry++) {
                    float[][] found = Arrays.copyOfRange(rows, entry * TOKENS.length, (entry + 1) * TOKENS.length);
                    assertThat(found).isDeepEqualTo(logits(wanted.get(entry).toArray(ActiveAdapter[]::new)));
                }
            }
        }

        @Test
        void readsTheSameFromGgufAsFromPeft() throws IOException {
            Matrices matrices = Matrices.random(spec, 1);
            float[][] expected = logits(new ActiveAdapter(adapter(writePeft("a", matrices, config(""))), 1));

            float[][] found = logits(new ActiveAdapter(adapter(writeGguf(matrices, Map.of())), 1));

            assertThat(found).isDeepEqualTo(expected);
        }

        @Test
        void takesGgufsAlphaOfZeroAsAScalingOfOne() {
            Matrices matrices = Matrices.random(spec, 1);
            Path file = writeGguf(matrices, Map.of("adapter.lora.alpha", new GgufValue.Real(GgufType.FLOAT32, 0)));

            assertClose(logits(new ActiveAdapter(adapter(file), 1)), merged(matrices, _ -> 1.0));
        }

        @Test
        void bringsRowsIntoTheOrderOfTheBase() throws IOException {
            Matrices matrices = Matrices.random(spec, 1);
            String weight = "blk.0.attn_q.weight";
            int rows = out(spec, weight);
            int[] order = IntStream.range(0, rows).map(row -> rows - 1 - row).toArray();
            Matrices reversed = Matrices.random(spec, 1);
            float[] source = at(matrices.up(), weight);
            float[] target = at(reversed.up(), weight);
            for (int i = 0; i < source.length; i++) {
                target[(rows - 1 - i / RANK) * RANK + i % RANK] = source[i];
            }
            Path peft = writePeft("a", matrices, config(""));
            Path gguf = writeGguf(matrices, Map.of());

            assertClose(
                    logits(new ActiveAdapter(adapter(peft, Map.of("PEFT " + weight, order)), 1)),
                    merged(reversed, _ -> 2.0));
            assertClose(
                    logits(new ActiveAdapter(adapter(gguf, Map.of("GGUF " + weight, order)), 1)),
                    merged(reversed, _ -> 2.0));
            assertClose(
                    logits(new ActiveAdapter(adapter(gguf, Map.of("PEFT " + weight, order)), 1)),
                    merged(matrices, _ -> 2.0));
        }
    }

    @Nested
    class Scaling {
        @Test
        void isStabilizedByTheRootOfTheRank() throws IOException {
            Matrices matrices = Matrices.random(spec, 1);
            LoraAdapter adapter = adapter(writePeft("a", matrices, config(", \"use_rslora\": true")));
            assertClose(logits(new ActiveAdapter(adapter, 1)), merged(matrices, _ -> 6 / Math.sqrt(3)));
        }

        @ParameterizedTest
        @CsvSource({
            "blk.1.attn_k, blk.1.attn_k.weight",
            "attn_k, blk.1.attn_k.weight",
            "^model.blk.1.attn_k, blk.1.attn_k.weight",
            "model\\\\.blk\\\\.1\\\\.attn_k, blk.1.attn_k.weight",
            "1.attn_v, blk.1.attn_v.weight"
        })
        void followsThePatternsOfAlpha(String key, String weight) throws IOException {
            Matrices matrices = Matrices.random(spec, 1);
            LoraAdapter adapter =
                    adapter(writePeft("a", matrices, config(", \"alpha_pattern\": {\"" + key + "\": 9}")));
            assertClose(
                    logits(new ActiveAdapter(adapter, 1)), merged(matrices, name -> name.equals(weight) ? 3.0 : 2.0));
        }

        @Test
        void followsThePatternsOfRank() throws IOException {
            Matrices matrices = Matrices.random(spec, 1);
            Path path = writePeft(
                    "a", matrices, config("").replace("\"r\": 3", "\"r\": 8").replace("{}", "{\"attn_k\": 3}"));
            assertThatThrownBy(() -> adapter(path))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("has rank 3, expected 8");

            String all = "{\"attn_q\": 3, \"attn_k\": 3, \"attn_v\": 3, \"attn_output\": 3, \"ffn_gate\": 3,"
                    + " \"ffn_up\": 3, \"ffn_down\": 3, \"output\": 3}";
            Path whole = writePeft(
                    "b", matrices, config("").replace("\"r\": 3", "\"r\": 8").replace("{}", all));
            assertClose(logits(new ActiveAdapter(adapter(whole), 1)), merged(matrices, _ -> 2.0));
        }

        @Test
        void mustBeANumber() {
            assertThatThrownBy(() ->
                            new ActiveAdapter(adapter(writePeft("a", Matrices.random(spec, 1), config(""))), Float.NaN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("finite");
        }
    }

    @Nested
    class Refuses {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '\0',
                value = {
                    "use_dora | true | DoRA",
                    "bias | \"all\" | trained biases",
                    "lora_bias | true | biases of the adapter's own matrices",
                    "modules_to_save | [\"lm_head\"] | whole modules",
                    "trainable_token_indices | [1, 2] | trained tokens",
                    "layer_replication | [[0, 2]] | repeated layers",
                    "alora_invocation_tokens | [5] | activated LoRA",
                    "init_lora_weights | \"pissa\" | pissa",
                    "peft_type | \"LOHA\" | LOHA",
                    "alpha_pattern | {\".*(ab)+c\": 3} | regular expression"
                })
        void byNameWhatItCannotCompute(String key, String value, String words) throws IOException {
            String changed = config("").replace(", \"bias\": \"none\"", "").replace("\"peft_type\": \"LORA\", ", "");
            String type = key.equals("peft_type") ? "" : ", \"peft_type\": \"LORA\"";
            String text = changed.substring(0, changed.length() - 1) + type + ", \"" + key + "\": " + value + "}";
            Path path = writePeft("a", Matrices.random(spec, 1), text.replace("\"use_dora\": false, ", ""));

            assertThatThrownBy(() -> adapter(path))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("adapter_config.json")
                    .hasMessageContaining(words);
        }

        @ParameterizedTest
        @CsvSource({
            "base_model.model.model.token_embd.lora_embedding_A, adapters of the embedding",
            "base_model.model.model.blk.0.attn_q.lora_magnitude_vector, DoRA",
            "base_model.model.model.blk.0.attn_q.lora_B.bias, trained biases",
            "base_model.model.lm_head.weight, no part of LoRA"
        })
        void tensorsOfOtherKinds(String name, String words) throws IOException {
            Tensor tensor = RandomWeights.tensor(name, Shape.of(2, 2), new float[4]);
            Path path = write(folder.resolve("a"), List.of(tensor), config(""));

            assertThatThrownBy(() -> adapter(path))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining(words);
        }

        @Test
        void adaptersOfAnotherModel() throws IOException {
            assertBroken("base_model.model.other.q_proj", 3, 24, 32, "other.q_proj");
            assertBroken("base_model.model.model.blk.0.attn_q", 3, 25, 32, "[3, 25]", "[3, 24]");
            assertBroken("base_model.model.model.blk.0.attn_q", 3, 24, 31, "[31, 3]", "[32, 3]");
            assertBroken("model.blk.0.attn_q", 3, 24, 32, "base_model.model.");
        }

        @Test
        void anAdapterOfTheEmbeddingOrOfANorm() throws IOException {
            for (String weight : List.of("token_embd", "blk.0.attn_norm", "blk.7.attn_q")) {
                Path path = write(folder.resolve("a"), pair("base_model.model.model." + weight, 3, 24, 41), config(""));
                assertThatThrownBy(() -> adapter(path))
                        .isInstanceOf(UnsupportedModelException.class)
                        .hasMessageContaining(weight);
            }
        }

        private void assertBroken(String module, int rank, int in, int out, String... words) throws IOException {
            Path path = write(folder.resolve("a"), pair(module, rank, in, out), config(""));
            assertThatThrownBy(() -> adapter(path))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContainingAll(words);
        }

        private List<Tensor> pair(String module, int rank, int in, int out) {
            return List.of(
                    RandomWeights.tensor(module + ".lora_A.weight", Shape.of(rank, in), new float[rank * in]),
                    RandomWeights.tensor(module + ".lora_B.weight", Shape.of(out, rank), new float[rank * out]));
        }

        @Test
        void aMatrixWithoutTheOther() throws IOException {
            List<Tensor> pair = pair("base_model.model.model.blk.0.attn_q", 3, 24, 32);
            for (int present = 0; present < 2; present++) {
                String missing = present == 0 ? "lora_B.weight" : "lora_A.weight";
                Path path = write(folder.resolve("a"), List.of(pair.get(present)), config(""));
                assertThatThrownBy(() -> adapter(path))
                        .isInstanceOf(ModelFormatException.class)
                        .hasMessageContaining(missing);
            }
        }

        @Test
        void anAdapterWithoutMatrices() throws IOException {
            Path path = write(folder.resolve("a"), Collections.emptyList(), config(""));
            assertThatThrownBy(() -> adapter(path))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("changes nothing");
        }

        @Test
        void whatIsNoAdapterAtAll() {
            assertThatThrownBy(() -> adapter(folder))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("adapter_config.json");
            Path model = writeGguf(Matrices.random(spec, 1), Map.of("general.type", new GgufValue.Text("model")));
            assertThatThrownBy(() -> adapter(model))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("general.type is model");
        }

        @Test
        void aFolderWithoutMatrices() throws IOException {
            Files.writeString(folder.resolve("adapter_config.json"), config(""));
            assertThatThrownBy(() -> adapter(folder))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("adapter_model.safetensors", "adapter_model.bin");
            Files.writeString(folder.resolve("adapter_model.bin"), "no zip");
            assertThatThrownBy(() -> adapter(folder))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("adapter_model.bin");
        }

        @Test
        void ggufAdaptersOfOtherKindsAndArchitectures() {
            Matrices matrices = Matrices.random(spec, 1);
            Path other = writeGguf(matrices, Map.of("general.architecture", new GgufValue.Text("large")));
            assertThatThrownBy(() -> adapter(other))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("architecture large, expected small");
            Path control = writeGguf(matrices, Map.of("adapter.type", new GgufValue.Text("control_vector")));
            assertThatThrownBy(() -> adapter(control))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("control_vector");
        }
    }
}
