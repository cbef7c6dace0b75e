package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.HuggingFaceDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BytePairTrainerTest {
    private static final int FIXED = ControlTokens.DEFAULT.all().size() + 256;

    @TempDir
    private Path folder;

    /// Texts of few different letters, so that pairs repeat, overlap and tie; one in three is an answer.
    private static List<TrainingText> texts(int seed, int count) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        RandomText hostile = new RandomText(seed);
        List<TrainingText> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = 0; j < 12; j++) {
                text.append("abcå 1 aa".charAt(random.nextInt(9)));
            }
            String end = i % 4 == 0 ? hostile.words(5) : "";
            texts.add(new TrainingText(text + end, i % 3 == 0 ? TrainingText.Use.WRITTEN : TrainingText.Use.READ));
        }
        return texts;
    }

    private static Splitting splitting(int seed) {
        return List.of(Splitting.values()).get(seed % 4);
    }

    private static WordCounts counts(Splitting splitting, List<TrainingText> texts) {
        WordCounts counts = new WordCounts(splitting, ControlTokens.DEFAULT);
        counts.add(texts);
        return counts;
    }

    private static TrainedTokenizer train(WordCounts counts, TrainerOptions options) {
        return BytePairTrainer.train(counts, options, BytePairTrainer.Progress.NONE);
    }

    private Tokenizer written(TrainedTokenizer trained) {
        TrainedTokenizerWriter.write(trained, folder);
        return Tokenizers.open(HuggingFaceDirectory.openFiles(folder));
    }

    @Nested
    class Merges {
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
        void areThoseOfCountingAnewEachTime(int seed) {
            WordCounts counts = counts(splitting(seed), texts(seed, 60));
            List<Merge> naive = new NaiveMergeTrainer(counts).train(50, 2, 0);
            assertThat(naive).hasSizeGreaterThan(20);
            assertThat(train(counts, TrainerOptions.of(FIXED + naive.size()))
                            .learned()
                            .pairs()
                            .merges())
                    .isEqualTo(naive);
        }

        @ParameterizedTest
        @ValueSource(ints = {11, 12, 13, 14, 15, 16, 17, 18})
        void areThoseOfCountingAnewWhereEveryTokenIsToBeWritten(int seed) {
            WordCounts counts = counts(splitting(seed), texts(seed, 60));
            long least = 1L + seed % 4;
            List<Merge> naive = new NaiveMergeTrainer(counts).train(40, 2, least);
            assertThat(naive).hasSizeGreaterThan(5);
            assertThat(train(counts, TrainerOptions.of(FIXED + naive.size()).withWrittenMin(least))
                            .learned()
                            .pairs()
                            .merges())
                    .isEqualTo(naive);
        }

        @Test
        void preferTheLowerIdsAmongEquallyFrequentPairs() {
            WordCounts counts =
                    counts(Splitting.GPT2, List.of(new TrainingText("zy zy ba ba ca ca", TrainingText.Use.WRITTEN)));
            assertThat(train(counts, TrainerOptions.of(FIXED + 3))
                            .learned()
                            .pairs()
                            .merges())
                    .containsExactly(new Merge("b", "a"), new Merge("c", "a"), new Merge("z", "y"));
        }

        @Test
        void doNotDependOnThreads() {
            List<TrainingText> texts = texts(21, 400);
            WordCounts together = new WordCounts(Splitting.DIGITS, ControlTokens.DEFAULT);
            IntStream.range(0, 100)
                    .parallel()
                    .forEach(i -> together.add(texts.subList(4 * (99 - i), 4 * (99 - i) + 4)));
            assertThat(together.counts())
                    .isEqualTo(counts(Splitting.DIGITS, texts).counts());
            assertThat(train(together, TrainerOptions.of(FIXED + 40)).learned().pairs())
                    .isEqualTo(train(counts(Splitting.DIGITS, texts), TrainerOptions.of(FIXED + 40))
                            .learned()
                            .pairs());
        }

        @Test
        void stopGrowingAtALength() {
            WordCounts counts =
                    counts(Splitting.GPT2, List.of(new TrainingText("-".repeat(500), TrainingText.Use.WRITTEN)));
            assertThatThrownBy(() -> train(counts, TrainerOptions.of(FIXED + 100)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected " + (FIXED + 100));
            assertThat(train(counts, TrainerOptions.of(FIXED + 6))
                            .learned()
                            .pairs()
                            .tokens())
                    .allMatch(token -> token.length() <= MergeTrainer.TOKEN_BYTES_MAX);
        }
    }

    @Nested
    class Vocabularies {
        @ParameterizedTest
        @EnumSource(Splitting.class)
        void areReadBackAndEncodeAsTraining(Splitting splitting) {
            List<TrainingText> texts = texts(31, 200);
            TrainedTokenizer trained = train(counts(splitting, texts), TrainerOptions.of(FIXED + 60));
            Tokenizer tokenizer = written(trained);
            assertThat(tokenizer.size()).isEqualTo(FIXED + 60);

            long[] found = new long[tokenizer.size()];
            for (TrainingText text : texts) {
                for (int id : tokenizer.encode(text.text(), SpecialTokens.NONE)) {
                    found[id]++;
                }
            }
            TokenOccurrences occurrences = trained.learned().occurrences();
            for (int id = 0; id < found.length; id++) {
                assertThat(occurrences.of(id)).as(tokenizer.token(id)).isEqualTo(found[id]);
            }
            assertThat(occurrences.total()).isEqualTo(Arrays.stream(found).sum());
        }

        @ParameterizedTest
        @EnumSource(Splitting.class)
        void bringEveryTextBack(Splitting splitting) {
            Tokenizer tokenizer = written(train(counts(splitting, texts(32, 80)), TrainerOptions.of(FIXED + 30)));
            RandomText random = new RandomText(5);
            for (int i = 0; i < 300; i++) {
                String text = i % 2 == 0 ? random.words(20) : random.garbage(30);
                String clean = splitting.normalizer().apply(TokenizerPipeline.withoutLoneSurrogates(text));
                assertThat(tokenizer.decode(tokenizer.encode(text, SpecialTokens.NONE)))
                        .isEqualTo(clean);
            }
        }

        @Test
        void beginWithControlTokensAndAllBytes() {
            Tokenizer tokenizer = written(train(counts(Splitting.DIGITS, texts(33, 50)), TrainerOptions.of(FIXED)));
            assertThat(tokenizer.encode("<|begin|><|end|><|system|><|user|><|assistant|><|pad|>", SpecialTokens.PARSE))
                    .containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(IntStream.range(6, FIXED).mapToObj(tokenizer::token)).doesNotHaveDuplicates();
            assertThat(tokenizer.encode("ab", SpecialTokens.ADD)).startsWith(0).hasSize(3);
            assertThat(tokenizer.beginOfText()).hasValue(0);
            assertThat(tokenizer.endOfText()).hasValue(1);
        }

        @Test
        void readDigitsOneByOne() {
            WordCounts counts = counts(
                    Splitting.DIGITS, List.of(new TrainingText("2026 2026 2026 ab 12ab", TrainingText.Use.WRITTEN)));
            Tokenizer tokenizer = written(train(counts, TrainerOptions.of(FIXED + 1)));
            assertThat(tokenizer.encode("2026ab", SpecialTokens.NONE)).hasSize(5);
        }

        @Test
        void holdOnlyTokensThatAreWrittenWhereThatIsAsked() {
            List<TrainingText> texts = texts(34, 300);
            WordCounts counts = counts(Splitting.DIGITS, texts);
            TrainerOptions options = TrainerOptions.of(FIXED + 40);
            assertThat(train(counts, options).learned().occurrences().writtenBelow(12))
                    .isPositive();

            Tokenizer tokenizer =
                    written(train(counts, TrainerOptions.of(FIXED + 12).withWrittenMin(12)));
            long[] found = new long[tokenizer.size()];
            for (TrainingText text : texts) {
                if (text.use() == TrainingText.Use.WRITTEN) {
                    for (int id : tokenizer.encode(text.text(), SpecialTokens.NONE)) {
                        found[id]++;
                    }
                }
            }
            assertThat(Arrays.stream(found).skip(FIXED)).hasSize(12).allMatch(times -> times >= 12);
        }

        @Test
        void countNoControlTokensInTexts() {
            WordCounts counts =
                    counts(Splitting.DIGITS, List.of(new TrainingText("<|user|>hi<|end|>", TrainingText.Use.READ)));
            assertThat(counts.counts()).containsOnlyKeys("hi");
        }

        @Test
        void leaveOutWhatIsTooLongForAWord() {
            WordCounts counts = counts(
                    Splitting.DIGITS, List.of(new TrainingText("hi " + "x".repeat(2000), TrainingText.Use.READ)));
            assertThat(counts.counts()).containsOnlyKeys("hi");
            assertThat(counts.skippedCharacters()).isEqualTo(2001);
        }
    }

    @Nested
    class Refusals {
        private final WordCounts counts = counts(Splitting.DIGITS, texts(41, 20));

        @Test
        void sayWhatWouldFit() {
            assertThatThrownBy(() -> train(counts, TrainerOptions.of(100)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at least " + FIXED);
            assertThatThrownBy(() -> train(counts, TrainerOptions.of(5000)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected 5000")
                    .hasMessageContaining("Give more text");
        }

        @Test
        void coverNumbersAndNames() {
            assertThatThrownBy(() -> TrainerOptions.of(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> TrainerOptions.of(9).withFrequencyMin(0))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ControlTokens.DEFAULT.with(List.of("<|user|>")))
                    .hasMessageContaining("twice");
            assertThatThrownBy(() -> ControlTokens.DEFAULT.with(List.of("x"))).hasMessageContaining("1 characters");
            assertThatThrownBy(() -> Splitting.ofPre("falcon")).hasMessageContaining("smollm, gpt-2, qwen2, llama-bpe");
        }

        @Test
        void leaveNothingHalfWritten() throws Exception {
            TrainedTokenizerWriter.write(train(counts, TrainerOptions.of(FIXED)), folder.resolve("new"));
            try (var files = Files.list(folder.resolve("new"))) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .containsExactlyInAnyOrder("tokenizer.json", "tokenizer_config.json");
            }
        }
    }
}
