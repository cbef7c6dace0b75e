package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.ByteTokenizer;
import dev.lilla.Oracle;
import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Message;
import dev.lilla.chat.ResponseFormat;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.grammar.Grammar;
import dev.lilla.grammar.GrammarException;
import dev.lilla.grammar.IndependentValidator;
import dev.lilla.grammar.RandomSchemas;
import dev.lilla.grammar.TokenGrammar;
import dev.lilla.grammar.TokenTrie;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Models of random weights, which would write noise, write what a grammar asks for.
class StructuredOutputTest {
    private static final int TOKENS_MAX = 150;

    @TestFactory
    Stream<DynamicTest> everyModelWritesJsonThatItsSchemaAllows() {
        return Oracle.models().stream()
                .map(model -> DynamicTest.dynamicTest(model.getFileName().toString(), () -> validTexts(model)));
    }

    private static void validTexts(Path path) {
        int ended = 0;
        try (LocalModel model = LocalModel.open(path, LocalModelOptions.defaults())) {
            RandomSchemas schemas =
                    new RandomSchemas(new SplittableRandom(path.getFileName().hashCode()));
            for (int i = 0; i < 4; i++) {
                String schema = schemas.next();
                IndependentValidator validator = new IndependentValidator(schema);
                TokenGrammar grammar = model.grammars()
                        .get(new ResponseFormat.JsonSchema(schema))
                        .orElseThrow();
                for (int seed = 0; seed < 2; seed++) {
                    Completion completion = model.generate(
                            new GenerationRequest(
                                            model.encode("Answer: "),
                                            SamplerOptions.sampled(1, seed),
                                            new StopConditions(model.defaults().stopTokens(), List.of(), TOKENS_MAX),
                                            List.of())
                                    .withGrammar(grammar),
                            AnswerListener.NONE);
                    if (completion.finishReason() == FinishReason.STOP) {
                        ended++;
                        assertThat(validator.errors(completion.text()))
                                .as("%s%nunder %s", completion.text(), schema)
                                .isEmpty();
                    } else {
                        assertThat(completion.finishReason()).isEqualTo(FinishReason.LENGTH);
                        assertThat(completion.tokens()).hasSizeGreaterThan(20);
                    }
                }
            }
        }
        assertThat(ended).isPositive();
    }

    @Test
    void answersAConversationInTheFormItAsksFor() {
        try (LocalModel model = LocalModel.open(Oracle.model("llama"), LocalModelOptions.defaults());
                LocalChatModel chat = model.chat(List.of())) {
            ChatRequest request = ChatRequest.of(Message.user("Yes or no?"));
            ChatResponse response = chat.chat(request.withFormat(new ResponseFormat.Regex("(yes|no), [0-9]{3}")));
            assertThat(response.text()).matches("(yes|no), [0-9]{3}");
            assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
            assertThatThrownBy(() -> chat.chat(request.withFormat(new ResponseFormat.JsonSchema("{\"not\":{}}"))))
                    .isInstanceOf(GrammarException.class)
                    .hasMessageContaining("#/not");
        }
    }

    @Test
    void keepsGrammarsThatWereAskedForBefore() {
        GrammarCache cache = new GrammarCache(new ByteTokenizer(300));
        TokenGrammar first = cache.get(new ResponseFormat.Regex("a*")).orElseThrow();
        assertThat(cache.get(new ResponseFormat.Regex("a*"))).containsSame(first);
        for (int i = 0; i < 40; i++) {
            cache.get(new ResponseFormat.Regex("b{" + i + "}"));
        }
        assertThat(cache.get(new ResponseFormat.Regex("a*")).orElseThrow()).isNotSameAs(first);
        assertThat(cache.get(ResponseFormat.TEXT)).isEmpty();
    }

    @Nested
    class WithABytewiseVocabulary {
        private static final String DIGITS = "([0-9]{3}-){8}[0-9]{3}";

        private GenerationRequest request(OpenModel model, String regex, SamplerOptions options, StopConditions stop) {
            ByteTokenizer tokenizer = new ByteTokenizer(model.decoder().spec().vocab());
            int[] prompt = new SplittableRandom(3).ints(70, 0, 200).toArray();
            return new GenerationRequest(prompt, options, stop, List.of())
                    .withGrammar(Grammar.regex(regex).over(TokenTrie.of(tokenizer)));
        }

        private Completion write(OpenModel model, GenerationRequest request, Drafter drafter) {
            try (Sequence sequence = model.sequence(request, AnswerListener.NONE)) {
                SequenceRunner runner = new SequenceRunner(model.decoder(), model.cache(), drafter);
                runner.add(sequence);
                runner.run();
                return sequence.completion();
            }
        }

        @Test
        void endsWithTheGrammarAndNeedsNoStopToken() {
            try (OpenModel model = new OpenModel(Oracle.models().getFirst())) {
                Completion completion = write(
                        model,
                        request(model, DIGITS, SamplerOptions.greedy(), StopConditions.after(100)),
                        Drafter.NONE);
                assertThat(completion.text()).matches(DIGITS);
                assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
            }
        }

        @Test
        void saysThatALimitCutTheText() {
            try (OpenModel model = new OpenModel(Oracle.models().getFirst())) {
                Completion completion = write(
                        model, request(model, DIGITS, SamplerOptions.greedy(), StopConditions.after(10)), Drafter.NONE);
                assertThat(completion.text()).matches("[0-9]{3}-[0-9]{3}-[0-9]{2}");
                assertThat(completion.finishReason()).isEqualTo(FinishReason.LENGTH);
            }
        }

