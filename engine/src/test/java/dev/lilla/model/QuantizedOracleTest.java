package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.format.Safetensors;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.kernel.WeightMemory;
import dev.lilla.model.OracleModel.Prompt;
import dev.lilla.model.family.LoadedModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Quantized GGUFs against the reference's exact evaluation of their dequantized weights: with f32 activations nothing
/// is lost but rounding, with activations of 8 bits what KERNELS.md 11 allows.
class QuantizedOracleTest {
    private static final double LOGITS = 1e-3;
    private static final double MEAN_NLL = 1e-4;
    private static final double LOGITS_8_BIT = 0.5;
    private static final double MEAN_NLL_8_BIT = 0.03;
    /// The exact logits of a prompt's last positions: `hf-dequantised-logits-main-last12.safetensors`.
    private static final Pattern LOGITS_FILE = Pattern.compile("hf-dequantised-logits-(.+)-last\\d+\\.safetensors");

    /// A quantized file and its key in quant.json.
    record Quantized(OracleCase sample, String type) {
        @Override
        public String toString() {
            return sample.toString();
        }
    }

    static Stream<Quantized> files() {
        JsonNode types = Oracle.json("golden/quant/quant.json").path("types");
        return types.properties().stream()
                .filter(entry -> entry.getValue().path("file").isString())
                .flatMap(entry -> KernelPaths.here().flatMap(kernels -> of(entry, kernels).stream()));
    }

    private static Optional<Quantized> of(Map.Entry<String, JsonNode> entry, HostOptions.Choice kernels) {
        Path file = Oracle.path("gguf/quant/" + entry.getValue().path("file").asString());
        return OracleModel.names().stream()
                .filter(name -> file.getFileName().toString().startsWith(name + "-"))
                .max(Comparator.comparingInt(String::length))
                .map(name -> new Quantized(OracleCase.checkpoint(name, kernels).asGguf(file), entry.getKey()));
    }

    private static Path logitsFile() {
        return Oracle.list(Oracle.path("golden/quant")).stream()
                .filter(file ->
                        LOGITS_FILE.matcher(file.getFileName().toString()).matches())
                .findFirst()
                .orElseThrow();
    }

    /// The prompt that the exact logits belong to.
    private static Prompt prompt(Quantized file) {
        Matcher name = LOGITS_FILE.matcher(logitsFile().getFileName().toString());
        assertThat(name.matches()).isTrue();
        return OracleModel.of(file.sample().golden()).prompt(name.group(1));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("files")
    void computesWithTheirDequantizedWeights(Quantized file) {
        Prompt prompt = prompt(file);
        JsonNode expected = Oracle.json("golden/quant/quant.json").path("types").path(file.type());
        Deviation logits = new Deviation();
        double meanNll = 0;
        try (Backend backend = file.sample().backend();
                LoadedModel loaded = file.sample().load(backend);
                Safetensors golden = Safetensors.open(logitsFile())) {
            int[] ids = prompt.ids();
            float[][] found = DecoderRun.logits(loaded.decoder(), backend, KvType.F32, ids);
            float[] last = Oracle.floats(golden.tensor(file.type()));
            int vocab = loaded.spec().vocab();
            int rows = last.length / vocab;
            for (int row = 0; row < rows; row++) {
                float[] wanted = Arrays.copyOfRange(last, row * vocab, (row + 1) * vocab);
                logits.add("row " + row, found[ids.length - rows + row], wanted);
            }
            for (int t = 1; t < ids.length; t++) {
                meanNll += DecoderOracleTest.nll(found[t - 1], ids[t]) / (ids.length - 1);
            }
        }
        boolean rounds = KernelPaths.roundsActivations(file.sample().kernels());
        double tolerance = rounds ? LOGITS_8_BIT : LOGITS;
        System.out.printf("oracle %-34s logits %.1e of %.0e%n", file, logits.max(), tolerance);
        assertThat(logits.count()).isPositive();
        logits.assertWithin(tolerance);
        assertThat(meanNll)
                .isCloseTo(
                        expected.path("mean_nll_" + prompt.name() + "_hf_dequantised")
                                .asDouble(),
                        within(rounds ? MEAN_NLL_8_BIT : MEAN_NLL));
    }

    static Stream<Quantized> packedFiles() {
        return files().filter(
                        file -> KernelPaths.roundsActivations(file.sample().kernels()));
    }

    /// Wherever the weights are, they are multiplied by the same code in the same order.
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("packedFiles")
    void computesTheSameBitsFromTheMappedFile(Quantized file) {
        assertThat(logits(file, WeightMemory.MAPPED)).isDeepEqualTo(logits(file, WeightMemory.PACKED));
    }

    private static float[][] logits(Quantized file, WeightMemory weights) {
        HostOptions options = new HostOptions(file.sample().kernels(), 2).withWeights(weights);
        try (Backend backend = HostBackend.open(options);
                LoadedModel loaded = file.sample().load(backend)) {
            return DecoderRun.logits(
                    loaded.decoder(), backend, KvType.F32, prompt(file).ids());
        }
    }

    static Stream<Quantized> exactFiles() {
        return files().filter(
                        file -> !KernelPaths.roundsActivations(file.sample().kernels()));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("exactFiles")
    void continuesAsTheDequantizedWeightsDo(Quantized file) {
        JsonNode expected = Oracle.json("golden/quant/quant.json").path("types").path(file.type());
        int[] greedy = OracleModel.ints(
                expected.path("greedy_hf_dequantised_" + prompt(file).name()));
        double[] margins = OracleModel.doubles(expected.path("greedy_hf_margins"));
        Prompt prompt = prompt(file);
        int clear = DecoderOracleTest.clearSteps(margins, LOGITS);
        assertThat(clear).isPositive();
        try (Backend backend = file.sample().backend();
                LoadedModel loaded = file.sample().load(backend)) {
            assertThat(DecoderOracleTest.greedy(loaded.decoder(), backend, prompt.ids(), clear, List.of()))
                    .isEqualTo(Arrays.copyOf(greedy, clear));
        }
    }
}
