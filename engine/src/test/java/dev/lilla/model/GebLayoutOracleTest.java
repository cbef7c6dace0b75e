package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.ExactHost;
import dev.lilla.Oracle;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvType;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.OracleModel.Prompt;
import dev.lilla.model.family.GebLayout;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Every combination of the layout choices that GEB leaves open, through the load options.
class GebLayoutOracleTest {
    private static final double LOGITS = 1e-3;

    static Stream<Arguments> combinations() {
        return OracleModel.names().stream()
                .flatMap(model -> StreamSupport.stream(
                                Oracle.goldenJson(model).path("hypothesis_grid").spliterator(), false)
                        .map(combination -> Arguments.of(model, combination)));
    }

    /// The prompt that the grid was computed for, as in `mean_nll_main`.
    private static String scoredPrompt(JsonNode combination) {
        String prefix = "mean_nll_";
        return combination.properties().stream()
                .map(Map.Entry::getKey)
                .filter(key -> key.startsWith(prefix))
                .map(key -> key.substring(prefix.length()))
                .findFirst()
                .orElseThrow();
    }

    private static GebLayout layout(JsonNode combination) {
        return new GebLayout(
                switch (combination.path("kv_layout").asString()) {
                    case "per_head" -> GebLayout.KeyValues.PER_HEAD;
                    case "blocked" -> GebLayout.KeyValues.BLOCKED;
                    case String other -> throw new IllegalArgumentException(other);
                },
                switch (combination.path("rope_style").asString()) {
                    case "half" -> RotaryStyle.HALF_SPLIT;
                    case "interleaved" -> RotaryStyle.INTERLEAVED;
                    case String other -> throw new IllegalArgumentException(other);
                },
                combination.path("rotary_fraction").asDouble() == 1
                        ? GebLayout.RotaryPart.FULL
                        : GebLayout.RotaryPart.HALF,
                switch (combination.path("mlp_order").asString()) {
                    case "gate_up" -> GebLayout.Halves.GATE_UP;
                    case "up_gate" -> GebLayout.Halves.UP_GATE;
                    case String other -> throw new IllegalArgumentException(other);
                });
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("combinations")
    void givesTheReferencesLogits(String name, JsonNode combination) {
        OracleModel model = OracleModel.of(name);
        Prompt prompt = model.prompt(scoredPrompt(combination));
        LoadOptions options = LoadOptions.DEFAULT.withGebLayout(layout(combination));
        OracleCase sample = new OracleCase(
                name, Oracle.model(name), options, false, ExactHost.options().kernels());
        Deviation logits = new Deviation();
        try (Backend backend = sample.backend();
                LoadedModel loaded = sample.load(backend)) {
            float[][] found = DecoderRun.logits(loaded.decoder(), backend, KvType.F32, prompt.ids());
            String tensor = "grid." + combination.path("index").asInt() + ".last";
            float[][] expected = model.rows(tensor).orElseThrow();
            logits.add(tensor, found[found.length - 1], expected[0]);
        }
        System.out.printf("oracle %s %s logits %.1e%n", name, layout(combination), logits.max());
        logits.assertWithin(LOGITS);
        assertThat(logits.count()).isPositive();
    }
}
