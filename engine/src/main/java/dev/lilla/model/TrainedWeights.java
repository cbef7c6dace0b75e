package dev.lilla.model;

import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Parameter;
import dev.lilla.kernel.Weight;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which numbers of a model are trained: all of its own, or low-rank changes beside them.
sealed interface TrainedWeights {
    /// How the model's own tensors are bound.
    WeightBinding binding();

    /// In an order that is the same for every run of the same model.
    List<Parameter> parameters();

    /// The gradient of a weight of the model, or null if it is frozen.
    @Nullable
    Activation gradient(String weight);

    /// The trained change of a weight of the model, or null if there is none.
    @Nullable
    LowRankParameters change(String weight);

    /// Every tensor of the model is a parameter, a table that is also the head a single one.
    final class Full implements TrainedWeights, WeightBinding {
        private final Gradients gradients;
        private final Map<String, Parameter> parameters = new LinkedHashMap<>();

        Full(Gradients gradients) {
            this.gradients = gradients;
        }

        @Override
        public WeightBinding binding() {
            return this;
        }

        @Override
        public Weight weight(String name, Tensor tensor) {
            Tensor named = new Tensor(name, tensor.type(), tensor.shape(), tensor.data());
            return parameters
                    .computeIfAbsent(name, _ -> gradients.parameter(named))
                    .weight();
        }

        @Override
        public Weight linearWeight(String name, Tensor tensor) {
            return weight(name, tensor);
        }

        @Override
        public List<Parameter> parameters() {
            return List.copyOf(parameters.values());
        }

        @Override
        public @Nullable Activation gradient(String weight) {
            Parameter parameter = parameters.get(weight);
            return parameter == null ? null : parameter.gradient();
        }

        @Override
        public @Nullable LowRankParameters change(String weight) {
            return null;
        }
    }

    /// The model is frozen.
    final class LowRank implements TrainedWeights {
        private final Backend backend;
        private final Gradients gradients;
        private final Map<String, LowRankParameters> changes = new LinkedHashMap<>();

        /// @throws UnsupportedModelException if the setup names a weight that is no linear map of the model
        LowRank(LoraSetup setup, DecoderSpec spec, Backend backend, Gradients gradients) {
            this.backend = backend;
            this.gradients = gradients;
            Map<String, Linear> maps = spec.linearMaps();
            for (String weight : new TreeSet<>(setup.weights())) {
                Linear map = maps.get(weight);
                if (map == null) {
                    throw new UnsupportedModelException(
                            "an adapter cannot change " + weight + ", which is no linear map of this model. It has "
                                    + String.join(", ", new TreeSet<>(maps.keySet())) + ".");
                }
                Parameter down = gradients.parameter(weight + ".lora_a", Shape.of(setup.rank(), map.in()));
                Parameter up = gradients.parameter(weight + ".lora_b", Shape.of(map.out(), setup.rank()));
                begin(down, setup.seed());
                changes.put(weight, new LowRankParameters(weight, down, up, setup.scaling()));
            }
        }

        /// Uniform within `1 / sqrt(in)` of zero, as PEFT begins (Kaiming with a slope of `sqrt(5)`).
        private void begin(Parameter down, long seed) {
            SplittableRandom random = new SplittableRandom(seed ^ down.name().hashCode() * 0x9E3779B97F4A7C15L);
            float[] row = new float[down.values().columns()];
            double bound = 1 / Math.sqrt(row.length);
            for (int r = 0; r < down.values().rows(); r++) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = (float) random.nextDouble(-bound, bound);
                }
                backend.write(row, down.values(), r);
            }
        }

        @Override
        public WeightBinding binding() {
            return WeightBinding.frozen(backend, gradients);
        }

        @Override
        public List<Parameter> parameters() {
            List<Parameter> parameters = new ArrayList<>();
            changes.values().forEach(change -> parameters.addAll(List.of(change.down(), change.up())));
            return List.copyOf(parameters);
        }

        @Override
        public @Nullable Activation gradient(String weight) {
            return null;
        }

        @Override
        public @Nullable LowRankParameters change(String weight) {
            return changes.get(weight);
        }

        List<LowRankParameters> changes() {
            return List.copyOf(changes.values());
        }
    }
}
