package dev.lilla.model;

import static dev.lilla.model.SmallAdapters.CHANGED;
import static dev.lilla.model.SmallAdapters.RANK;
import static dev.lilla.model.SmallAdapters.at;
import static dev.lilla.model.SmallAdapters.config;
import static dev.lilla.model.SmallAdapters.in;
import static dev.lilla.model.SmallAdapters.out;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.format.GgufType;
import dev.lilla.format.GgufValue;
import dev.lilla.format.ModelFormatException;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.SmallAdapters.Matrices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraAdapterTest {
    private static final double TOLERANCE = 2e-4;
    private static final int[] TOKENS = {3, 9, 0, 40, 17, 3, 3, 22, 31, 8, 5, 12};

    @TempDir
    Path folder;

    private SmallAdapters small;
    private RandomWeights weights;
    private Decoder decoder;

    @BeforeEach
    void createDecoder() {
        small = new SmallAdapters(folder);
        weights = RandomWeights.of(small.spec(), 7);
        decoder = Decoder.create(small.spec(), weights, small.backend());
    }

    @AfterEach
    void closeAll() {
        small.close();
    }

    private float[][] logits(ActiveAdapter... adapters) {
        try (KvBlocks cache = DecoderRun.blocks(decoder, small.backend(), KvType.F32, TOKENS.length);
                DecoderRun run = new DecoderRun(decoder, cache, TOKENS.length, List.of(adapters))) {
            return run.advance(TOKENS);
        }
    }

    /// What the plain implementation computes with `scaling * up · down` added to the weights.
    private double[][] merged(Matrices matrices, Function<String, Double> scaling) {
        Map<String, float[]> changed = new LinkedHashMap<>();
        for (String weight : CHANGED) {
            float[] values = weights.values(weight);
            add(values, matrices, weight, scaling.apply(weight));
            changed.put(weight, values);
        }
        return new PlainDecoder(
                        small.spec(), name -> changed.containsKey(name) ? at(changed, name) : weights.values(name))
                .logits(TOKENS, TOKENS.length);
    }

    private void add(float[] values, Matrices matrices, String weight, double scaling) {
        int in = in(small.spec(), weight);
        int rank = matrices.rank();
        for (int i = 0; i < values.length; i++) {
            double sum = 0;
            for (int r = 0; r < rank; r++) {
                sum += (double) at(matrices.up(), weight)[i / in * rank + r]
                        * at(matrices.down(), weight)[r * in + i % in];
            }
            values[i] += (float) (scaling * sum);
        }
    }

    private static void assertClose(float[][] found, double[][] expected) {
        for (int t = 0; t < expected.length; t++) {
            for (int i = 0; i < expected[t].length; i++) {
                assertThat((double) found[t][i])
                        .as("logit %d of token %d", i, t)
                        .isCloseTo(expected[t][i], within(TOLERANCE));
            }
        }
    }

    @Nested
    class Applied {
        @Test
        void givesWhatMergedWeightsGive() throws IOException {
            Matrices matrices = Matrices.random(small.spec(), 1);
            LoraAdapter adapter = small.adapter(small.writePeft("a", matrices, config("")));

            assertThat(adapter.size()).isEqualTo(CHANGED.size());
            assertClose(logits(new ActiveAdapter(adapter, 1)), merged(matrices, _ -> 2.0));
            assertClose(logits(new ActiveAdapter(adapter, -0.5f)), merged(matrices, _ -> -1.0));
        }

        @Test
        void leavesTheBaseAtScaleZeroBitForBit() throws IOException {
            float[][] base = logits();
            LoraAdapter adapter = small.adapter(small.writePeft("a", Matrices.random(small.spec(), 1), config("")));

            assertThat(logits(new ActiveAdapter(adapter, 0))).isDeepEqualTo(base);
            assertThat(logits(new ActiveAdapter(adapter, 1))).isNotEqualTo(base);
            assertThat(logits()).isDeepEqualTo(base);
        }

        @Test
        void addsUpWithAnotherAdapter() throws IOException {
            Matrices first = Matrices.random(small.spec(), 1);
            Matrices second = Matrices.random(small.spec(), 2);
            ActiveAdapter one = new ActiveAdapter(small.adapter(small.writePeft("a", first, config(""))), 1);
            ActiveAdapter two = new ActiveAdapter(small.adapter(small.writePeft("b", second, config(""))), 0.5f);
            Map<String, float[]> changed = new LinkedHashMap<>();
            for (String weight : CHANGED) {
                float[] values = weights.values(weight);
                add(values, first, weight, 2);
                add(values, second, weight, 1);
                changed.put(weight, values);
            }
            double[][] expected = new PlainDecoder(
                            small.spec(), name -> changed.containsKey(name) ? at(changed, name) : weights.values(name))
                    .logits(TOKENS, TOKENS.length);

            assertClose(logits(one, two), expected);
        }

        @Test
        void disturbsNoOtherEntryOfTheBatch() throws IOException {
            ActiveAdapter one = new ActiveAdapter(
                    small.adapter(small.writePeft("a", Matrices.random(small.spec(), 1), config(""))), 1);
            ActiveAdapter two = new ActiveAdapter(
                    small.adapter(small.writePeft("b", Matrices.random(small.spec(), 2), config(""))), 1);
            List<List<ActiveAdapter>> wanted =
                    List.of(List.of(one), List.of(), List.of(two), List.of(two), List.of(one, two));
            try (KvBlocks cache = DecoderRun.blocks(decoder, small.backend(), KvType.F32, 64)) {
                List<BatchEntry> entries = wanted.stream()
                        .map(adapters ->
                                new DecoderRun(decoder, cache, TOKENS.length, adapters).entry(TOKENS, LogitRows.ALL))
                        .toList();
                float[][] rows = DecoderRun.rows(decoder.forward(new Batch(entries), cache));
                for (int entry = 0; entry < wanted.size(); entry++) {
                    float[][] found = Arrays.copyOfRange(rows, entry * TOKENS.length, (entry + 1) * TOKENS.length);
                    assertThat(found).isDeepEqualTo(logits(wanted.get(entry).toArray(ActiveAdapter[]::new)));
                }
            }
        }

        @Test
        void readsTheSameFromGgufAsFromPeft() throws IOException {
            Matrices matrices = Matrices.random(small.spec(), 1);
            float[][] expected =
                    logits(new ActiveAdapter(small.adapter(small.writePeft("a", matrices, config(""))), 1));

            float[][] found = logits(new ActiveAdapter(small.adapter(small.writeGguf(matrices, Map.of())), 1));

            assertThat(found).isDeepEqualTo(expected);
        }

        @Test
        void takesGgufsAlphaOfZeroAsAScalingOfOne() {
            Matrices matrices = Matrices.random(small.spec(), 1);
            Path file =
                    small.writeGguf(matrices, Map.of("adapter.lora.alpha", new GgufValue.Real(GgufType.FLOAT32, 0)));

            assertClose(logits(new ActiveAdapter(small.adapter(file), 1)), merged(matrices, _ -> 1.0));
        }

        @Test
        void bringsRowsIntoTheOrderOfTheBase() throws IOException {
            Matrices matrices = Matrices.random(small.spec(), 1);
            String weight = "blk.0.attn_q.weight";
            int rows = out(small.spec(), weight);
            int[] order = IntStream.range(0, rows).map(row -> rows - 1 - row).toArray();
            Matrices reversed = Matrices.random(small.spec(), 1);
            float[] source = at(matrices.up(), weight);
            float[] target = at(reversed.up(), weight);
            for (int i = 0; i < source.length; i++) {
                target[(rows - 1 - i / RANK) * RANK + i % RANK] = source[i];
            }
            Path peft = small.writePeft("a", matrices, config(""));
            Path gguf = small.writeGguf(matrices, Map.of());

            assertClose(
                    logits(new ActiveAdapter(small.adapter(peft, Map.of("PEFT " + weight, order)), 1)),
                    merged(reversed, _ -> 2.0));
            assertClose(
                    logits(new ActiveAdapter(small.adapter(gguf, Map.of("GGUF " + weight, order)), 1)),
                    merged(reversed, _ -> 2.0));
            assertClose(
                    logits(new ActiveAdapter(small.adapter(gguf, Map.of("PEFT " + weight, order)), 1)),
                    merged(matrices, _ -> 2.0));
        }
    }

    @Nested
    class Scaling {
        @Test
        void isStabilizedByTheRootOfTheRank() throws IOException {
            Matrices matrices = Matrices.random(small.spec(), 1);
            LoraAdapter adapter = small.adapter(small.writePeft("a", matrices, config(", \"use_rslora\": true")));
            assertClose(logits(new ActiveAdapter(adapter, 1)), merged(matrices, _ -> 6 / Math.sqrt(3)));
        }

        @ParameterizedTest
        @CsvSource({
            "blk.1.attn_k, blk.1.attn_k.weight",
            "attn_k, blk.1.attn_k.weight",
            "^model.blk.1.attn_k, blk.1.attn_k.weight",
            "model\\\\.blk\\\\.1\\\\.attn_k, blk.1.attn_k.weight",
            "1.attn_v, blk.1.attn_v.weight"
        })
        void followsThePatternsOfAlpha(String key, String weight) throws IOException {
            Matrices matrices = Matrices.random(small.spec(), 1);
            LoraAdapter adapter =
                    small.adapter(small.writePeft("a", matrices, config(", \"alpha_pattern\": {\"" + key + "\": 9}")));
            assertClose(
                    logits(new ActiveAdapter(adapter, 1)), merged(matrices, name -> name.equals(weight) ? 3.0 : 2.0));
        }

        @Test
        void followsThePatternsOfRank() throws IOException {
            Matrices matrices = Matrices.random(small.spec(), 1);
            Path path = small.writePeft(
                    "a", matrices, config("").replace("\"r\": 3", "\"r\": 8").replace("{}", "{\"attn_k\": 3}"));
            assertThatThrownBy(() -> small.adapter(path))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("has rank 3, expected 8");

            String all = "{\"attn_q\": 3, \"attn_k\": 3, \"attn_v\": 3, \"attn_output\": 3, \"ffn_gate\": 3,"
                    + " \"ffn_up\": 3, \"ffn_down\": 3, \"output\": 3}";
            Path whole = small.writePeft(
                    "b", matrices, config("").replace("\"r\": 3", "\"r\": 8").replace("{}", all));
            assertClose(logits(new ActiveAdapter(small.adapter(whole), 1)), merged(matrices, _ -> 2.0));
        }

        @Test
        void mustBeANumber() {
            assertThatThrownBy(() -> new ActiveAdapter(
                            small.adapter(small.writePeft("a", Matrices.random(small.spec(), 1), config(""))),
                            Float.NaN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("finite");
        }
    }
}
