package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.chat.Usage;
import dev.lilla.kernel.CapacityException;
import dev.lilla.model.Batch;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.LogitRows;
import dev.lilla.model.family.LoadOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Sequences whose next tokens are guessed: the text must be what it is without.
class SpeculationTest {
    private static final int TOKENS_MAX = 8;
    /// Side by side, few enough for drafts to find room beside them.
    private static final int TEXTS = 6;

    private OpenModel model;

    @BeforeEach
    void open() {
        model = new OpenModel(Oracle.models().getFirst());
    }

    @AfterEach
    void close() {
        model.close();
    }

    /// Guesses at random, or what it was told the text would be, or the one after the other.
    private static final class FakeDrafter implements Drafter {
        private final SplittableRandom random = new SplittableRandom(5);
        private final int[] text;
        private final double rightShare;
        private final int vocab;

        /// @param text the whole text, prompt included
        FakeDrafter(int[] text, double rightShare, int vocab) {
            this.text = text;
            this.rightShare = rightShare;
            this.vocab = vocab;
        }

        @Override
        public int tokensMax() {
            return TOKENS_MAX;
        }

        @Override
        public void draft(List<Sequence> sequences) {
            for (Sequence sequence : sequences) {
                for (int at = sequence.history().length();
                        at < text.length && sequence.draft().room() > 0;
                        at++) {
                    sequence.draft().add(random.nextDouble() < rightShare ? text[at] : random.nextInt(vocab));
                }
            }
        }

        @Override
        public void close() {}
    }

    /// Draws guesses from what a model says with noise added, which makes many of them wrong.
    private static final class NoisyDrafter implements Drafter {
        private final OpenModel model;
        private final Sampler sampler;
        private final float[] logits;
        private final double[] noise;

        NoisyDrafter(OpenModel model) {
            this.model = model;
            int vocab = model.decoder().spec().vocab();
            sampler = new Sampler(SamplerOptions.sampled(1, 77).withTopK(4), vocab);
            logits = new float[vocab];
            SplittableRandom random = new SplittableRandom(3);
            noise = IntStream.range(0, vocab)
                    .mapToDouble(i -> 0.3 * random.nextDouble())
                    .toArray();
        }

        @Override
        public int tokensMax() {
            return TOKENS_MAX;
        }

        @Override
        public void draft(List<Sequence> sequences) {
            for (Sequence sequence : sequences) {
                TokenHistory text = new TokenHistory(new int[0]);
                text.follow(sequence.history());
                while (sequence.draft().room() > 0) {
                    read(text.tokens(0, text.length()));
                    int guess = sampler.guess(logits, text, sequence.draft().source());
                    sequence.draft().addDrawn(guess);
                    text.append(guess);
                }
            }
        }

        private void read(int[] text) {
            try (BlockTable table = new BlockTable(model.cache())) {
                table.reserve(text.length);
                BatchEntry entry = new BatchEntry(text, 0, table.blocks(), text.length, LogitRows.LAST, List.of());
                model.decoder().forward(Batch.of(entry), model.cache()).copyRow(0, logits);
            }
            for (int i = 0; i < logits.length; i++) {
                logits[i] += (float) noise[i];
            }
        }

        @Override
        public void close() {}
    }

    @Test
    void writesTheSameGreedyTextWhateverIsGuessed() {
        int[] prompt = prompt(10, 1);
        GenerationRequest request = GenerationRequest.greedy(prompt, 100);
        int[] written = write(List.of(request), Drafter.NONE).getFirst().tokens();
        for (double share : new double[] {0, 0.5, 0.9, 1}) {
            Drafter drafter = new FakeDrafter(concat(prompt, written), share, vocab());
            Completion completion = write(List.of(request), drafter).getFirst();
            assertThat(completion.tokens()).isEqualTo(written);
            assertThat(completion.usage().drafts().accepted())
                    .isLessThanOrEqualTo(completion.usage().drafts().drafted());
        }
    }

    @Test
    void takesFarFewerStepsWhereTheGuessesAreRight() {
        int[] prompt = prompt(10, 1);
        GenerationRequest request = GenerationRequest.greedy(prompt, 100);
        int[] written = write(List.of(request), Drafter.NONE).getFirst().tokens();
        Usage usage = write(List.of(request), new FakeDrafter(concat(prompt, written), 1, vocab()))
                .getFirst()
                .usage();
        assertThat(usage.drafts().acceptedShare()).isEqualTo(1);
        assertThat(usage.drafts().steps()).isLessThan(20);
        assertThat(usage.tokensPerStep()).isGreaterThan(5);
    }

    @Test
    void countsAStepATokenWithoutGuesses() {
        Usage usage = write(List.of(GenerationRequest.greedy(prompt(70, 1), 12)), Drafter.NONE)
                .getFirst()
                .usage();
        assertThat(usage.drafts().drafted()).isZero();
        assertThat(usage.drafts().steps()).isEqualTo(12);
        assertThat(usage.tokensPerStep()).isEqualTo(1);
    }

