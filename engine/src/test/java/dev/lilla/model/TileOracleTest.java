package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.kernel.MachineCodeBackend;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.model.OracleModel.Prompt;
import dev.lilla.model.family.LoadedModel;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whole models with bf16 tiles, whose prompts of 32 tokens and more round every operand of a linear map to 8 bits,
/// against what their references computed in f32. Tolerances are those of KERNELS.md 11.
class TileOracleTest {
    private static final double LOGITS = 0.5;
    private static final double LOGITS_FALCON = 1.0;
    private static final double LOGITS_RMS = 0.06;
    private static final double MEAN_NLL = 0.01;

    static Stream<OracleCase> cases() {
        return OracleCase.all().filter(sample -> sample.kernels() == HostOptions.Choice.REFERENCE);
    }

    /// Differences of logits.
    private static final class Logits {
        private double max;
        private double squares;
        private long count;

        void add(double found, double expected) {
            double difference = Math.abs(found - expected);
            max = difference <= max ? max : difference;
            squares += difference * difference;
            count++;
        }

        void add(float[] found, float[] expected) {
            for (int i = 0; i < expected.length; i++) {
                add(found[i], expected[i]);
            }
        }

        double rms() {
            return Math.sqrt(squares / count);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void staysNearTheReference(OracleCase sample) {
        OracleModel model = OracleModel.of(sample.golden());
        Logits logits = new Logits();
        double nll = 0;
        int predicted = 0;
        try (Backend backend = MachineCodeBackend.open(Isa.AMX, 2);
                LoadedModel loaded = sample.load(backend)) {
            for (Prompt prompt : model.prompts()) {
                int[] ids = prompt.ids();
                float[][] found = DecoderRun.logits(loaded.decoder(), backend, KvType.F32, ids);
                compare(model, prompt, found, logits);
                for (int t = 1; t < ids.length; t++) {
                    nll += DecoderOracleTest.nll(found[t - 1], ids[t]) - prompt.nll()[t - 1];
                }
                predicted += ids.length - 1;
            }
        }
        double meanNll = Math.abs(nll) / predicted;
        System.out.printf(
                "tiles  %-28s logits %.3f, rms %.4f, mean nll %.5f%n", sample, logits.max, logits.rms(), meanNll);
        assertThat(logits.count).isPositive();
        assertThat(logits.max).isLessThanOrEqualTo(sample.golden().startsWith("falcon") ? LOGITS_FALCON : LOGITS);
        assertThat(logits.rms()).isLessThanOrEqualTo(LOGITS_RMS);
        assertThat(meanNll).isLessThanOrEqualTo(MEAN_NLL);
    }

    private static void compare(OracleModel model, Prompt prompt, float[][] found, Logits logits) {
        float[][] all = model.rows(prompt.name() + ".logits").orElse(new float[0][]);
        for (int t = 0; t < all.length; t++) {
            logits.add(found[t], all[t]);
        }
        for (float[] last : model.rows(prompt.name() + ".last").orElse(new float[0][])) {
            logits.add(found[found.length - 1], last);
        }
        prompt.top().forEach((position, top) -> {
            for (int i = 0; i < top.ids().length; i++) {
                logits.add(found[position][top.ids()[i]], top.logits()[i]);
            }
        });
    }
}
