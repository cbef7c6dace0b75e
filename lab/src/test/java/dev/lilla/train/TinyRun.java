package dev.lilla.train;

import dev.lilla.ExactHost;
import dev.lilla.Oracle;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.Precision;
import dev.lilla.model.LoraSetup;
import dev.lilla.model.TrainableDecoder;
import dev.lilla.model.TrainingLimits;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/// A run on the tiny llama of the oracle.
final class TinyRun implements AutoCloseable {
    static final int ROWS_MAX = 256;

    private final ModelDescription model;
    final Backend backend;
    final TrainableDecoder decoder;
    final Optimizer optimizer;
    private final Gradients gradients;

    private TinyRun(Optional<LoraSetup> lora, OptimizerOptions options) {
        this.model = ModelDescription.open(Oracle.model("llama"), LoadOptions.DEFAULT);
        this.backend = HostBackend.open(ExactHost.options());
        this.gradients = backend.gradients(Precision.F32);
        TrainingLimits limits = TrainingLimits.rows(ROWS_MAX);
        this.decoder = lora.map(
                        setup -> TrainableDecoder.lora(model.spec(), model::tensor, backend, gradients, setup, limits))
                .orElseGet(() -> TrainableDecoder.full(model.spec(), model::tensor, backend, gradients, limits));
        this.optimizer = new Optimizer(decoder, backend, gradients, options);
    }

    static TinyRun full(OptimizerOptions options) {
        return new TinyRun(Optional.empty(), options);
    }

    /// @param targets names of modules as PEFT has them
    static TinyRun lora(Set<String> targets, int rank, float scaling, float dropout, OptimizerOptions options) {
        try (ModelDescription model = ModelDescription.open(Oracle.model("llama"), LoadOptions.DEFAULT)) {
            Set<String> weights = model.spec().linearMaps().keySet().stream()
                    .filter(weight -> model.table()
                            .moduleOfWeight(weight)
                            .filter(module -> targets.stream().anyMatch(target -> module.endsWith("." + target)))
                            .isPresent())
                    .collect(Collectors.toSet());
            return new TinyRun(Optional.of(new LoraSetup(weights, rank, scaling, dropout, 1)), options);
        }
    }

    Trainer trainer(TrainingSets sets, TrainingOptions options, Path folder, Map<String, String> facts) {
        return new Trainer(decoder, backend, optimizer, sets, options, folder, RunIdentity.of(facts));
    }

    /// Sequences of random tokens, some of them masked.
    static ExampleSet examples(int count, long seed) {
        Random random = new Random(seed);
        List<EncodedExample> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] tokens = random.ints(4 + random.nextInt(20), 5, 700).toArray();
            float[] weights = new float[tokens.length];
            for (int token = 1 + random.nextInt(3); token < tokens.length; token++) {
                weights[token] = 1;
            }
            examples.add(new EncodedExample(i + 1, tokens, weights, false));
        }
        return ExampleSet.of(examples);
    }

    static TrainingOptions options(int steps, TrainingOptions.Validation validation, TrainingOptions.Saving saving) {
        return new TrainingOptions(
                7,
                100,
                OptionalInt.of(steps),
                BatchOptions.of(4, 64),
                Averaging.TOKENS,
                OptimizerOptions.standard(),
                new RateOptions(new Schedule.Shape.Cosine(), 0.005, 2, 0.1),
                validation,
                saving);
    }

    @Override
    public void close() {
        decoder.close();
        backend.close();
        model.close();
    }
}
