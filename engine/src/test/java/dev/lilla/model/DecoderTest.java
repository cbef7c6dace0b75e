package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.ExactHost;
import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.kernel.RotaryStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderTest {
    /// Reached by f32 activations against doubles on these weights, whose logits are a few units large.
    private static final double TOLERANCE = 1e-4;

    private final Backend backend = HostBackend.open(ExactHost.options());

    @AfterEach
    void closeBackend() {
        backend.close();
    }

    static Stream<Arguments> switches() {
        return Stream.of(
                named("Llama", _ -> {}),
                named("layer norm", spec -> spec.norm = Norm.Kind.LAYER),
                named("biases", spec -> spec.biases = true),
                named("fused heads", spec -> spec.heads = SmallSpec.Heads.FUSED),
                named("fused heads with biases", spec -> {
                    spec.heads = SmallSpec.Heads.FUSED;
                    spec.biases = true;
                }),
                named("interleaved keys and values", spec -> spec.heads = SmallSpec.Heads.INTERLEAVED),
                named("interleaved pairs", spec -> spec.rotary = SmallSpec.rotary(RotaryStyle.INTERLEAVED, 8)),
                named("half of the head turned", spec -> spec.rotary = SmallSpec.rotary(RotaryStyle.HALF_SPLIT, 4)),
                named(
                        "half of the head turned in pairs",
                        spec -> spec.rotary = SmallSpec.rotary(RotaryStyle.INTERLEAVED, 4)),
                named("no positions", spec -> spec.rotary = Optional.empty()),
                named("window", spec -> spec.window = 7),
                named("capped scores", spec -> spec.scoreCap = 2),
                named("capped logits", spec -> spec.logitCap = 3),
                named("parallel", spec -> spec.order = LayerSpec.Order.PARALLEL),
                named("parallel with one norm", spec -> {
                    spec.order = LayerSpec.Order.PARALLEL;
                    spec.sharedNorm = true;
                    spec.norm = Norm.Kind.LAYER;
                }),
                named("fused gate", spec -> spec.expansion = SmallSpec.Expansion.GATED_FUSED),
                named("up before gate", spec -> spec.expansion = SmallSpec.Expansion.UP_BEFORE_GATE),
                named("gated by GELU", spec -> spec.function = ActivationFunction.GELU_TANH),
                named("plain", spec -> {
                    spec.expansion = SmallSpec.Expansion.PLAIN;
                    spec.function = ActivationFunction.GELU_ERF;
                }),
                named("head norms", spec -> spec.headNorms = true),
                named("post norms", spec -> spec.postNorms = true),
                named("log-n scaling", spec -> spec.logn = OptionalInt.of(10)),
                named("dynamic NTK", spec -> spec.rotary = dynamicNtk(16)),
                named("tied head", spec -> spec.tied = true),
                named("scaled embedding", spec -> spec.embeddingScale = 4.9f),
                named("everything at once", DecoderTest::everything));
    }

    private static void everything(SmallSpec spec) {
        spec.norm = Norm.Kind.LAYER;
        spec.heads = SmallSpec.Heads.INTERLEAVED;
        spec.biases = true;
        spec.rotary = SmallSpec.rotary(RotaryStyle.INTERLEAVED, 4);
        spec.window = 9;
        spec.scoreCap = 3;
        spec.logitCap = 5;
        spec.order = LayerSpec.Order.PARALLEL;
        spec.expansion = SmallSpec.Expansion.UP_BEFORE_GATE;
        spec.headNorms = true;
        spec.postNorms = true;
        spec.logn = OptionalInt.of(10);
        spec.tied = true;
        spec.embeddingScale = 2;
    }

    private static Optional<RotaryEmbedding> dynamicNtk(int trainContext) {
        return Optional.of(
                new RotaryEmbedding(RotaryStyle.HALF_SPLIT, 8, 10_000, new RotaryScaling.DynamicNtk(trainContext)));
    }

    private static Arguments named(String name, Consumer<SmallSpec> change) {
        return Arguments.argumentSet(name, SmallSpec.with(change));
    }

    private Decoder decoder(DecoderSpec spec) {
        return Decoder.create(spec, RandomWeights.of(spec, 7), backend);
    }

    @ParameterizedTest
    @MethodSource("switches")
    void computesWhatAPlainImplementationDoes(DecoderSpec spec) {
        int[] tokens = SmallSpec.tokens(75, 1);
        RandomWeights weights = RandomWeights.of(spec, 7);
        double[][] expected = new PlainDecoder(spec, weights::values).logits(tokens, tokens.length);

        float[][] found = DecoderRun.logits(decoder(spec), backend, KvType.F32, tokens);

        for (int t = 0; t < tokens.length; t++) {
            for (int i = 0; i < spec.vocab(); i++) {
                assertThat((double) found[t][i])
                        .as("logit %d of token %d", i, t)
                        .isCloseTo(expected[t][i], within(TOLERANCE));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("switches")
    void givesTheSameBitsHoweverASequenceIsCutAndBatched(DecoderSpec spec) {
        Decoder decoder = decoder(spec);
        List<int[]> sequences = List.of(SmallSpec.tokens(70, 1), SmallSpec.tokens(5, 2), SmallSpec.tokens(131, 3));
        List<float[][]> alone = sequences.stream()
                .map(tokens -> DecoderRun.logits(decoder, backend, KvType.F32, tokens))
                .toList();

        List<List<float[]>> together = inStepsOf(decoder, sequences, List.of(33, 1, 64));

        for (int i = 0; i < sequences.size(); i++) {
            assertThat(together.get(i).toArray(float[][]::new)).isDeepEqualTo(alone.get(i));
        }
    }

    /// Passes sequences side by side, each in chunks of its own length.
    private List<List<float[]>> inStepsOf(Decoder decoder, List<int[]> sequences, List<Integer> chunks) {
        List<List<float[]>> logits = new ArrayList<>();
        List<DecoderRun> runs = new ArrayList<>();
        try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, 512)) {
            for (int[] tokens : sequences) {
                logits.add(new ArrayList<>());
                runs.add(new DecoderRun(decoder, cache, tokens.length, List.of()));
            }
            for (int step = 0; step < 200; step++) {
                List<BatchEntry> entries = new ArrayList<>();
                List<Integer> owners = new ArrayList<>();
                for (int i = 0; i < sequences.size(); i++) {
                    int from = Math.min(step * chunks.get(i), sequences.get(i).length);
                    int to = Math.min(from + chunks.get(i), sequences.get(i).length);
                    if (from < to) {
                        int[] chunk = Arrays.copyOfRange(sequences.get(i), from, to);
                        entries.add(runs.get(i).entry(chunk, LogitRows.ALL));
                        owners.add(i);
                    }
                }
                if (!entries.isEmpty()) {
                    Logits found = decoder.forward(new Batch(entries), cache);
                    float[][] rows = DecoderRun.rows(found);
                    for (int entry = 0; entry < entries.size(); entry++) {
                        int end = entry + 1 < entries.size() ? found.firstRow(entry + 1) : found.rows();
                        logits.get(owners.get(entry)).addAll(List.of(rows).subList(found.firstRow(entry), end));
                    }
                }
            }
        }
        return logits;
    }

    @Nested
    class Rows {
        @Test
        void areThoseThatWereWanted() {
            Decoder decoder = decoder(SmallSpec.with(_ -> {}));
            int[] tokens = SmallSpec.tokens(12, 1);
            float[][] all = DecoderRun.logits(decoder, backend, KvType.F32, tokens);
            try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, 64)) {
                BatchEntry none = new DecoderRun(decoder, cache, 12, List.of()).entry(tokens, LogitRows.NONE);
                BatchEntry last = new DecoderRun(decoder, cache, 12, List.of()).entry(tokens, LogitRows.LAST);
                BatchEntry every = new DecoderRun(decoder, cache, 12, List.of()).entry(tokens, LogitRows.ALL);

                Logits logits = decoder.forward(Batch.of(none, last, every), cache);

                assertThat(logits.rows()).isEqualTo(13);
                assertThat(logits.firstRow(0)).isZero();
                assertThat(logits.firstRow(1)).isZero();
                assertThat(logits.firstRow(2)).isEqualTo(1);
                float[][] rows = DecoderRun.rows(logits);
                assertThat(rows[0]).isEqualTo(all[11]);
                assertThat(Arrays.copyOfRange(rows, 1, 13)).isDeepEqualTo(all);
            }
        }

        @Test
        void canBeReadInAnyOrderBeyondOneSlab() {
            Decoder decoder = decoder(SmallSpec.with(_ -> {}));
            int[] tokens = SmallSpec.tokens(200, 1);
            try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, 200)) {
                DecoderRun run = new DecoderRun(decoder, cache, 200, List.of());
                Logits logits = decoder.forward(Batch.of(run.entry(tokens, LogitRows.ALL)), cache);
                float[][] inOrder = DecoderRun.rows(logits);
                float[] row = new float[logits.vocab()];
                for (int i : new int[] {199, 0, 64, 63, 128, 65}) {
                    logits.copyRow(i, row);
                    assertThat(row).isEqualTo(inOrder[i]);
                }
            }
        }

        @Test
        void areGoneAfterTheNextStep() {
            Decoder decoder = decoder(SmallSpec.with(_ -> {}));
            try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, 64)) {
                DecoderRun run = new DecoderRun(decoder, cache, 2, List.of());
                Logits logits = decoder.forward(Batch.of(run.entry(new int[] {1}, LogitRows.LAST)), cache);
                var _ = decoder.forward(Batch.of(run.entry(new int[] {2}, LogitRows.LAST)), cache);

                assertThatThrownBy(() -> logits.copyRow(0, new float[SmallSpec.VOCAB]))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("another step");
            }
        }

        @Test
        void dependOnThePromptsLengthAloneWhereFrequenciesGrow() {
            DecoderSpec spec = SmallSpec.with(small -> small.rotary = dynamicNtk(16));
            Decoder decoder = decoder(spec);
            int[] tokens = SmallSpec.tokens(40, 1);
            double[][] expected = new PlainDecoder(spec, RandomWeights.of(spec, 7)::values).logits(tokens, 12);
            try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, 64);
                    DecoderRun run = new DecoderRun(decoder, cache, 12, List.of())) {
                float[][] found = run.advance(tokens);
                assertThat((double) found[39][0]).isCloseTo(expected[39][0], within(TOLERANCE));
                double[][] longer = new PlainDecoder(spec, RandomWeights.of(spec, 7)::values).logits(tokens, 40);
                assertThat((double) found[39][0]).isNotCloseTo(longer[39][0], within(100 * TOLERANCE));
            }
        }
    }

    @Nested
    class Observer {
        @Test
        void seesEveryStageWithoutChangingTheLogits() {
            Decoder decoder = decoder(SmallSpec.with(_ -> {}));
            int[] tokens = SmallSpec.tokens(9, 1);
            float[][] expected = DecoderRun.logits(decoder, backend, KvType.F32, tokens);
            List<String> seen = new ArrayList<>();
            HiddenObserver observer = new HiddenObserver() {
                @Override
                public void embedded(HiddenRows rows) {
                    seen.add("embed " + rows.rows() + " x " + rows.hidden());
                }

                @Override
                public void layerDone(int layer, HiddenRows rows) {
                    seen.add("layer " + layer + " " + rows.rows());
                }

                @Override
                public void normed(HiddenRows rows) {
                    seen.add("norm " + rows.rows());
                }
            };
            try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, 64)) {
                DecoderRun run = new DecoderRun(decoder, cache, 9, List.of());
                Logits logits = decoder.forward(Batch.of(run.entry(tokens, LogitRows.LAST)), cache, observer);
                float[] last = new float[logits.vocab()];
                logits.copyRow(0, last);
                assertThat(last).isEqualTo(expected[8]);
            }
            assertThat(seen).containsExactly("embed 9 x 24", "layer 0 9", "layer 1 9", "layer 2 9", "norm 1");
        }

        @Test
        void readsTheEmbeddingAsScaled() {
            DecoderSpec spec = SmallSpec.with(small -> small.embeddingScale = 3);
            Decoder decoder = decoder(spec);
            float[] table = RandomWeights.of(spec, 7).values("token_embd.weight");
            float[] row = new float[spec.hidden()];
            try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F32, 64)) {
                DecoderRun run = new DecoderRun(decoder, cache, 1, List.of());
                var _ = decoder.forward(
                        Batch.of(run.entry(new int[] {5}, LogitRows.NONE)), cache, new HiddenObserver() {
                            @Override
                            public void embedded(HiddenRows rows) {
                                rows.copyRow(0, row);
                            }
                        });
            }
            for (int i = 0; i < row.length; i++) {
                assertThat(row[i]).isEqualTo(table[5 * spec.hidden() + i] * 3);
            }
        }
    }
}
