package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufType;
import dev.lilla.format.GgufValue;
import dev.lilla.format.GgufWriter;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.Safetensors;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.OracleModel.Prompt;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Adapters trained and run by PEFT, on checkpoints and on their GGUFs, from PEFT's files and as GGUF.
class LoraOracleTest {
    private static final double LOGITS = 2e-3;
    /// On a base whose weights the GGUF stores narrower than the checkpoint: these adapters move the logits by tens of
    /// units, so they amplify what the base alone loses (2e-2).
    private static final double LOGITS_NARROWED = 1e-1;

    @TempDir
    Path folder;

    /// An adapter of the oracle on one of its bases.
    record AdapterCase(Path adapter, OracleCase base) {
        @Override
        public String toString() {
            return adapter.getFileName() + " on " + base;
        }

        JsonNode golden() {
            return JsonFiles.read(adapter.resolve("golden.json"));
        }

        double tolerance() {
            return base.narrowed() ? LOGITS_NARROWED : LOGITS;
        }
    }

    static Stream<AdapterCase> adapters() {
        Path families = Oracle.path("lora").resolveSibling("lora-families");
        Stream<Path> more = Files.isDirectory(families) ? Oracle.list(families).stream() : Stream.of();
        return Stream.concat(Oracle.list(Oracle.path("lora")).stream(), more).flatMap(folder -> {
            String model =
                    JsonFiles.read(folder.resolve("golden.json")).path("model").asString();
            return OracleCase.all()
                    .filter(base -> base.golden().equals(model))
                    .map(base -> new AdapterCase(folder, base));
        });
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("adapters")
    void changesTheLogitsAsPeftDoes(AdapterCase sample) {
        Deviation logits = new Deviation();
        try (Backend backend = sample.base().backend();
                LoadedModel loaded = sample.base().load(backend);
                LoraAdapter adapter = LoraAdapter.open(sample.adapter(), loaded.description(), backend)) {
            compare(sample, loaded, backend, List.of(new ActiveAdapter(adapter, 1)), logits);
        }
        System.out.printf("oracle lora %-36s logits %.1e of %.0e%n", sample, logits.max(), sample.tolerance());
        assertThat(logits.count()).isPositive();
        logits.assertWithin(sample.tolerance());
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("adapters")
    void addsUpInHalves(AdapterCase sample) {
        Deviation logits = new Deviation();
        try (Backend backend = sample.base().backend();
                LoadedModel loaded = sample.base().load(backend);
                LoraAdapter first = LoraAdapter.open(sample.adapter(), loaded.description(), backend);
                LoraAdapter second = LoraAdapter.open(sample.adapter(), loaded.description(), backend)) {
            List<ActiveAdapter> halves = List.of(new ActiveAdapter(first, 0.25f), new ActiveAdapter(second, 0.75f));
            compare(sample, loaded, backend, halves, logits);
        }
        logits.assertWithin(sample.tolerance());
    }

    /// The tensor table's own knowledge of rows is not used: the rows of query and key are permuted as the converter
    /// of llama.cpp does (`out[2i + j] = in[j * d / 2 + i]` in every head).
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("adapters")
    void changesTheLogitsAsPeftDoesFromGguf(AdapterCase sample) {
        Deviation logits = new Deviation();
        try (Backend backend = sample.base().backend();
                LoadedModel loaded = sample.base().load(backend);
                LoraAdapter adapter = LoraAdapter.open(converted(sample, loaded), loaded.description(), backend)) {
            compare(sample, loaded, backend, List.of(new ActiveAdapter(adapter, 1)), logits);
        }
        assertThat(logits.count()).isPositive();
        logits.assertWithin(sample.tolerance());
    }

    private Path converted(AdapterCase sample, LoadedModel loaded) {
        Attention attention = (Attention) loaded.spec().layers().getFirst().mixer();
        int headDim = attention.projection().query().headDim();
        boolean permutes = loaded.description().ggufArchitecture().equals("llama");
        JsonNode config = JsonFiles.read(sample.adapter().resolve("adapter_config.json"));
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        metadata.put(
                "general.architecture", new GgufValue.Text(loaded.description().ggufArchitecture()));
        metadata.put("general.type", new GgufValue.Text("adapter"));
        metadata.put("adapter.type", new GgufValue.Text("lora"));
        metadata.put(
                "adapter.lora.alpha",
                new GgufValue.Real(GgufType.FLOAT32, config.path("lora_alpha").asDouble()));
        Path file = folder.resolve("adapter.gguf");
        try (Safetensors peft = Safetensors.open(sample.adapter().resolve("adapter_model.safetensors"))) {
            List<Tensor> tensors = new ArrayList<>();
            for (Tensor tensor : peft.tensors().values()) {
                String module = tensor.name().replaceAll("\\.lora_[AB]\\.weight$", "");
                String name =
                        loaded.description().table().weightOfModule(module).orElseThrow();
                boolean up = tensor.name().contains(".lora_B.");
                boolean turned = permutes && up && (name.contains("attn_q.") || name.contains("attn_k."));
                tensors.add(new Tensor(
                        name + (up ? ".lora_b" : ".lora_a"),
                        tensor.type(),
                        tensor.shape(),
                        turned ? permuted(tensor, headDim) : tensor.data()));
            }
            GgufWriter.write(file, GgufMetadata.of("adapter", metadata), tensors);
        }
        return file;
    }

    private static MemorySegment permuted(Tensor tensor, int headDim) {
        long rowBytes = tensor.rowBytes();
        MemorySegment target =
                MemorySegment.ofArray(new byte[Math.toIntExact(tensor.data().byteSize())]);
        for (int head = 0; head < tensor.shape().rows() / headDim; head++) {
            for (int i = 0; i < headDim / 2; i++) {
                for (int j = 0; j < 2; j++) {
                    int from = head * headDim + j * (headDim / 2) + i;
                    int to = head * headDim + 2 * i + j;
                    MemorySegment.copy(tensor.data(), from * rowBytes, target, to * rowBytes, rowBytes);
                }
            }
        }
        return target;
    }

    private static void compare(
            AdapterCase sample, LoadedModel loaded, Backend backend, List<ActiveAdapter> adapters, Deviation logits) {
        try (Safetensors golden = Safetensors.open(sample.adapter().resolve("golden.safetensors"))) {
            for (JsonNode node : sample.golden().path("prompts")) {
                Prompt prompt = new Prompt(node);
                int[] ids = prompt.ids();
                float[][] found = logits(loaded, backend, ids, adapters);
                String all = prompt.name() + ".logits_adapter";
                if (golden.contains(all)) {
                    float[] expected = Oracle.floats(golden.tensor(all));
                    int vocab = loaded.spec().vocab();
                    for (int t = 0; t < ids.length; t++) {
                        float[] row = Arrays.copyOfRange(expected, t * vocab, (t + 1) * vocab);
                        logits.add(prompt.name() + " at " + t, found[t], row);
                    }
                }
                String last = prompt.name() + ".last_adapter";
                if (golden.contains(last)) {
                    logits.add(last, found[ids.length - 1], Oracle.floats(golden.tensor(last)));
                }
            }
        }
    }

    private static float[][] logits(LoadedModel loaded, Backend backend, int[] ids, List<ActiveAdapter> adapters) {
        Decoder decoder = loaded.decoder();
        try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, ids.length);
                DecoderRun run = new DecoderRun(decoder, cache, ids.length, adapters)) {
            return run.advance(ids);
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("adapters")
    void continuesAsPeftDoes(AdapterCase sample) {
        int steps = 0;
        try (Backend backend = sample.base().backend();
                LoadedModel loaded = sample.base().load(backend);
                LoraAdapter adapter = LoraAdapter.open(sample.adapter(), loaded.description(), backend)) {
            for (JsonNode node : sample.golden().path("prompts")) {
                int[] greedy = OracleModel.ints(node.path("greedy_adapter"));
                double[] margins = OracleModel.doubles(node.path("margins"));
                int clear = DecoderOracleTest.clearSteps(margins, sample.tolerance());
                int[] found = DecoderOracleTest.greedy(
                        loaded.decoder(),
                        backend,
                        new Prompt(node).ids(),
                        clear,
                        List.of(new ActiveAdapter(adapter, 1)));
                assertThat(found).isEqualTo(Arrays.copyOf(greedy, clear));
                steps += clear;
            }
        }
        assertThat(steps).isPositive();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("adapters")
    void leavesTheBaseAloneAtScaleZeroAndInOtherEntries(AdapterCase sample) {
        try (Backend backend = sample.base().backend();
                LoadedModel loaded = sample.base().load(backend);
                LoraAdapter adapter = LoraAdapter.open(sample.adapter(), loaded.description(), backend)) {
            Decoder decoder = loaded.decoder();
            int[] ids = new Prompt(sample.golden().path("prompts").path(0)).ids();
            ActiveAdapter full = new ActiveAdapter(adapter, 1);
            float[][] base = logits(loaded, backend, ids, List.of());
            float[][] changed = logits(loaded, backend, ids, List.of(full));

            assertThat(logits(loaded, backend, ids, List.of(new ActiveAdapter(adapter, 0))))
                    .isDeepEqualTo(base);
            try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, 2 * ids.length)) {
                BatchEntry without = new DecoderRun(decoder, cache, ids.length, List.of()).entry(ids, LogitRows.ALL);
                BatchEntry with = new DecoderRun(decoder, cache, ids.length, List.of(full)).entry(ids, LogitRows.ALL);
                float[][] rows = DecoderRun.rows(decoder.forward(Batch.of(without, with), cache));
                assertThat(Arrays.copyOf(rows, ids.length)).isDeepEqualTo(base);
                assertThat(Arrays.copyOfRange(rows, ids.length, rows.length)).isDeepEqualTo(changed);
            }
        }
    }
}