    @Test
    void writesTheSameDrawnTextWhereGuessesAreCertain() {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            SamplerOptions options = SamplerOptions.sampled(0.6, i)
                    .withTopK(3)
                    .withPenalties(new SamplerOptions.Penalties(1.1, 0.1, 0.2, 50));
            requests.add(new GenerationRequest(prompt(3 + 40 * i, i), options, StopConditions.after(60), List.of()));
        }
        assertThat(tokens(write(requests, new NgramDrafter(TOKENS_MAX))))
                .isEqualTo(tokens(write(requests, Drafter.NONE)));
    }

    @Test
    void endsWhereItWouldEndWithoutGuesses() {
        int[] prompt = prompt(10, 1);
        int[] free = write(List.of(GenerationRequest.greedy(prompt, 40)), Drafter.NONE)
                .getFirst()
                .tokens();
        Drafter drafter = new FakeDrafter(concat(prompt, free), 1, vocab());
        for (StopConditions stop : List.of(
                new StopConditions(Set.of(free[9]), List.of(), 40),
                new StopConditions(Set.of(), List.of("<" + free[9] + ">"), 40),
                StopConditions.after(9))) {
            GenerationRequest request = new GenerationRequest(prompt, SamplerOptions.greedy(), stop, List.of());
            Completion guessed = write(List.of(request), drafter).getFirst();
            Completion plain = write(List.of(request), Drafter.NONE).getFirst();
            assertThat(guessed.tokens()).isEqualTo(plain.tokens());
            assertThat(guessed.text()).isEqualTo(plain.text());
            assertThat(guessed.finishReason()).isEqualTo(plain.finishReason());
        }
    }

    @Test
    void neverHoldsMoreInTheCacheThanItsText() {
        int[] prompt = prompt(60, 1);
        GenerationRequest request = GenerationRequest.greedy(prompt, 30);
        int[] written = write(List.of(request), Drafter.NONE).getFirst().tokens();
        try (Sequence sequence = model.sequence(request, AnswerListener.NONE)) {
            SequenceRunner runner = new SequenceRunner(
                    model.decoder(), model.cache(), new FakeDrafter(concat(prompt, written), 0.5, vocab()));
            runner.add(sequence);
            while (!runner.isIdle()) {
                runner.step();
                int[] cached = sequence.cachedTokens();
                assertThat(cached).isEqualTo(Arrays.copyOf(concat(prompt, written), cached.length));
                assertThat(model.cache().taken())
                        .isEqualTo(Math.ceilDiv(sequence.history().length(), 64));
            }
        }
        assertThat(model.cache().taken()).isZero();
    }

    @Test
    void leavesTheLastBlocksOfTheCacheToTheTexts() {
        int[] prompt = prompt(60, 1);
        GenerationRequest request = GenerationRequest.greedy(prompt, 60);
        int[] written = write(List.of(request), Drafter.NONE).getFirst().tokens();
        while (model.cache().capacity() - model.cache().taken() > 2) {
            model.cache().take();
        }
        Drafter drafter = new FakeDrafter(concat(prompt, written), 0.8, vocab());
        assertThat(write(List.of(request), drafter).getFirst().tokens()).isEqualTo(written);
    }

    @Test
    void staysWithinTheContext() {
        int[] prompt = prompt(10, 1);
        try (OpenModel small = new OpenModel(Oracle.models().getFirst(), LoadOptions.DEFAULT.withContextLength(24));
                Sequence sequence = small.sequence(GenerationRequest.greedy(prompt, 50), AnswerListener.NONE)) {
            int[] guesses = concat(prompt, prompt(100, 2));
            SequenceRunner runner =
                    new SequenceRunner(small.decoder(), small.cache(), new FakeDrafter(guesses, 1, vocab()));
            runner.add(sequence);
            runner.run();
            assertThat(sequence.completion().tokens()).hasSize(14);
            assertThat(sequence.completion().finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Nested
    class WithADraftModel {
        private OpenModel draft;

        @BeforeEach
        void openDraft() {
            draft = new OpenModel(Oracle.models().getFirst());
        }

        @AfterEach
        void closeDraft() {
            draft.close();
        }

        private ModelDrafter drafter() {
            return new ModelDrafter(draft.decoder(), draft.cache(), vocab(), TOKENS_MAX);
        }

        @Test
        void acceptsAllThatTheSameModelGuesses() {
            List<GenerationRequest> requests = IntStream.range(0, 3)
                    .mapToObj(i -> GenerationRequest.greedy(prompt(10 + 300 * i, i), 30))
                    .toList();
            try (ModelDrafter drafter = drafter()) {
                List<Completion> guessed = write(requests, drafter);
                assertThat(tokens(guessed)).isEqualTo(tokens(write(requests, Drafter.NONE)));
                assertThat(guessed).allSatisfy(completion -> {
                    assertThat(completion.usage().drafts().drafted()).isPositive();
                    assertThat(completion.usage().drafts().acceptedShare()).isEqualTo(1);
                });
            }
            assertThat(draft.cache().taken()).isZero();
        }

        @Test
        void acceptsNearlyAllThatTheSameModelDraws() {
            GenerationRequest request = new GenerationRequest(
                    prompt(20, 1), SamplerOptions.sampled(1, 7).withTopK(5), StopConditions.after(60), List.of());
            try (ModelDrafter drafter = drafter()) {
                Usage usage = write(List.of(request), drafter).getFirst().usage();
                assertThat(usage.drafts().acceptedShare()).isGreaterThan(0.95);
                assertThat(usage.tokensPerStep()).isGreaterThan(3);
            }
        }

        @Test
        void guessesNothingWhereItsCacheIsFullAndGoesOn() {
            List<GenerationRequest> requests = List.of(GenerationRequest.greedy(prompt(100, 1), 20));
            List<List<Integer>> plain = tokens(write(requests, Drafter.NONE));
            while (draft.cache().taken() < draft.cache().capacity()) {
                draft.cache().take();
            }
            try (ModelDrafter drafter = drafter()) {
                Completion completion = write(requests, drafter).getFirst();
                assertThat(tokens(List.of(completion))).isEqualTo(plain);
                assertThat(completion.usage().drafts().drafted()).isZero();
            }
        }

        @Test
        void makesRoomForANewTextWhereAnOldOneLies() throws CapacityException {
            while (draft.cache().capacity() - draft.cache().taken() > 3) {
                draft.cache().take();
            }
            try (ModelDrafter drafter = drafter()) {
                for (int i = 0; i < 3; i++) {
                    Usage usage = write(List.of(GenerationRequest.greedy(prompt(150, i), 20)), drafter)
                            .getFirst()
                            .usage();
                    assertThat(usage.drafts().acceptedShare()).isEqualTo(1);
                }
            }
        }

        @Test
        void guessesNothingBehindATokenItLacks() {
            int[] prompt = prompt(20, 1);
            prompt[4] = vocab() - 1;
            try (ModelDrafter drafter = new ModelDrafter(draft.decoder(), draft.cache(), vocab() - 1, TOKENS_MAX)) {
                Usage usage = write(List.of(GenerationRequest.greedy(prompt, 20)), drafter)
                        .getFirst()
                        .usage();
                assertThat(usage.drafts().drafted()).isZero();
            }
        }

        /// Texts of three tokens from three candidates each, guessed and not, are two samples of one distribution.
        @Test
        void drawsTextsAsOftenAsWithoutGuesses() {
            SamplerOptions options = SamplerOptions.sampled(1.5, 0).withTopK(3);
            Map<List<Integer>, int[]> counts = new HashMap<>();
            int accepted = 0;
            int drafted = 0;
            Drafter noisy = new NoisyDrafter(draft);
            for (int seed = 0; seed < 1200; seed += TEXTS) {
                count(counts, 0, write(requests(options, seed), Drafter.NONE));
                List<Completion> guessed = write(requests(options, 100_000 + seed), noisy);
                count(counts, 1, guessed);
                for (Completion completion : guessed) {
                    accepted += completion.usage().drafts().accepted();
                    drafted += completion.usage().drafts().drafted();
                }
            }
            assertThat(accepted).isBetween(drafted / 10, drafted * 9 / 10);
            assertThat(ChiSquare.twoSamples(counts.values())).matches(ChiSquare.Result::isChance);
        }

        private List<GenerationRequest> requests(SamplerOptions options, int seed) {
            int[] prompt = prompt(5, 3);
            return IntStream.range(seed, seed + TEXTS)
                    .mapToObj(
                            i -> new GenerationRequest(prompt, options.withSeed(i), StopConditions.after(4), List.of()))
                    .toList();
        }

        private void count(Map<List<Integer>, int[]> counts, int sample, List<Completion> completions) {
            completions.forEach(completion -> counts.computeIfAbsent(
                            Arrays.stream(completion.tokens()).limit(3).boxed().toList(), key -> new int[2])[sample]++);
        }
    }

    private int vocab() {
        return model.decoder().spec().vocab();
    }

    private List<Completion> write(List<GenerationRequest> requests, Drafter drafter) {
        SequenceRunner runner = new SequenceRunner(model.decoder(), model.cache(), drafter);
        List<Sequence> sequences = requests.stream()
                .map(request -> model.sequence(request, AnswerListener.NONE))
                .toList();
        sequences.forEach(runner::add);
        runner.run();
        List<Completion> written = sequences.stream().map(Sequence::completion).toList();
        sequences.forEach(Sequence::close);
        return written;
    }

    private static List<List<Integer>> tokens(List<Completion> completions) {
        return completions.stream()
                .map(completion -> Arrays.stream(completion.tokens()).boxed().toList())
                .toList();
    }

    private static int[] concat(int[] a, int[] b) {
        return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }

    private int[] prompt(int tokens, long seed) {
        return new SplittableRandom(seed).ints(tokens, 0, vocab()).toArray();
    }
}
