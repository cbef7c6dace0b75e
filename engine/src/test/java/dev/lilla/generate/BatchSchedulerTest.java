package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.Oracle;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.kernel.CapacityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Scripted interleavings of requests, step by step.
class BatchSchedulerTest {
    private static final SchedulerOptions OPTIONS = SchedulerOptions.defaults();

    private final List<ScriptedScheduler> open = new ArrayList<>();
    private OpenModel model;

    @BeforeEach
    void open() {
        model = new OpenModel(Oracle.models().getFirst());
    }

    @AfterEach
    void close() {
        open.forEach(ScriptedScheduler::close);
        model.close();
    }

    private ScriptedScheduler scheduler(int blocks, SchedulerOptions options) {
        return scheduler(blocks, options, Drafter.NONE);
    }

    private ScriptedScheduler scheduler(int blocks, SchedulerOptions options, Drafter drafter) {
        ScriptedScheduler scheduler = new ScriptedScheduler(model, blocks, options, drafter);
        open.add(scheduler);
        return scheduler;
    }

    private static GenerationRequest sampled(int[] prompt, int tokens, long seed) {
        return new GenerationRequest(prompt, SamplerOptions.sampled(1, seed), StopConditions.after(tokens), List.of());
    }

    @Nested
    class Batching {
        @Test
        void writesTheSameTextAloneAndInCompany() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS);
            List<GenerationRequest> requests = new ArrayList<>();
            List<TextStream> streams = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                requests.add(sampled(scheduler.prompt(3 + 40 * i, i), 20, i));
                streams.add(scheduler.submit(requests.getLast()));
                scheduler.step();
            }
            scheduler.run();
            for (int i = 0; i < 5; i++) {
                assertThat(scheduler.completion(streams.get(i)).tokens())
                        .isEqualTo(scheduler.alone(requests.get(i)))
                        .hasSize(20);
            }
        }

        @Test
        void writesATokenInEveryStepWhileALongPromptIsRead() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS.withPromptRowsBesideText(32));
            TextStream text = scheduler.submit(GenerationRequest.greedy(scheduler.prompt(5, 1), 60));
            scheduler.step();
            TextStream prompt = scheduler.submit(GenerationRequest.greedy(scheduler.prompt(320, 2), 3));
            for (int step = 1; step <= 10; step++) {
                scheduler.step();
                assertThat(scheduler.written(text)).isEqualTo(1 + step);
                assertThat(scheduler.written(prompt)).isEqualTo(step == 10 ? 1 : 0);
                assertThat(scheduler.events(prompt)).contains(new TextEvent.PromptRead(0, 32 * step, 320));
            }
            scheduler.run();
        }

        @Test
        void readsPromptsInWholeStepsWhereNobodyWrites() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS.withRowsMax(256));
            TextStream text = scheduler.submit(GenerationRequest.greedy(scheduler.prompt(500, 1), 2));
            scheduler.step();
            assertThat(scheduler.written(text)).isZero();
            scheduler.step();
            assertThat(scheduler.written(text)).isEqualTo(1);
        }

        @Test
        void namesTheLikeliestTokensOnlyWhenAsked() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS);
            GenerationRequest request = GenerationRequest.greedy(scheduler.prompt(5, 1), 4);
            TextStream asked = scheduler.submit(
                    ServingRequest.of(request, ScriptedScheduler.TENANT).withTopLogprobs(3));
            TextStream silent = scheduler.submit(request);
            scheduler.run();
            for (TextEvent event : scheduler.events(asked)) {
                if (event instanceof TextEvent.Token token) {
                    TokenLogprobs logprobs = token.logprobs().orElseThrow();
                    assertThat(logprobs.top()).hasSize(3);
                    assertThat(logprobs.top().getFirst())
                            .isEqualTo(new TokenLogprobs.Alternative(token.token(), logprobs.token()));
                    assertThat(logprobs.token()).isNegative();
                }
            }
            assertThat(scheduler.events(silent))
                    .filteredOn(event -> event instanceof TextEvent.Token)
                    .hasSize(4)
                    .allMatch(event -> ((TextEvent.Token) event).logprobs().isEmpty());
        }
    }

    @Nested
    class Reuse {
        private final SchedulerOptions oneByOne = OPTIONS.withRunningMax(1);

        @Test
        void takesFullBlocksOfAnEarlierPromptAndWritesTheSame() {
            ScriptedScheduler scheduler = scheduler(64, oneByOne);
            int[] prompt = scheduler.prompt(200, 1);
            GenerationRequest request = sampled(prompt, 30, 4);
            TextStream first = scheduler.submit(request);
            TextStream again = scheduler.submit(request);
            scheduler.run();
            assertThat(scheduler.completion(first).usage().cachedTokens()).isZero();
            assertThat(scheduler.completion(again).usage().cachedTokens()).isEqualTo(192);
            assertThat(scheduler.completion(again).tokens())
                    .isEqualTo(scheduler.completion(first).tokens())
                    .isEqualTo(scheduler.alone(request));
            assertThat(scheduler.scheduler().status().promptTokens()).isEqualTo(200 + 8);
            assertThat(scheduler.scheduler().status().cachedTokens()).isEqualTo(192);
        }

        @Test
        void takesWhatWasWrittenAsTheBeginningOfTheNextTurn() {
            ScriptedScheduler scheduler = scheduler(64, oneByOne);
            int[] prompt = scheduler.prompt(100, 1);
            TextStream first = scheduler.submit(sampled(prompt, 60, 4));
            scheduler.run();
            int[] turn = IntStream.concat(
                            Arrays.stream(prompt),
                            Arrays.stream(scheduler.completion(first).tokens()))
                    .toArray();
            GenerationRequest next = sampled(turn, 10, 9);
            TextStream second = scheduler.submit(next);
            scheduler.run();
            assertThat(scheduler.completion(second).usage().cachedTokens()).isEqualTo(128);
            assertThat(scheduler.completion(second).tokens()).isEqualTo(scheduler.alone(next));
        }

        @Test
        void computesTheLastTokenOfAPromptThatIsCachedWhole() {
            ScriptedScheduler scheduler = scheduler(64, oneByOne);
            GenerationRequest request = GenerationRequest.greedy(scheduler.prompt(128, 1), 5);
            scheduler.submit(request);
            TextStream again = scheduler.submit(request);
            scheduler.run();
            assertThat(scheduler.completion(again).usage().cachedTokens()).isEqualTo(64);
            assertThat(scheduler.completion(again).tokens()).isEqualTo(scheduler.alone(request));
        }

        @Test
        void staysWithinAScopeUnlessSharedOnPurpose() {
            ScriptedScheduler scheduler = scheduler(64, oneByOne);
            GenerationRequest request = GenerationRequest.greedy(scheduler.prompt(100, 1), 2);
            assertThat(cached(scheduler, ServingRequest.of(request, "a"))).isZero();
            assertThat(cached(scheduler, ServingRequest.of(request, "b"))).isZero();
            assertThat(cached(scheduler, ServingRequest.of(request, "b"))).isEqualTo(64);
            ServingRequest shared = ServingRequest.of(request, "a").withScope(new CacheScope.Shared());
            assertThat(cached(scheduler, shared)).isZero();
            assertThat(cached(scheduler, ServingRequest.of(request, "b").withScope(new CacheScope.Shared())))
                    .isEqualTo(64);
            ServingRequest secret = ServingRequest.of(request, "a").withScope(new CacheScope.Request());
            int kept = scheduler.scheduler().status().keptBlocks();
            assertThat(cached(scheduler, secret)).isZero();
            assertThat(scheduler.scheduler().status().keptBlocks()).isEqualTo(kept);
        }

        private int cached(ScriptedScheduler scheduler, ServingRequest request) {
            TextStream stream = scheduler.submit(request);
            scheduler.run();
            return scheduler.completion(stream).usage().cachedTokens();
        }

        @Test
        void forgetsWhatWasUsedLongestAgo() {
            ScriptedScheduler scheduler = scheduler(5, oneByOne);
            ServingRequest old = ServingRequest.of(GenerationRequest.greedy(scheduler.prompt(130, 1), 2), "a");
            ServingRequest young = ServingRequest.of(GenerationRequest.greedy(scheduler.prompt(130, 2), 2), "a");
            cached(scheduler, old);
            cached(scheduler, young);
            assertThat(scheduler.scheduler().status().keptBlocks()).isEqualTo(4);
            assertThat(cached(scheduler, old)).isEqualTo(128);
            // Takes the free block and two kept ones: those of the text that was not used again.
            cached(scheduler, ServingRequest.of(GenerationRequest.greedy(scheduler.prompt(130, 3), 2), "a"));
            assertThat(cached(scheduler, old)).isEqualTo(128);
            assertThat(cached(scheduler, young)).isZero();
        }

        @Test
        void sharesBlocksThatAreInUse() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS);
            GenerationRequest request = sampled(scheduler.prompt(150, 1), 30, 1);
            TextStream first = scheduler.submit(request);
            scheduler.step();
            int used = scheduler.scheduler().status().usedBlocks();
            TextStream second = scheduler.submit(request);
            scheduler.step();
            assertThat(scheduler.scheduler().status().usedBlocks()).isEqualTo(used + 1);
            scheduler.run();
            assertThat(scheduler.completion(second).tokens())
                    .isEqualTo(scheduler.completion(first).tokens());
        }
    }

    @Nested
    class Choices {
        @Test
        void shareThePromptAndDrawEachWithItsSeed() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS);
            ServingRequest request = ServingRequest.of(sampled(scheduler.prompt(150, 1), 20, 7), "a")
                    .withChoices(4)
                    .withScope(new CacheScope.Request());
            TextStream stream = scheduler.submit(request);
            scheduler.run();
            List<Completion> completions = scheduler.completions(stream);
            for (int choice = 0; choice < 4; choice++) {
                assertThat(completions.get(choice).tokens()).isEqualTo(scheduler.alone(request, choice));
                assertThat(completions.get(choice).usage().cachedTokens()).isEqualTo(choice == 0 ? 0 : 128);
            }
            assertThat(completions.stream().map(Completion::text).distinct()).hasSizeGreaterThan(1);
            assertThat(scheduler.pool().taken()).isZero();
        }
    }

    @Nested
    class Preemption {
        @Test
        void continuesWithTheSameTokens() {
            // Two texts of 200 tokens need four blocks each; there are six.
            ScriptedScheduler scheduler = scheduler(6, OPTIONS);
            GenerationRequest first = sampled(scheduler.prompt(60, 1), 140, 1);
            GenerationRequest second = sampled(scheduler.prompt(60, 2), 140, 2);
            TextStream a = scheduler.submit(first);
            TextStream b = scheduler.submit(second);
            scheduler.run();
            assertThat(scheduler.scheduler().status().preemptions()).isPositive();
            assertThat(scheduler.end(b).waits().preemptions()).isPositive();
            assertThat(scheduler.completion(a).tokens()).isEqualTo(scheduler.alone(first));
            assertThat(scheduler.completion(b).tokens()).isEqualTo(scheduler.alone(second));
        }

        @Test
        void endsATextThatFillsTheWholeCache() {
            ScriptedScheduler scheduler = scheduler(2, OPTIONS);
            TextStream text = scheduler.submit(GenerationRequest.greedy(scheduler.prompt(100, 1), 1000));
            scheduler.run();
            assertThat(scheduler.completion(text).finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(scheduler.completion(text).tokens()).hasSize(28);
            assertThatThrownBy(() -> scheduler.submit(GenerationRequest.greedy(scheduler.prompt(128, 1), 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("128");
        }
    }

    @Nested
    class Fairness {
        @Test
        void servesATenantWithOneRequestBeforeTheRestOfAnothersMany() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS.withRunningMax(1));
            List<TextStream> many = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                many.add(scheduler.submit(
                        ServingRequest.of(GenerationRequest.greedy(scheduler.prompt(20, i), 5), "busy")));
            }
            scheduler.step();
            TextStream one =
                    scheduler.submit(ServingRequest.of(GenerationRequest.greedy(scheduler.prompt(20, 9), 5), "rare"));
            while (!ended(scheduler, one)) {
                scheduler.step();
            }
            assertThat(many.stream().filter(stream -> ended(scheduler, stream))).hasSize(1);
            scheduler.run();
        }

        @Test
        void givesEachTenantTheSameService() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS.withRunningMax(1));
            Map<TextStream, String> tenants = new HashMap<>();
            for (int i = 0; i < 12; i++) {
                String tenant = i < 9 ? "long" : "short";
                int tokens = i < 9 ? 20 : 10;
                tenants.put(
                        scheduler.submit(
                                ServingRequest.of(GenerationRequest.greedy(scheduler.prompt(10, i), tokens), tenant)),
                        tenant);
            }
            while (tenants.keySet().stream().anyMatch(s -> "short".equals(tenants.get(s)) && !ended(scheduler, s))) {
                scheduler.step();
            }
            // Three short texts cost 3 * (10 + 2 * 10), which two long ones of 10 + 2 * 20 exceed.
            assertThat(tenants.keySet().stream().filter(s -> "long".equals(tenants.get(s)) && ended(scheduler, s)))
                    .hasSizeBetween(1, 2);
            scheduler.run();
        }

        @Test
        void goesByPriorityWithinATenant() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS.withRunningMax(1));
            ServingRequest request = ServingRequest.of(GenerationRequest.greedy(scheduler.prompt(20, 1), 3), "a");
            TextStream low = scheduler.submit(request);
            TextStream high = scheduler.submit(request.withPriority(1));
            while (!ended(scheduler, high)) {
                scheduler.step();
            }
            assertThat(ended(scheduler, low)).isFalse();
            scheduler.run();
        }

        private boolean ended(ScriptedScheduler scheduler, TextStream stream) {
            scheduler.read(stream);
            return stream.isEnded();
        }
    }

    @Nested
    class Ending {
        @Test
        void cancelsWithinAStepWhetherRunningOrWaiting() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS.withRunningMax(1));
            TextStream running = scheduler.submit(GenerationRequest.greedy(scheduler.prompt(70, 1), 50));
            TextStream waiting = scheduler.submit(GenerationRequest.greedy(scheduler.prompt(20, 2), 50));
            scheduler.step();
            scheduler.step();
            running.cancel();
            waiting.close();
            assertThat(scheduler.step()).isFalse();
            assertThat(scheduler.completion(running).finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(scheduler.completion(running).tokens()).hasSize(2);
            assertThat(scheduler.completion(waiting).finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(scheduler.scheduler().status().usedBlocks()).isZero();
        }

        @Test
        void endsAtTheDeadlineWithWhatIsWritten() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS.withRunningMax(1));
            ServingRequest request = ServingRequest.of(GenerationRequest.greedy(scheduler.prompt(20, 1), 50), "a")
                    .withTimeLimit(Duration.ofSeconds(10));
            TextStream running = scheduler.submit(request);
            TextStream waiting = scheduler.submit(request.withTimeLimit(Duration.ofSeconds(4)));
            scheduler.step();
            assertThat(scheduler.scheduler().nanosToDeadline())
                    .isEqualTo(Duration.ofSeconds(4).toNanos());
            scheduler.pass(Duration.ofSeconds(5));
            scheduler.step();
            assertThat(scheduler.end(waiting).reason()).isEqualTo(FinishReason.DEADLINE);
            assertThat(scheduler.end(waiting).waits().queued()).isEqualTo(Duration.ofSeconds(5));
            scheduler.pass(Duration.ofSeconds(5));
            scheduler.step();
            assertThat(scheduler.end(running).reason()).isEqualTo(FinishReason.DEADLINE);
            assertThat(scheduler.completion(running).tokens()).hasSize(2);
            assertThat(scheduler.scheduler().nanosToDeadline()).isEqualTo(Long.MAX_VALUE);
        }

        @Test
        void endsAtAStopTokenAndAStopString() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS);
            int[] prompt = scheduler.prompt(10, 1);
            int[] free = scheduler.alone(GenerationRequest.greedy(prompt, 10));
            TextStream token = scheduler.submit(new GenerationRequest(
                    prompt, SamplerOptions.greedy(), new StopConditions(Set.of(free[4]), List.of(), 10), List.of()));
            scheduler.run();
            assertThat(scheduler.end(token).reason()).isEqualTo(FinishReason.STOP);
            assertThat(scheduler.completion(token).tokens())
                    .doesNotContain(free[4])
                    .hasSizeLessThanOrEqualTo(4);
        }

        @Test
        void refusesWhatExceedsTheQueueAsAWhole() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS.withQueuedMax(4, 3));
            ServingRequest request = ServingRequest.of(GenerationRequest.greedy(scheduler.prompt(20, 1), 2), "a");
            scheduler.submit(request.withChoices(2));
            assertThatThrownBy(() -> scheduler.submit(request.withChoices(2)))
                    .isInstanceOf(CapacityException.class)
                    .hasMessageContaining("of a wait")
                    .hasMessageContaining("Try again later");
            scheduler.submit(request);
            ServingRequest other = ServingRequest.of(request.generation(), "b");
            scheduler.submit(other);
            assertThatThrownBy(() -> scheduler.submit(other)).hasMessageContaining("4 texts wait");
            scheduler.run();
            scheduler.submit(request.withChoices(3));
            scheduler.run();
        }

        @Test
        void refusesAPromptOfForeignTokens() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS);
            int[] foreign = {model.decoder().spec().vocab()};
            assertThatThrownBy(() -> scheduler.submit(GenerationRequest.greedy(foreign, 2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has ids 0 to");
            assertThat(scheduler.step()).isFalse();
        }

        @Test
        void cancelsAllWhenClosedAndTakesNoMore() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS);
            TextStream text = scheduler.submit(GenerationRequest.greedy(scheduler.prompt(70, 1), 50));
            scheduler.step();
            scheduler.scheduler().close();
            assertThat(scheduler.completion(text).finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(scheduler.pool().taken()).isZero();
            assertThatThrownBy(() -> scheduler.submit(GenerationRequest.greedy(scheduler.prompt(7, 1), 5)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Nested
    class BackPressure {
        @Test
        void waitsForAReaderThatIsBehindAndForNobodyElse() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS.withEventsMax(4));
            TextStream slow = scheduler.submit(GenerationRequest.greedy(scheduler.prompt(20, 1), 30));
            TextStream fast = scheduler.submit(GenerationRequest.greedy(scheduler.prompt(20, 2), 30));
            while (!fast.isEnded()) {
                assertThat(scheduler.step()).isTrue();
                scheduler.read(fast);
            }
            assertThat(scheduler.step()).isFalse();
            assertThat(scheduler.read(slow)).isBetween(4, 5);
            assertThat(scheduler.step()).isTrue();
            scheduler.run();
            assertThat(scheduler.completion(slow).tokens())
                    .isEqualTo(scheduler.alone(GenerationRequest.greedy(scheduler.prompt(20, 1), 30)));
        }

        @Test
        void givesThePlaceOfAWaitingTextToWhoeverNeedsIt() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS.withEventsMax(4).withRunningMax(1));
            GenerationRequest request = GenerationRequest.greedy(scheduler.prompt(20, 1), 30);
            TextStream slow = scheduler.submit(request);
            while (scheduler.step()) {
                assertThat(scheduler.scheduler().status().running()).isEqualTo(1);
            }
            TextStream next = scheduler.submit(GenerationRequest.greedy(scheduler.prompt(20, 2), 3));
            while (!next.isEnded()) {
                assertThat(scheduler.step()).isTrue();
                scheduler.read(next);
            }
            scheduler.run();
            assertThat(scheduler.end(slow).waits().preemptions()).isEqualTo(1);
            assertThat(scheduler.completion(slow).tokens()).isEqualTo(scheduler.alone(request));
        }
    }

    @Nested
    class Failing {
        /// Guesses a token that no model has, once.
        private final class BrokenDrafter implements Drafter {
            private boolean breaks;

            @Override
            public int tokensMax() {
                return 1;
            }

            @Override
            public void draft(List<Sequence> sequences) {
                if (breaks && sequences.getFirst().draft().room() > 0) {
                    breaks = false;
                    sequences.getFirst().draft().add(model.decoder().spec().vocab());
                }
            }

            @Override
            public void close() {}
        }

        @Test
        void failsTheTextsOfAStepAndServesOthersAfterwards() {
            BrokenDrafter drafter = new BrokenDrafter();
            ScriptedScheduler scheduler = scheduler(64, OPTIONS, drafter);
            GenerationRequest request = GenerationRequest.greedy(scheduler.prompt(70, 1), 10);
            TextStream a = scheduler.submit(request);
            TextStream b = scheduler.submit(GenerationRequest.greedy(scheduler.prompt(20, 2), 10));
            scheduler.step();
            scheduler.step();
            drafter.breaks = true;
            scheduler.step();
            assertThat(scheduler.failure(a)).hasMessageContaining("no token");
            assertThat(scheduler.failure(b)).hasMessageContaining("no token");
            assertThat(a.isEnded()).isTrue();
            assertThat(scheduler.scheduler().status().usedBlocks()).isZero();
            TextStream later = scheduler.submit(request);
            scheduler.run();
            assertThat(scheduler.completion(later).tokens()).isEqualTo(scheduler.alone(request));
            assertThat(scheduler.scheduler().status().failures()).isEqualTo(2);
        }

        @Test
        void failsOnlyTheTextThatNoTokenCanFollow() {
            ScriptedScheduler scheduler = scheduler(64, OPTIONS);
            Map<Integer, Float> bias = new HashMap<>();
            for (int token = 0; token < model.decoder().spec().vocab(); token++) {
                bias.put(token, Float.NEGATIVE_INFINITY);
            }
            TextStream broken = scheduler.submit(new GenerationRequest(
                    scheduler.prompt(70, 1),
                    SamplerOptions.greedy().withLogitBias(bias),
                    StopConditions.after(5),
                    List.of()));
            GenerationRequest request = GenerationRequest.greedy(scheduler.prompt(20, 2), 10);
            TextStream sound = scheduler.submit(request);
            scheduler.run();
            assertThat(scheduler.failure(broken)).hasMessageContaining("no token can be chosen");
            assertThat(scheduler.completion(sound).tokens()).isEqualTo(scheduler.alone(request));
        }

        @Test
        void failsTheTextsThatNoMemoryIsLeftFor() {
            ScriptedScheduler scheduler = scheduler(4, OPTIONS);
            // Somebody else's blocks: the pool holds less than it says.
            int[] stolen = {
                scheduler.pool().take(),
                scheduler.pool().take(),
                scheduler.pool().take()
            };
            TextStream text = scheduler
                    .scheduler()
                    .submit(ServingRequest.of(GenerationRequest.greedy(scheduler.prompt(100, 1), 5), "a"));
            assertThat(scheduler.scheduler().step()).isFalse();
            assertThatThrownBy(text::await).isInstanceOf(CapacityException.class);
            for (int block : stolen) {
                scheduler.pool().release(block);
            }
            scheduler.scheduler().checkInvariants();
        }
    }

    @Nested
    class Guessing {
        @Test
        void writesTheSameGreedyTextWithGuesses() {
            ScriptedScheduler scheduler = scheduler(8, OPTIONS, new NgramDrafter(6));
            List<GenerationRequest> requests = new ArrayList<>();
            List<TextStream> streams = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                requests.add(GenerationRequest.greedy(scheduler.prompt(30 + i, i), 150));
                streams.add(scheduler.submit(requests.getLast()));
            }
            scheduler.run();
            int drafted = 0;
            for (int i = 0; i < 4; i++) {
                assertThat(scheduler.completion(streams.get(i)).tokens()).isEqualTo(scheduler.alone(requests.get(i)));
                drafted += scheduler.completion(streams.get(i)).usage().drafts().drafted();
            }
            assertThat(drafted).isPositive();
        }
    }
}