        @Test
        void takesAStopTokenOnlyWhereTheTextMayEnd() {
            try (OpenModel model = new OpenModel(Oracle.models().getFirst())) {
                int vocab = model.decoder().spec().vocab();
                // Adding to its logit makes the model want to end at once.
                SamplerOptions eager = SamplerOptions.greedy().withLogitBias(Map.of(vocab - 1, 1000f));
                Completion completion = write(
                        model,
                        request(model, "[a-c]{7}[a-z]*", eager, new StopConditions(Set.of(vocab - 1), List.of(), 50)),
                        Drafter.NONE);
                assertThat(completion.text()).matches("[a-c]{7}");
                assertThat(completion.finishReason()).isEqualTo(FinishReason.STOP);
            }
        }

        @Test
        void writesTheSameWhoeverGuesses() {
            try (OpenModel model = new OpenModel(Oracle.models().getFirst())) {
                for (int seed = 0; seed < 4; seed++) {
                    SamplerOptions options = seed == 0 ? SamplerOptions.greedy() : SamplerOptions.sampled(0.5, seed);
                    GenerationRequest request = request(model, DIGITS, options, StopConditions.after(100));
                    Completion alone = write(model, request, Drafter.NONE);
                    Completion guessed = write(model, request, new NgramDrafter(5));
                    assertThat(guessed.text()).matches(DIGITS);
                    assertThat(guessed.tokens()).isEqualTo(alone.tokens());
                }
            }
        }

        @Test
        void writesTheSameForManyAtOnceAndAfterPreemption() {
            try (OpenModel model = new OpenModel(Oracle.models().getFirst());
                    ScriptedScheduler scheduler =
                            new ScriptedScheduler(model, 5, SchedulerOptions.defaults(), new NgramDrafter(3))) {
                List<ServingRequest> requests = new ArrayList<>();
                List<TextStream> streams = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    GenerationRequest request = request(
                            model, "([a-f]{2}[0-9]){25}", SamplerOptions.sampled(1, i), StopConditions.after(90));
                    requests.add(ServingRequest.of(request, "tenant " + i).withChoices(2));
                    streams.add(scheduler.submit(requests.getLast()));
                }
                scheduler.run();
                int preemptions = 0;
                for (int i = 0; i < 3; i++) {
                    List<Completion> completions = scheduler.completions(streams.get(i));
                    for (int choice = 0; choice < 2; choice++) {
                        assertThat(completions.get(choice).text()).matches("([a-f]{2}[0-9]){25}");
                        assertThat(completions.get(choice).tokens())
                                .isEqualTo(scheduler.alone(requests.get(i), choice));
                    }
                    for (TextEvent event : scheduler.events(streams.get(i))) {
                        preemptions +=
                                event instanceof TextEvent.End end ? end.waits().preemptions() : 0;
                    }
                }
                assertThat(preemptions).isPositive();
            }
        }

        @Test
        void failsWhereTheVocabularyCannotGoOnAndLeavesOthersAlone() {
            try (OpenModel model = new OpenModel(Oracle.models().getFirst());
                    ScriptedScheduler scheduler =
                            new ScriptedScheduler(model, 16, SchedulerOptions.defaults(), Drafter.NONE)) {
                TextStream broken =
                        scheduler.submit(request(model, "ab€", SamplerOptions.greedy(), StopConditions.after(9)));
                TextStream fine =
                        scheduler.submit(request(model, "[a-z]{9}", SamplerOptions.greedy(), StopConditions.after(9)));
                scheduler.run();
                assertThat(scheduler.failure(broken))
                        .isInstanceOf(GrammarException.class)
                        .hasMessageContaining("after 2 tokens");
                assertThat(scheduler.completion(fine).text()).matches("[a-z]{9}");
            }
        }

        @Test
        void failsWhereAStopStringCutsATextThatHasNotEnded() {
            try (OpenModel model = new OpenModel(Oracle.models().getFirst())) {
                StopConditions stop = new StopConditions(Set.of(), List.of("-"), 50);
                GenerationRequest cut = request(model, DIGITS, SamplerOptions.greedy(), stop);
                assertThatThrownBy(() -> write(model, cut, Drafter.NONE))
                        .isInstanceOf(GrammarException.class)
                        .hasMessageContaining("stop string");
                GenerationRequest whole = request(model, "[0-9]{3}(-[a-z])*", SamplerOptions.greedy(), stop);
                assertThat(write(model, whole, Drafter.NONE).text()).matches("[0-9]{3}");
            }
        }

        @Test
        void saysHowLikelyTheModelItselfFoundTheTokens() {
            try (OpenModel model = new OpenModel(Oracle.models().getFirst());
                    ScriptedScheduler scheduler =
                            new ScriptedScheduler(model, 16, SchedulerOptions.defaults(), Drafter.NONE)) {
                TextStream stream = scheduler.submit(ServingRequest.of(
                                request(model, "[a-z]{4}", SamplerOptions.greedy(), StopConditions.after(9)),
                                ScriptedScheduler.TENANT)
                        .withTopLogprobs(20));
                scheduler.run();
                assertThat(scheduler.events(stream))
                        .filteredOn(event -> event instanceof TextEvent.Token)
                        .hasSize(4)
                        .allSatisfy(event -> assertThat(((TextEvent.Token) event)
                                        .logprobs()
                                        .orElseThrow()
                                        .top())
                                .hasSize(20)
                                .anyMatch(other -> other.token() < 'a' || other.token() > 'z'));
            }
        }
    }
}
