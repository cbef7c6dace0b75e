package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.Safetensors;
import dev.lilla.model.LowRankParameters;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Whole runs of the loop against PyTorch and PEFT: every loss, every rate, every norm of the gradients.
class TrainerOracleTest {
    private static final double LOSS_TOLERANCE = 1e-4;
    private static final double NORM_TOLERANCE = 1e-3;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    static Stream<Path> runs() {
        return Oracle.list(Oracle.path("train")).stream()
                .filter(path -> path.resolve("train.json").toFile().isFile());
    }

    @ParameterizedTest
    @MethodSource("runs")
    void hasTheLossesOfPyTorch(Path reference) {
        JsonNode json = JsonFiles.read(reference.resolve("train.json"));
        List<TrainingEvent.Stepped> steps = new ArrayList<>();
        try (TinyRun run = run(json)) {
            begin(reference, run);
            TrainingSets sets = new TrainingSets(examples(json), Optional.empty());
            Trainer.Outcome outcome = run.trainer(sets, options(json), folder, Map.of())
                    .run(
                            event -> {
                                if (event instanceof TrainingEvent.Stepped step) {
                                    steps.add(step);
                                }
                            },
                            () -> false);
            assertThat(outcome).isEqualTo(Trainer.Outcome.FINISHED);
        }
        JsonNode history = json.path("history");
        assertThat(steps).hasSize(history.size());
        for (int i = 0; i < steps.size(); i++) {
            JsonNode expected = history.path(i);
            assertThat(steps.get(i).loss())
                    .as("loss of step %d", i + 1)
                    .isCloseTo(expected.path("loss").doubleValue(), within(LOSS_TOLERANCE));
            assertThat(steps.get(i).rate()).isCloseTo(expected.path("lr").doubleValue(), within(1e-9));
            assertThat(steps.get(i).gradientNorm())
                    .isCloseTo(expected.path("grad_norm").doubleValue(), within(NORM_TOLERANCE));
        }
    }

    private static TinyRun run(JsonNode json) {
        JsonNode lora = json.path("lora");
        if (lora.isMissingNode() || lora.isNull()) {
            return TinyRun.full(optimizer(json));
        }
        Set<String> targets = new HashSet<>();
        lora.path("targets").forEach(target -> targets.add(target.asString()));
        return TinyRun.lora(
                targets,
                lora.path("r").intValue(),
                lora.path("scaling").floatValue(),
                lora.path("dropout").floatValue(),
                optimizer(json));
    }

    /// Adapters begin with PEFT's values.
    private static void begin(Path reference, TinyRun run) {
        if (run.decoder.changes().isEmpty()) {
            return;
        }
        try (Safetensors initial = Safetensors.open(reference.resolve("initial.safetensors"))) {
            for (LowRankParameters change : run.decoder.changes()) {
                String module = module(change.weight());
                SlotFile.read(
                        tensor(initial, module + ".lora_A.weight"),
                        change.down().values(),
                        run.backend);
                SlotFile.read(
                        tensor(initial, module + ".lora_B.weight"), change.up().values(), run.backend);
            }
        }
    }

    private static Tensor tensor(Safetensors file, String ending) {
        return file.tensors().values().stream()
                .filter(tensor -> tensor.name().endsWith(ending))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no tensor " + ending));
    }

    private static String module(String weight) {
        String[] parts = weight.split("\\.");
        String name = Map.of(
                        "attn_q", "self_attn.q_proj",
                        "attn_k", "self_attn.k_proj",
                        "attn_v", "self_attn.v_proj",
                        "attn_output", "self_attn.o_proj",
                        "ffn_gate", "mlp.gate_proj",
                        "ffn_up", "mlp.up_proj",
                        "ffn_down", "mlp.down_proj")
                .getOrDefault(parts[2], parts[2]);
        return "layers." + parts[1] + "." + name;
    }

    private static ExampleSet examples(JsonNode json) {
        List<EncodedExample> examples = new ArrayList<>();
        for (int i = 0; i < json.path("sequences").size(); i++) {
            int length =
                    Arrays.stream(ints(json.path("attention_mask").path(i))).sum();
            int[] labels = ints(json.path("labels").path(i));
            float[] weights = new float[length];
            for (int token = 1; token < length; token++) {
                weights[token] = labels[token] < 0 ? 0 : 1;
            }
            int[] tokens = Arrays.copyOf(ints(json.path("sequences").path(i)), length);
            examples.add(new EncodedExample(i + 1, tokens, weights, false));
        }
        return ExampleSet.of(examples);
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static OptimizerOptions optimizer(JsonNode json) {
        JsonNode adam = json.path("optimizer");
        return new OptimizerOptions(
                adam.path("betas").path(0).doubleValue(),
                adam.path("betas").path(1).doubleValue(),
                adam.path("eps").doubleValue(),
                new OptimizerOptions.Decay(adam.path("weight_decay").doubleValue(), OptimizerOptions.Decay.Of.ALL),
                json.path("clip_grad_norm").asDouble(0),
                Optional.empty());
    }

    private static TrainingOptions options(JsonNode json) {
        int batch = json.path("batch_size").intValue();
        int accumulation = json.path("gradient_accumulation").intValue();
        boolean isCosine = json.path("schedule").asString().equals("warmup_cosine");
        return new TrainingOptions(
                1,
                1000,
                OptionalInt.of(json.path("history").size()),
                new BatchOptions(
                        batch * accumulation, TinyRun.ROWS_MAX, OptionalInt.of(batch), BatchOptions.Order.FILE, 1),
                Averaging.MICRO_BATCHES,
                optimizer(json),
                new RateOptions(
                        isCosine ? new Schedule.Shape.Cosine() : new Schedule.Shape.Constant(),
                        json.path("optimizer").path("lr").doubleValue(),
                        isCosine ? 3 : 0,
                        0),
                new TrainingOptions.Validation(0, 0),
                new TrainingOptions.Saving(0, 1));
    }
}
