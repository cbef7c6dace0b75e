package dev.lilla.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.ExactHost;
import dev.lilla.Oracle;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.family.GebLayoutProbe.Score;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// The probe against the oracle's own scores of all layouts.
class GebLayoutProbeOracleTest {
    private static final double NLL_TOLERANCE = 1e-4;

    static Stream<String> models() {
        return Oracle.modelNames().stream()
                .filter(name -> Files.exists(Oracle.golden(name).resolve("golden.json")))
                .filter(name -> Oracle.goldenJson(name).has("hypothesis_grid"));
    }

    @ParameterizedTest
    @MethodSource("models")
    void scoresEveryLayoutAsTheReferenceDoes(String model) {
        JsonNode golden = Oracle.goldenJson(model);
        List<Score> seen = new ArrayList<>();
        List<Score> scores = probe(model).score(mainPrompt(golden), seen::add);

        assertThat(seen).containsExactlyInAnyOrderElementsOf(scores);
        assertThat(scores).extracting(Score::meanNll).isSorted();
        assertThat(scores).hasSameSizeAs(GebLayout.all());
        for (JsonNode hypothesis : golden.get("hypothesis_grid")) {
            Score score = scores.stream()
                    .filter(candidate -> candidate.layout().equals(layout(hypothesis)))
                    .findFirst()
                    .orElseThrow();
            assertThat(score.meanNll())
                    .isCloseTo(hypothesis.get("mean_nll_main").doubleValue(), within(NLL_TOLERANCE));
            assertThat(layout(hypothesis).equals(GebLayout.DEFAULT))
                    .isEqualTo(hypothesis.get("default").booleanValue());
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void refusesATextWithNothingToPredict(String model) {
        assertThatThrownBy(() -> probe(model).score(new int[] {1}, score -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 tokens");
    }

    private static GebLayoutProbe probe(String model) {
        return new GebLayoutProbe(Oracle.model(model), GebLayoutProbeOracleTest::backend);
    }

    private static Backend backend() {
        return HostBackend.open(ExactHost.options());
    }

    private static int[] mainPrompt(JsonNode golden) {
        return StreamSupport.stream(golden.get("prompts").spliterator(), false)
                .filter(prompt -> prompt.get("name").stringValue().equals("main"))
                .flatMapToInt(prompt -> StreamSupport.stream(prompt.get("ids").spliterator(), false)
                        .mapToInt(JsonNode::intValue))
                .toArray();
    }

    private static GebLayout layout(JsonNode hypothesis) {
        boolean perHead = hypothesis.get("kv_layout").stringValue().equals("per_head");
        boolean half = hypothesis.get("rope_style").stringValue().equals("half");
        boolean full = hypothesis.get("rotary_fraction").doubleValue() == 1;
        boolean gateFirst = hypothesis.get("mlp_order").stringValue().equals("gate_up");
        return new GebLayout(
                perHead ? GebLayout.KeyValues.PER_HEAD : GebLayout.KeyValues.BLOCKED,
                half ? RotaryStyle.HALF_SPLIT : RotaryStyle.INTERLEAVED,
                full ? GebLayout.RotaryPart.FULL : GebLayout.RotaryPart.HALF,
                gateFirst ? GebLayout.Halves.GATE_UP : GebLayout.Halves.UP_GATE);
    }
}
