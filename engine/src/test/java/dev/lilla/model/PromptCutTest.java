package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// With [HostOptions#isDeterministic] a prompt has the same bits however it is cut, on every path: AMX as well.
class PromptCutTest {
    private static final int THREADS = 2;

    /// Ways to cut a prompt, each at random borders.
    private static final int CUTS = 2;

    private static HostBackend open(HostOptions.Choice kernels) {
        return HostBackend.open(new HostOptions(kernels, THREADS).withDeterminism(true));
    }

    static Stream<HostOptions.Choice> paths() {
        return KernelPaths.here();
    }

    @ParameterizedTest
    @MethodSource("paths")
    void changesNoBitWithFloatWeights(HostOptions.Choice kernels) {
        DecoderSpec spec = SmallSpec.with(small -> small.contextLength = 1024);
        try (HostBackend backend = open(kernels)) {
            Decoder decoder = Decoder.create(spec, RandomWeights.of(spec, 7), backend);
            check(decoder, backend, SmallSpec.tokens(900, 3));
        }
    }

    static Stream<QuantizedOracleTest.Quantized> files() {
        return QuantizedOracleTest.files();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("files")
    void changesNoBitWithQuantizedWeights(QuantizedOracleTest.Quantized file) {
        Path path = file.sample().path();
        int length = KernelPaths.roundsActivations(file.sample().kernels()) ? 600 : 70;
        try (HostBackend backend = open(file.sample().kernels());
                LoadedModel loaded = ModelLoader.open(path, LoadOptions.DEFAULT.withContextLength(length), backend)) {
            int vocab = loaded.spec().vocab();
            int[] tokens = new SplittableRandom(11).ints(length, 0, vocab).toArray();
            check(loaded.decoder(), backend, tokens);
        }
    }

    private static void check(Decoder decoder, Backend backend, int[] tokens) {
        float[][] expected = DecoderRun.logits(decoder, backend, KvType.F16, tokens);
        SplittableRandom random = new SplittableRandom(tokens.length);
        for (int cut = 0; cut < CUTS; cut++) {
            List<float[]> found = new ArrayList<>();
            List<Integer> borders = new ArrayList<>();
            try (KvBlocks cache = DecoderRun.blocks(decoder, backend, KvType.F16, tokens.length);
                    DecoderRun run = new DecoderRun(decoder, cache, tokens.length, List.of())) {
                for (int from = 0; from < tokens.length; from = borders.getLast()) {
                    // Half of the chunks are short, where the rows of a tile are few.
                    int most = random.nextBoolean() ? 40 : Decoder.ROWS_MAX;
                    borders.add(Math.min(from + random.nextInt(1, most + 1), tokens.length));
                    found.addAll(List.of(run.advance(Arrays.copyOfRange(tokens, from, borders.getLast()))));
                }
            }
            assertThat(found).hasSize(expected.length);
            for (int t = 0; t < expected.length; t++) {
                assertThat(Arrays.equals(found.get(t), expected[t]))
                        .as("token %s of a prompt cut at %s has the same bits", t, borders)
                        .isTrue();
            }
        }
    }
}
