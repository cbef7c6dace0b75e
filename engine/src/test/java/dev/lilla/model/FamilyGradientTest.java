package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.Parameter;
import dev.lilla.kernel.Precision;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Loss and gradients of every family that Hugging Face Transformers trains, against it.
class FamilyGradientTest {
    private static final double TOLERANCE = 1e-4;

    record Sample(String family, HostOptions.Choice kernels) {}

    static Stream<Sample> samples() {
        JsonNode families = Oracle.json("train/family-gradients.json").path("families");
        return KernelPaths.exact()
                .flatMap(kernels -> families.properties().stream().map(entry -> new Sample(entry.getKey(), kernels)));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void hasTheGradientsOfTheReference(Sample sample) {
        JsonNode golden =
                Oracle.json("train/family-gradients.json").path("families").path(sample.family());
        List<TrainingSequence> sequences = new ArrayList<>();
        golden.path("input_ids").forEach(ids -> sequences.add(TrainingSequence.of(OracleModel.ints(ids))));
        try (ModelDescription model = ModelDescription.open(Oracle.model(sample.family()), LoadOptions.DEFAULT);
                Backend backend = HostBackend.open(new HostOptions(sample.kernels(), 2))) {
            Gradients gradients = backend.gradients(Precision.F32);
            try (TrainableDecoder decoder =
                    TrainableDecoder.full(model.spec(), model::tensor, backend, gradients, TrainingLimits.rows(128))) {
                double targets =
                        sequences.stream().mapToDouble(TrainingSequence::weight).sum();
                LossSum loss = decoder.accumulate(sequences, 1 / targets, 0);
                assertThat(loss.mean()).isCloseTo(golden.path("loss").asDouble(), within(TOLERANCE));

                Map<String, Parameter> parameters =
                        decoder.parameters().stream().collect(Collectors.toMap(Parameter::name, Function.identity()));
                golden.path("grads").properties().forEach(entry -> {
                    String name = name(model, entry.getKey());
                    Parameter parameter = Objects.requireNonNull(parameters.remove(name), name);
                    assertGradient(entry.getKey(), entry.getValue(), parameter, backend, gradients);
                });
                assertThat(parameters).as("weights without a reference").isEmpty();
            }
        }
    }

    private static void assertGradient(
            String name, JsonNode golden, Parameter parameter, Backend backend, Gradients gradients) {
        double norm = golden.path("l2").asDouble();
        assertThat(Math.sqrt(gradients.squares(parameter.gradient())))
                .as(name)
                .isCloseTo(norm, within(TOLERANCE * norm));
        float[] row = new float[parameter.gradient().columns()];
        double sum = 0;
        double size = 0;
        for (int r = 0; r < parameter.gradient().rows(); r++) {
            backend.read(parameter.gradient(), r, row);
            for (float value : row) {
                sum += value;
                size = Math.max(size, Math.abs(value));
            }
        }
        assertThat(sum).as(name + " sum").isCloseTo(golden.path("sum").asDouble(), within(TOLERANCE * norm * 4));
        backend.read(parameter.gradient(), 0, row);
        double[] first = OracleModel.doubles(golden.path("first8"));
        for (int i = 0; i < first.length; i++) {
            assertThat((double) row[i]).as(name + " at " + i).isCloseTo(first[i], within(TOLERANCE * size));
        }
    }

    private static String name(ModelDescription model, String huggingFaceName) {
        int dot = huggingFaceName.lastIndexOf('.');
        String weight = model.table()
                .weightOfModule(huggingFaceName.substring(0, dot))
                .orElseThrow(() -> new AssertionError("no tensor " + huggingFaceName));
        return weight.substring(0, weight.lastIndexOf('.')) + huggingFaceName.substring(dot);
    }
}
