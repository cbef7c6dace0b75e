package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.generate.Pooling;
import dev.lilla.generate.TextEmbedder;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.OracleModel.Prompt;
import dev.lilla.model.family.LoadedModel;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Vectors of texts against those made directly of the hidden states that the reference computed.
class EmbeddingOracleTest {
    private static final double TOLERANCE = 1e-4;
    private static final String STATES = ".hidden.final_norm";

    /// Those whose reference kept the states behind the final norm.
    static Stream<OracleCase> checkpoints() {
        return OracleCase.checkpoints().filter(sample -> {
            OracleModel model = OracleModel.of(sample.golden());
            return model.prompts().stream()
                    .anyMatch(prompt -> model.rows(prompt.name() + STATES).isPresent());
        });
    }

    @ParameterizedTest
    @MethodSource("checkpoints")
    void givesThePooledStatesOfTheReference(OracleCase sample) {
        OracleModel model = OracleModel.of(sample.golden());
        int compared = 0;
        try (Backend backend = sample.backend();
                LoadedModel loaded = sample.load(backend)) {
            for (Prompt prompt : model.prompts()) {
                float[][] states = model.rows(prompt.name() + STATES).orElse(new float[0][]);
                if (states.length == 0) {
                    continue;
                }
                int tokens = prompt.ids().length;
                try (KvBlocks cache = DecoderRun.blocks(loaded.decoder(), backend, KvType.F32, tokens)) {
                    TextEmbedder embedder = new TextEmbedder(loaded.decoder(), cache, List.of());
                    if (states.length == tokens) {
                        compare(embedder.embed(prompt.ids(), Pooling.MEAN), mean(states));
                    }
                    compare(embedder.embed(prompt.ids(), Pooling.LAST), widened(states[states.length - 1]));
                    compared++;
                }
            }
        }
        assertThat(compared).as("prompts with states").isPositive();
    }

    private static double[] widened(float[] row) {
        double[] wide = new double[row.length];
        for (int i = 0; i < row.length; i++) {
            wide[i] = row[i];
        }
        return wide;
    }

    private static double[] mean(float[][] rows) {
        double[] mean = new double[rows[0].length];
        for (float[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i] / (double) rows.length;
            }
        }
        return mean;
    }

    /// Compares with `expected` scaled to length 1.
    private static void compare(float[] found, double[] expected) {
        double square = 0;
        for (double element : expected) {
            square += element * element;
        }
        assertThat(found).hasSize(expected.length);
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i])
                    .as("element " + i)
                    .isCloseTo(expected[i] / Math.sqrt(square), within(TOLERANCE));
        }
    }
}
