package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.OracleModel.Prompt;
import dev.lilla.model.family.LoadedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every model that the oracle folder holds, against what its reference implementation computed in f32.
///
/// Tolerances are those of the oracle's README. Weights that a GGUF stores narrower than the checkpoint move logits by
/// up to 2e-2. What was measured is printed, one line a model and file.
class DecoderOracleTest {
    private static final double LOGITS = 1e-3;
    private static final double LOGITS_NARROWED = 2e-2;
    private static final double MEAN_NLL = 1e-4;
    /// Of one token: the README's figure for models that amplify the rounding of f32, the reference's own included.
    private static final double NLL = 3e-4;
    private static final double HIDDEN_RELATIVE = 1e-4;

    static Stream<OracleCase> cases() {
        return OracleCase.all();
    }

    private static double logitTolerance(OracleCase sample) {
        return sample.narrowed() ? LOGITS_NARROWED : LOGITS;
    }

    /// A log-likelihood moves by at most twice what the logits do.
    private static double nllTolerance(OracleCase sample, double tolerance) {
        return sample.narrowed() ? 2 * LOGITS_NARROWED : tolerance;
    }

    private static double hiddenTolerance(OracleCase sample) {
        return sample.narrowed() ? LOGITS_NARROWED : HIDDEN_RELATIVE;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesTheReferencesLogits(OracleCase sample) {
        OracleModel model = OracleModel.of(sample.golden());
        Deviation logits = new Deviation();
        Deviation likelihoods = new Deviation();
        Deviation meanLikelihoods = new Deviation();
        int compared = 0;
        try (Backend backend = sample.backend();
                LoadedModel loaded = sample.load(backend)) {
            for (Prompt prompt : model.prompts()) {
                int[] ids = prompt.ids();
                float[][] found = DecoderRun.logits(loaded.decoder(), backend, KvType.F32, ids);
                compared += compareLogits(model, prompt, found, logits);
                double[] expected = prompt.nll();
                double total = 0;
                for (int t = 1; t < ids.length; t++) {
                    double nll = nll(found[t - 1], ids[t]);
                    likelihoods.add(prompt.name() + " nll of token " + t, nll, expected[t - 1]);
                    total += nll;
                }
                meanLikelihoods.add(prompt.name(), total / (ids.length - 1), prompt.meanNll());
                compareOrder(prompt, found, logitTolerance(sample));
            }
        }
        System.out.printf(
                "oracle %-28s logits %.1e of %.0e, nll %.1e, mean %.1e%n",
                sample, logits.max(), logitTolerance(sample), likelihoods.max(), meanLikelihoods.max());
        assertThat(compared).as("rows of logits").isPositive();
        logits.assertWithin(logitTolerance(sample));
        likelihoods.assertWithin(nllTolerance(sample, NLL));
        meanLikelihoods.assertWithin(nllTolerance(sample, MEAN_NLL));
    }

    private static int compareLogits(OracleModel model, Prompt prompt, float[][] found, Deviation deviation) {
        int compared = 0;
        float[][] all = model.rows(prompt.name() + ".logits").orElse(new float[0][]);
        for (int t = 0; t < all.length; t++) {
            deviation.add(prompt.name() + " at " + t, found[t], all[t]);
            compared++;
        }
        for (float[] last : model.rows(prompt.name() + ".last").orElse(new float[0][])) {
            deviation.add(prompt.name() + " last", found[found.length - 1], last);
            compared++;
        }
        prompt.top().forEach((position, top) -> {
            for (int i = 0; i < top.ids().length; i++) {
                deviation.add(
                        prompt.name() + " top " + i + " at " + position,
                        found[position][top.ids()[i]],
                        top.logits()[i]);
            }
        });
        return compared;
    }

    /// The most likely token of every position, and the largest 64, but for those that are too close to call.
    private static void compareOrder(Prompt prompt, float[][] found, double tolerance) {
        int[] argmax = prompt.argmax();
        for (int t = 0; t < argmax.length; t++) {
            assertThat((double) found[t][argmax[t]])
                    .as(prompt.name() + ": the most likely token after " + t)
                    .isGreaterThanOrEqualTo(max(found[t]) - 2 * tolerance);
        }
        prompt.top().forEach((position, top) -> {
            float[] row = found[position];
            double least = row[top.ids()[top.ids().length - 1]];
            long larger = 0;
            for (float logit : row) {
                larger += logit > least + 2 * tolerance ? 1 : 0;
            }
            assertThat(larger)
                    .as(prompt.name() + ": logits above the last of the largest at " + position)
                    .isLessThan(top.ids().length);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesTheReferencesHiddenStates(OracleCase sample) {
        OracleModel model = OracleModel.of(sample.golden());
        Deviation norms = new Deviation();
        Deviation states = new Deviation();
        try (Backend backend = sample.backend();
                LoadedModel loaded = sample.load(backend)) {
            for (Prompt prompt : model.prompts()) {
                Map<String, float[][]> found = hidden(loaded.decoder(), backend, prompt.ids());
                prompt.hiddenNorms()
                        .forEach((stage, expected) -> expected.forEach((position, norm) -> norms.addRelative(
                                prompt.name() + " " + stage + " at " + position,
                                norm(rows(found, stage)[position]),
                                norm)));
                for (String stage : found.keySet()) {
                    float[][] expected =
                            model.rows(prompt.name() + ".hidden." + stage).orElse(new float[0][]);
                    for (int t = 0; t < expected.length; t++) {
                        states.add(prompt.name() + " " + stage + " at " + t, rows(found, stage)[t], expected[t]);
                    }
                }
            }
        }
        System.out.printf("oracle %-28s hidden norms %.1e, states %.1e%n", sample, norms.max(), states.max());
        assertThat(norms.count()).isPositive();
        norms.assertWithin(hiddenTolerance(sample));
        states.assertWithin(logitTolerance(sample));
    }

    private static float[][] rows(Map<String, float[][]> hidden, String stage) {
        assertThat(hidden).containsKey(stage);
        return hidden.getOrDefault(stage, new float[0][]);
    }

    /// Hidden states by the names of the reference, all positions.
    private static Map<String, float[][]> hidden(Decoder decoder, Backend backend, int[] ids) {
        Map<String, List<float[]>> seen = new LinkedHashMap<>();
        HiddenObserver observer = new HiddenObserver() {
            @Override
            public void embedded(HiddenRows rows) {
                keep("embed", rows);
            }

            @Override
            public void layerDone(int layer, HiddenRows rows) {
                keep("layer." + layer, rows);
            }

            @Override
            public void normed(HiddenRows rows) {
                keep("final_norm", rows);
            }

            private void keep(String stage, HiddenRows rows) {
                for (int row = 0; row < rows.rows(); row++) {
                    float[] values = new float[rows.hidden()];
                    rows.copyRow(row, values);
                    seen.computeIfAbsent(stage, _ -> new ArrayList<>()).add(values);
                }
            }
        };
        try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, ids.length);
                DecoderRun run = new DecoderRun(decoder, cache, ids.length, List.of())) {
            for (int from = 0; from < ids.length; from += decoder.rowsMax()) {
                int[] chunk = Arrays.copyOfRange(ids, from, Math.min(from + decoder.rowsMax(), ids.length));
                var _ = decoder.forward(Batch.of(run.entry(chunk, LogitRows.ALL)), cache, observer);
            }
        }
        Map<String, float[][]> hidden = new LinkedHashMap<>();
        seen.forEach((stage, rows) -> hidden.put(stage, rows.toArray(float[][]::new)));
        return hidden;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void continuesAsTheReferenceDoes(OracleCase sample) {
        OracleModel model = OracleModel.of(sample.golden());
        int steps = 0;
        try (Backend backend = sample.backend();
                LoadedModel loaded = sample.load(backend)) {
            for (Prompt prompt : model.prompts()) {
                int[] expected = prompt.greedy();
                int clear = clearSteps(prompt.margins(), logitTolerance(sample));
                int[] found = greedy(loaded.decoder(), backend, prompt.ids(), clear, List.of());
                assertThat(found).as(sample + " " + prompt.name()).isEqualTo(Arrays.copyOf(expected, clear));
                steps += clear;
            }
        }
        assertThat(steps).as("greedy steps").isPositive();
    }

    /// Steps before the first whose two most likely tokens are too close to call.
    static int clearSteps(double[] margins, double tolerance) {
        int clear = 0;
        while (clear < margins.length && margins[clear] > 2 * tolerance) {
            clear++;
        }
        return clear;
    }

    static int[] greedy(Decoder decoder, Backend backend, int[] prompt, int steps, List<ActiveAdapter> adapters) {
        int[] chosen = new int[steps];
        try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, prompt.length + steps);
                DecoderRun run = new DecoderRun(decoder, cache, prompt.length, adapters)) {
            float[][] logits = run.advance(prompt);
            for (int step = 0; step < steps; step++) {
                chosen[step] = argmax(logits[logits.length - 1]);
                logits = run.advance(new int[] {chosen[step]});
            }
        }
        return chosen;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesABatchTheLogitsOfItsSequencesAlone(OracleCase sample) {
        OracleModel model = OracleModel.of(sample.golden());
        List<Prompt> prompts = model.batched();
        try (Backend backend = sample.backend();
                LoadedModel loaded = sample.load(backend)) {
            Decoder decoder = loaded.decoder();
            int tokens =
                    prompts.stream().mapToInt(prompt -> prompt.ids().length).sum();
            try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, tokens)) {
                List<BatchEntry> entries = prompts.stream()
                        .map(prompt -> new DecoderRun(decoder, cache, prompt.ids().length, List.of())
                                .entry(prompt.ids(), LogitRows.ALL))
                        .toList();
                float[][] together = DecoderRun.rows(decoder.forward(new Batch(entries), cache));
                int row = 0;
                for (Prompt prompt : prompts) {
                    float[][] alone = DecoderRun.logits(decoder, backend, KvType.F32, prompt.ids());
                    float[][] found = Arrays.copyOfRange(together, row, row + alone.length);
                    assertThat(found).as(sample + " " + prompt.name()).isDeepEqualTo(alone);
                    row += alone.length;
                }
            }
        }
    }

    static double nll(float[] logits, int token) {
        double max = max(logits);
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return Math.log(sum) + max - logits[token];
    }

    static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static double max(float[] values) {
        return values[argmax(values)];
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }
}
