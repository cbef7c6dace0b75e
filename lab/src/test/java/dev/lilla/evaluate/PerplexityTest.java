package dev.lilla.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.generate.LogLikelihood;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.Decoder;
import dev.lilla.model.LoraAdapter;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PerplexityTest {
    private Backend backend;
    private LoadedModel model;
    private Decoder decoder;
    private KvBlocks cache;
    private int[] tokens;

    @BeforeEach
    void open() {
        backend = HostBackend.open(HostOptions.fromProperties());
        model = ModelLoader.open(Oracle.models().getFirst(), LoadOptions.DEFAULT, backend);
        decoder = model.decoder();
        cache = backend.allocateBlocks(decoder.kvLayout(KvType.F32), 8);
        tokens = new SplittableRandom(9).ints(100, 0, decoder.spec().vocab()).toArray();
    }

    @AfterEach
    void close() {
        cache.close();
        model.close();
        backend.close();
    }

    @Test
    void scoresTheSecondHalfOfEachWindowAfterItsOwnFirstHalf() {
        double sum = 0;
        int count = 0;
        LogLikelihood scorer = new LogLikelihood(decoder, cache, List.of());
        for (int window = 0; window < 5; window++) {
            int[] part = new int[20];
            System.arraycopy(tokens, window * 20, part, 0, 20);
            part[0] = 1;
            double[] scores = scorer.scoreText(part).tokens();
            for (int i = 10; i < scores.length; i++) {
                sum -= scores[i];
                count++;
            }
        }
        Perplexity.Result result = new Perplexity(20, 20, OptionalInt.of(1)).measure(decoder, cache, tokens, r -> {});
        assertThat(result.tokens()).isEqualTo(count);
        assertThat(result.meanNegativeLogLikelihood()).isCloseTo(sum / count, within(1e-9));
    }

    @Test
    void measuresTheModelWithItsAdapters() {
        Path path = Oracle.path("lora/llama");
        try (LoadedModel llama = ModelLoader.open(Oracle.model("llama"), LoadOptions.DEFAULT, backend);
                LoraAdapter adapter = LoraAdapter.open(path, llama.description(), backend);
                KvBlocks blocks = backend.allocateBlocks(llama.decoder().kvLayout(KvType.F32), 8)) {
            List<ActiveAdapter> active = List.of(new ActiveAdapter(adapter, 1));
            int[] text = new SplittableRandom(9)
                    .ints(40, 0, llama.decoder().spec().vocab())
                    .toArray();
            double[] scores = new LogLikelihood(llama.decoder(), blocks, active)
                    .scoreText(Arrays.copyOf(text, 20))
                    .tokens();
            double[] second = new LogLikelihood(llama.decoder(), blocks, active)
                    .scoreText(Arrays.copyOfRange(text, 20, 40))
                    .tokens();
            double sum = 0;
            for (int i = 10; i < scores.length; i++) {
                sum -= scores[i] + second[i];
            }
            Perplexity protocol = new Perplexity(20, 20, OptionalInt.empty(), active);
            assertThat(protocol.measure(llama.decoder(), blocks, text, r -> {}).meanNegativeLogLikelihood())
                    .isCloseTo(sum / (2 * (scores.length - 10)), within(1e-9));
        }
    }

    @Test
    void measuresTheSameInBatchesOfAnySize() {
        double whole = new Perplexity(50, 50, OptionalInt.empty())
                .measure(decoder, cache, tokens, r -> {})
                .perplexity();
        double pieces = new Perplexity(50, 7, OptionalInt.empty())
                .measure(decoder, cache, tokens, r -> {})
                .perplexity();
        assertThat(pieces).isEqualTo(whole);
    }

    @Test
    void reportsEachWindow() {
        List<Perplexity.Result> results = new ArrayList<>();
        Perplexity.Result last =
                new Perplexity(25, 25, OptionalInt.empty()).measure(decoder, cache, tokens, results::add);
        assertThat(results).hasSize(4).last().isEqualTo(last);
        assertThat(last.standardError()).isPositive();
    }

    @Test
    void refusesATextOfLessThanTwoWindows() {
        Perplexity protocol = new Perplexity(64, 64, OptionalInt.empty());
        assertThatThrownBy(() -> protocol.measure(decoder, cache, tokens, r -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("100 tokens")
                .hasMessageContaining("64");
    }
}
