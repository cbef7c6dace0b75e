package dev.lilla.model;

import dev.lilla.ExactHost;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufType;
import dev.lilla.format.GgufValue;
import dev.lilla.format.GgufWriter;
import dev.lilla.format.SafetensorsWriter;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/// Adapters of a small model with random weights, as PEFT directories and as GGUF files.
final class SmallAdapters implements AutoCloseable {
    static final int RANK = 3;

    /// Weights that the adapters change, by the names of the spec: each kind of linear map.
    static final List<String> CHANGED = List.of(
            "blk.0.attn_q.weight",
            "blk.1.attn_k.weight",
            "blk.1.attn_v.weight",
            "blk.2.attn_output.weight",
            "blk.0.ffn_gate.weight",
            "blk.2.ffn_up.weight",
            "blk.1.ffn_down.weight",
            "output.weight");

    private final Path folder;
    private final Backend backend = HostBackend.open(ExactHost.options());
    private final DecoderSpec spec = new SmallSpec().build();
    private final List<LoraAdapter> open = new ArrayList<>();

    SmallAdapters(Path folder) {
        this.folder = folder;
    }

    Backend backend() {
        return backend;
    }

    DecoderSpec spec() {
        return spec;
    }

    /// The model as adapters see it, with the row order of both formats.
    AdapterHost host() {
        return new Base(spec, Map.of());
    }

    @Override
    public void close() {
        open.forEach(LoraAdapter::close);
        backend.close();
    }

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

        @Override
        public Optional<String> huggingFaceName(String tensorName) {
            return Optional.of("model." + tensorName);
        }

        @Override
        public List<GgufRows> ggufRows(String tensorName) {
            return List.of(new GgufRows(
                    tensorName, IntStream.range(0, out(spec, tensorName)).toArray()));
        }
    }

    /// The two matrices for every changed weight.
    record Matrices(Map<String, float[]> down, Map<String, float[]> up, int rank) {
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

    static float[] at(Map<String, float[]> matrices, String weight) {
        float[] found = matrices.get(weight);
        if (found == null) {
            throw new IllegalArgumentException(weight);
        }
        return found;
    }

    static int in(DecoderSpec spec, String weight) {
        return Math.toIntExact(RandomWeights.of(spec, 7).apply(weight).shape().columns());
    }

    static int out(DecoderSpec spec, String weight) {
        return Math.toIntExact(RandomWeights.of(spec, 7).apply(weight).shape().rows());
    }

    Path writePeft(String name, Matrices matrices, String config) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(name));
        List<Tensor> tensors = new ArrayList<>();
        for (String weight : CHANGED) {
            String module = "base_model.model.model." + weight.substring(0, weight.length() - ".weight".length());
            tensors.add(matrices.downTensor(spec, weight, module + ".lora_A.weight"));
            tensors.add(matrices.upTensor(spec, weight, module + ".lora_B.weight"));
        }
        return write(directory, tensors, config);
    }

    static Path write(Path directory, List<Tensor> tensors, String config) throws IOException {
        Files.createDirectories(directory);
        SafetensorsWriter.write(directory.resolve("adapter_model.safetensors"), Map.of("format", "pt"), tensors);
        Files.writeString(directory.resolve("adapter_config.json"), config);
        return directory;
    }

    Path writeGguf(Matrices matrices, Map<String, GgufValue> more) {
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

    static String config(String more) {
        return "{\"peft_type\": \"LORA\", \"r\": 3, \"lora_alpha\": 6, \"bias\": \"none\", \"use_dora\": false,"
                + " \"modules_to_save\": null, \"rank_pattern\": {}" + more + "}";
    }

    LoraAdapter adapter(Path path) {
        return adapter(path, Map.of());
    }

    LoraAdapter adapter(Path path, Map<String, int[]> orders) {
        LoraAdapter adapter = LoraAdapter.open(path, new Base(spec, orders), backend);
        open.add(adapter);
        return adapter;
    }
}
