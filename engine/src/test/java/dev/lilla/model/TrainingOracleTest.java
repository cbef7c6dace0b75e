package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.Safetensors;
import dev.lilla.kernel.Activation;
import dev.lilla.kernel.AdamStep;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.MachineCodeBackend;
import dev.lilla.kernel.Parameter;
import dev.lilla.kernel.Precision;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Whole training runs against PyTorch and PEFT: every loss, the gradients of the first step, the weights at the end.
class TrainingOracleTest {
    private static final int THREADS = 2;
    private static final int ROWS_MAX = 256;
    private static final double GRADIENT_TOLERANCE = 1e-4;

    record Run(String name, boolean recomputes) {
        Path folder() {
            return Oracle.path("train/" + name);
        }

        JsonNode json() {
            return JsonFiles.read(folder().resolve("train.json"));
        }
    }

    /// How far a run may be off.
    ///
    /// @param loss of every step
    /// @param norm of its gradients, relative
    /// @param values at the end, as a share of their size
    record Tolerance(double loss, double norm, double values) {
        static final Tolerance EXACT = new Tolerance(1e-4, 1e-3, 2e-3);
        static final Tolerance ROUNDED = new Tolerance(1e-2, 3e-2, 5e-2);
    }

    private static Stream<String> names() {
        return Oracle.list(Oracle.path("train")).stream()
                .map(path -> path.getFileName().toString())
                .filter(name -> !name.endsWith(".json"));
    }

