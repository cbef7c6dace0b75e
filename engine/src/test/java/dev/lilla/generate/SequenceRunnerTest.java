package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.ByteTokenizer;
import dev.lilla.Oracle;
import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.kernel.CapacityException;
import dev.lilla.model.family.LoadOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SequenceRunnerTest {
    private OpenModel model;
    private SequenceRunner runner;

    @BeforeEach
    void open() {
        model = new OpenModel(Oracle.models().getFirst());
        runner = new SequenceRunner(model.decoder(), model.cache());
    }

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void writesTheSameTextAloneAndInCompany() {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            requests.add(new GenerationRequest(
                    prompt(3 + 40 * i, i), SamplerOptions.sampled(1, i), StopConditions.after(20), List.of()));
        }
        List<int[]> alone = requests.stream()
                .map(request -> write(List.of(request)).getFirst())
                .toList();
        List<int[]> together = write(requests);
        assertThat(together).usingRecursiveComparison().isEqualTo(alone);
    }

    @Test
    void letsASequenceJoinBetweenSteps() {
        GenerationRequest first = GenerationRequest.greedy(prompt(10, 1), 12);
        GenerationRequest second = GenerationRequest.greedy(prompt(90, 2), 5);
        int[] alone = write(List.of(second)).getFirst();
        try (Sequence a = model.sequence(first, AnswerListener.NONE);
                Sequence b = model.sequence(second, AnswerListener.NONE)) {
            runner.add(a);
            runner.step();
            runner.step();
            runner.add(b);
            runner.run();
            assertThat(b.completion().tokens()).isEqualTo(alone);
            assertThat(a.completion().usage().completionTokens()).isEqualTo(12);
        }
    }

    @Test
    void neverWritesARowOfTheVocabularyThatIsPadding() {
        int[] prompt = prompt(10, 1);
        int written = write(List.of(GenerationRequest.greedy(prompt, 1))).getFirst()[0];
        // A vocabulary that ends before the token that would be written.
        try (Sequence sequence = new Sequence(
                GenerationRequest.greedy(prompt, 8),
                new ByteTokenizer(Math.max(written, 1)),
                model.cache(),
                model.decoder().spec(),
                AnswerListener.NONE)) {
            runner.add(sequence);
            runner.run();
            assertThat(Arrays.stream(sequence.completion().tokens()).boxed())
                    .hasSize(8)
                    .allMatch(token -> token < Math.max(written, 1));
        }
    }

    @Test
    void endsAtAStopTokenWhichIsNotPartOfTheText() {
        int[] prompt = prompt(10, 1);
        int[] free = write(List.of(GenerationRequest.greedy(prompt, 10))).getFirst();
        GenerationRequest request = new GenerationRequest(
                prompt, SamplerOptions.greedy(), new StopConditions(Set.of(free[4]), List.of(), 10), List.of());
        try (Sequence sequence = model.sequence(request, AnswerListener.NONE)) {
            runner.add(sequence);
            runner.run();
            Completion completion = sequence.completion();
            assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(completion.tokens()).doesNotContain(free[4]).hasSizeLessThanOrEqualTo(4);
        }
    }

    @Test
    void endsWithinOneStepWhenWhoeverAskedHasLeft() {
        List<String> pieces = new ArrayList<>();
        AnswerListener leaver = new AnswerListener() {
            @Override
            public void text(String piece) {
                pieces.add(piece);
            }

            @Override
            public boolean isCancelled() {
                return pieces.size() >= 3;
            }
        };
        try (Sequence sequence = model.sequence(GenerationRequest.greedy(prompt(10, 1), 50), leaver)) {
            runner.add(sequence);
            runner.run();
            assertThat(sequence.completion().finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(sequence.completion().tokens()).hasSize(3);
        }
    }

    @Test
    void endsWithTheContextAndRefusesAPromptThatFillsIt() {
        try (OpenModel small = new OpenModel(Oracle.models().getFirst(), LoadOptions.DEFAULT.withContextLength(16));
                Sequence sequence = small.sequence(GenerationRequest.greedy(prompt(10, 1), 50), AnswerListener.NONE)) {
            SequenceRunner runner = new SequenceRunner(small.decoder(), small.cache());
            runner.add(sequence);
            runner.run();
            assertThat(sequence.completion().finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(sequence.completion().tokens()).hasSize(6);
            assertThatThrownBy(() -> small.sequence(GenerationRequest.greedy(prompt(16, 1), 1), AnswerListener.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("16 tokens");
        }
    }

    @Test
    void givesAllBlocksBack() {
        write(List.of(GenerationRequest.greedy(prompt(100, 1), 70)));
        assertThat(model.cache().taken()).isZero();
    }

    @Test
    void saysWhenTheCacheIsFull() {
        int capacity = model.cache().capacity();
        for (int i = 0; i < capacity; i++) {
            model.cache().take();
        }
        try (Sequence sequence = model.sequence(GenerationRequest.greedy(prompt(10, 1), 5), AnswerListener.NONE)) {
            runner.add(sequence);
            assertThatThrownBy(runner::run).isInstanceOf(CapacityException.class);
        }
    }

    private List<int[]> write(List<GenerationRequest> requests) {
        List<Sequence> sequences = requests.stream()
                .map(request -> model.sequence(request, AnswerListener.NONE))
                .toList();
        sequences.forEach(runner::add);
        runner.run();
        List<int[]> written = sequences.stream()
                .map(sequence -> sequence.completion().tokens())
                .toList();
        sequences.forEach(Sequence::close);
        return written;
    }

    private int[] prompt(int tokens, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return random.ints(tokens, 0, model.decoder().spec().vocab()).toArray();
    }
}
