package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvType;
import dev.lilla.model.OracleModel.Prompt;
import dev.lilla.model.family.LoadedModel;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a cache narrower than f32 costs.
///
/// The oracle's models are noise that amplifies every rounding: the reference itself moves by up to 8e-2 when it
/// computes in f16, and by up to 1 in bf16. The bounds below are such figures; what was measured is printed.
class KvTypeOracleTest {
    /// Relative to the standard deviation of the model's logits.
    private static double logitTolerance(KvType type) {
        return switch (type) {
            case F32 -> 3e-4;
            case F16 -> 2e-2;
            case Q8_0 -> 0.5;
        };
    }

    /// Over the tokens of all prompts.
    private static double meanNllTolerance(KvType type) {
        return switch (type) {
            case F32 -> 1e-4;
            case F16 -> 2e-3;
            case Q8_0 -> 3e-2;
        };
    }

    static Stream<Arguments> casesAndTypes() {
        return OracleCase.checkpoints()
                .flatMap(sample -> Stream.of(KvType.F16, KvType.Q8_0).map(type -> Arguments.of(sample, type)));
    }

    @ParameterizedTest
    @MethodSource("casesAndTypes")
    void staysCloseToTheReference(OracleCase sample, KvType type) {
        OracleModel model = OracleModel.of(sample.golden());
        double deviation = model.golden().path("precision").path("logits_std").asDouble(1);
        Deviation logits = new Deviation();
        double found = 0;
        double expected = 0;
        int scored = 0;
        try (Backend backend = sample.backend();
                LoadedModel loaded = sample.load(backend)) {
            for (Prompt prompt : model.prompts()) {
                int[] ids = prompt.ids();
                float[][] rows = DecoderRun.logits(loaded.decoder(), backend, type, ids);
                float[][] all = model.rows(prompt.name() + ".logits").orElse(new float[0][]);
                for (int t = 0; t < all.length; t++) {
                    logits.add(prompt.name() + " at " + t, rows[t], all[t]);
                }
                for (int t = 1; t < ids.length; t++) {
                    found += DecoderOracleTest.nll(rows[t - 1], ids[t]);
                }
                scored += ids.length - 1;
                expected += prompt.meanNll() * (ids.length - 1);
            }
        }
        double meanNll = Math.abs(found - expected) / scored;
        System.out.printf(
                "oracle %-20s cache %-4s logits %.1e (deviation %.1f), mean nll %.1e%n",
                sample, type, logits.max(), deviation, meanNll);
        assertThat(logits.count()).isPositive();
        logits.assertWithin(logitTolerance(type) * deviation);
        assertThat(meanNll).isLessThanOrEqualTo(meanNllTolerance(type));
    }
}