    static Stream<Arguments> runs() {
        return KernelPaths.exact()
                .flatMap(kernels -> names().flatMap(name ->
                        Stream.of(false, true).map(recomputes -> Arguments.of(new Run(name, recomputes), kernels))));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void learnsAsPyTorchDoes(Run run, HostOptions.Choice kernels) {
        try (Backend backend = HostBackend.open(new HostOptions(kernels, THREADS))) {
            learn(run, backend, backend.gradients(Precision.F32), Tolerance.EXACT);
        }
    }

    static Stream<Run> exactRuns() {
        return names().map(name -> new Run(name, false));
    }

    /// Training in f32 rounds nothing where prompts would be rounded.
    @ParameterizedTest
    @MethodSource("exactRuns")
    void learnsAsPyTorchDoesBesideTiles(Run run) {
        try (Backend backend = MachineCodeBackend.open(Isa.AMX, THREADS)) {
            learn(run, backend, backend.gradients(Precision.F32), Tolerance.EXACT);
        }
    }

    static Stream<Arguments> roundedRuns() {
        return Stream.of(Isa.AVX512, Isa.AMX)
                .flatMap(isa -> names().map(name -> Arguments.of(new Run(name, false), isa)));
    }

    /// With factors of 8 significant bits, which make gradients differ by some percent, and what is
    /// learned hardly.
    @ParameterizedTest
    @MethodSource("roundedRuns")
    void learnsMuchTheSameInBf16(Run run, Isa isa) {
        try (Backend backend = MachineCodeBackend.open(isa, THREADS)) {
            learn(run, backend, backend.gradients(Precision.BF16), Tolerance.ROUNDED);
        }
    }

    private static void learn(Run run, Backend backend, Gradients gradients, Tolerance tolerance) {
        JsonNode json = run.json();
        try (ModelDescription model =
                        ModelDescription.open(Oracle.path(json.path("model").asString()), LoadOptions.DEFAULT);
                TrainableDecoder decoder = decoder(run, json, model, backend, gradients)) {
            Training training = new Training(json, model, backend, gradients, decoder, tolerance);
            if (!json.path("lora").isNull()) {
                training.read(run.folder().resolve("initial.safetensors"));
            }
            for (JsonNode step : json.path("history")) {
                training.step(step);
                if (step.path("step").asInt() == 1 && tolerance.equals(Tolerance.EXACT)) {
                    training.assertGradients(run.folder().resolve("grad_step1.safetensors"));
                }
                training.update(step);
            }
            training.assertValues(run.folder().resolve("final.safetensors"));
        }
    }

    private static TrainableDecoder decoder(
            Run run, JsonNode json, ModelDescription model, Backend backend, Gradients gradients) {
        TrainingLimits limits = new TrainingLimits(ROWS_MAX, run.recomputes());
        if (json.path("lora").isNull()) {
            return TrainableDecoder.full(model.spec(), model::tensor, backend, gradients, limits);
        }
        JsonNode lora = json.path("lora");
        TreeSet<String> weights = new TreeSet<>();
        for (JsonNode target : lora.path("targets")) {
            for (String weight : model.spec().linearMaps().keySet()) {
                model.table()
                        .moduleOfWeight(weight)
                        .filter(module -> module.endsWith("." + target.asString()))
                        .ifPresent(_ -> weights.add(weight));
            }
        }
        LoraSetup setup = new LoraSetup(
                weights,
                lora.path("r").asInt(),
                (float) lora.path("scaling").asDouble(),
                (float) lora.path("dropout").asDouble(),
                1);
        return TrainableDecoder.lora(model.spec(), model::tensor, backend, gradients, setup, limits);
    }

    /// One run under way.
    private static final class Training {
        private final JsonNode json;
        private final ModelDescription model;
        private final Backend backend;
        private final Gradients gradients;
        private final TrainableDecoder decoder;
        private final Tolerance tolerance;
        private final List<TrainingSequence> sequences = new ArrayList<>();
        private final Map<Parameter, List<Activation>> moments = new LinkedHashMap<>();
        private double norm;

        Training(
                JsonNode json,
                ModelDescription model,
                Backend backend,
                Gradients gradients,
                TrainableDecoder decoder,
                Tolerance tolerance) {
            this.json = json;
            this.model = model;
            this.backend = backend;
            this.gradients = gradients;
            this.decoder = decoder;
            this.tolerance = tolerance;
            for (int i = 0; i < json.path("sequences").size(); i++) {
                sequences.add(sequence(i));
            }
            for (Parameter parameter : decoder.parameters()) {
                int rows = parameter.values().rows();
                int columns = parameter.values().columns();
                moments.put(parameter, List.of(backend.allocate(rows, columns), backend.allocate(rows, columns)));
            }
            assertThat(decoder.parameters().stream().mapToLong(Parameter::size).sum())
                    .isEqualTo(json.path("trainable_parameters").asLong());
        }

        /// Without the padding at its end.
        private TrainingSequence sequence(int index) {
            int length = Arrays.stream(
                            OracleModel.ints(json.path("attention_mask").path(index)))
                    .sum();
            int[] tokens = Arrays.copyOf(OracleModel.ints(json.path("sequences").path(index)), length);
            int[] labels = OracleModel.ints(json.path("labels").path(index));
            float[] weights = new float[length];
            for (int i = 0; i < length; i++) {
                weights[i] = labels[i] < 0 ? 0 : 1;
            }
            return new TrainingSequence(tokens, weights);
        }

        void step(JsonNode step) {
            JsonNode indices = step.path("batch_indices");
            List<JsonNode> batches =
                    indices.get(0).isArray() ? indices.valueStream().toList() : List.of(indices);
            decoder.clearGradients();
            double loss = 0;
            for (JsonNode batch : batches) {
                List<TrainingSequence> chosen = Arrays.stream(OracleModel.ints(batch))
                        .mapToObj(sequences::get)
                        .toList();
                double targets =
                        chosen.stream().mapToDouble(TrainingSequence::weight).sum();
                double before = decoder.evaluate(chosen).mean();
                LossSum sum = decoder.accumulate(chosen, 1 / (targets * batches.size()), 0);
                assertThat(sum.mean()).isEqualTo(before);
                loss += sum.mean() / batches.size();
            }
            assertThat(loss).isCloseTo(step.path("loss").asDouble(), within(tolerance.loss()));
            norm = Math.sqrt(decoder.parameters().stream()
                    .mapToDouble(parameter -> gradients.squares(parameter.gradient()))
                    .sum());
            double expected = step.path("grad_norm").asDouble();
            assertThat(norm).isCloseTo(expected, within(expected * tolerance.norm()));
        }

        void update(JsonNode step) {
            JsonNode optimizer = json.path("optimizer");
            double clip = json.path("clip_grad_norm").asDouble(0);
            AdamStep adam = new AdamStep(
                    (float) step.path("lr").asDouble(),
                    (float) optimizer.path("betas").path(0).asDouble(),
                    (float) optimizer.path("betas").path(1).asDouble(),
                    (float) optimizer.path("eps").asDouble(),
                    (float) optimizer.path("weight_decay").asDouble(),
                    step.path("step").asInt(),
                    clip > 0 && norm > clip ? (float) (clip / norm) : 1);
            moments.forEach((parameter, both) -> gradients.adamW(adam, parameter, both.get(0), both.get(1)));
        }

        void read(Path file) {
            try (Safetensors initial = Safetensors.open(file)) {
                for (Tensor tensor : initial.tensors().values()) {
                    float[] values = Oracle.floats(tensor);
                    Activation target = parameter(tensor.name()).values();
                    for (int row = 0; row < target.rows(); row++) {
                        int start = row * target.columns();
                        backend.write(Arrays.copyOfRange(values, start, start + target.columns()), target, row);
                    }
                }
            }
        }

        void assertGradients(Path file) {
            try (Safetensors expected = Safetensors.open(file)) {
                assertThat(expected.tensors()).hasSameSizeAs(decoder.parameters());
                for (Tensor tensor : expected.tensors().values()) {
                    float[] values = Oracle.floats(tensor);
                    double scale = 1e-7;
                    for (float value : values) {
                        scale = Math.max(scale, Math.abs(value));
                    }
                    assertClose(tensor.name(), parameter(tensor.name()).gradient(), values, GRADIENT_TOLERANCE * scale);
                }
            }
        }

        /// Adam divides by the size of gradients: where these are close to zero, a step amounts to noise, so that the
        /// end is compared as a whole.
        void assertValues(Path file) {
            try (Safetensors expected = Safetensors.open(file)) {
                for (Tensor tensor : expected.tensors().values()) {
                    float[] values = Oracle.floats(tensor);
                    float[] found = values(parameter(tensor.name()).values());
                    double difference = 0;
                    double size = 0;
                    for (int i = 0; i < values.length; i++) {
                        difference += Math.pow(found[i] - values[i], 2);
                        size += Math.pow(values[i], 2);
                    }
                    assertThat(Math.sqrt(difference / size)).as(tensor.name()).isLessThan(tolerance.values());
                }
            }
        }

        private float[] values(Activation activation) {
            float[] all = new float[activation.rows() * activation.columns()];
            float[] row = new float[activation.columns()];
            for (int r = 0; r < activation.rows(); r++) {
                backend.read(activation, r, row);
                System.arraycopy(row, 0, all, r * row.length, row.length);
            }
            return all;
        }

        private void assertClose(String name, Activation found, float[] expected, double tolerance) {
            float[] values = values(found);
            assertThat(values).as(name).hasSameSizeAs(expected);
            for (int i = 0; i < values.length; i++) {
                assertThat((double) values[i]).as(name + " at " + i).isCloseTo(expected[i], within(tolerance));
            }
        }

        private Parameter parameter(String huggingFaceName) {
            String name = huggingFaceName
                    .replace(".lora_A.weight", ".weight.lora_a")
                    .replace(".lora_B.weight", ".weight.lora_b");
            String module = name.replaceAll("\\.weight(\\.lora_[ab])?$", "");
            String wanted = name.replace(
                    module + ".weight", model.table().weightOfModule(module).orElseThrow());
            return decoder.parameters().stream()
                    .filter(parameter -> parameter.name().equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no parameter " + wanted));
        }
    }
}
