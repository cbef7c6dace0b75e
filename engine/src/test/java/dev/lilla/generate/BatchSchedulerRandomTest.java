package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.format.JsonFiles;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.LoraAdapter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Random requests, arrivals, departures and readers on caches that are too small, with adapters mixed: every text must
/// be what it is alone.
class BatchSchedulerRandomTest {
    private static final int SEEDS = 6;
    private static final int REQUESTS = 24;
    private static final SchedulerOptions OPTIONS = SchedulerOptions.defaults();

    /// Expected texts, which many requests share.
    private final Map<String, int[]> alone = new HashMap<>();

    @Test
    void writesEveryTextAsItIsAlone() {
        Path folder = Oracle.list(Oracle.path("lora")).getFirst();
        String base =
                JsonFiles.read(folder.resolve("golden.json")).path("model").asString();
        try (OpenModel model = new OpenModel(Oracle.model(base));
                LoraAdapter adapter = LoraAdapter.open(folder, model.loaded().description(), model.backend())) {
            List<List<ActiveAdapter>> adapters = List.of(
                    List.of(),
                    List.of(new ActiveAdapter(adapter, 1)),
                    List.of(new ActiveAdapter(adapter, 0.5f)),
                    List.of(new ActiveAdapter(adapter, 0.5f), new ActiveAdapter(adapter, 0.25f)));
            long preemptions = 0;
            long cachedTokens = 0;
            for (int seed = 0; seed < SEEDS; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                SchedulerOptions options = OPTIONS.withRowsMax(random.nextInt(40, 200))
                        .withPromptRowsBesideText(random.nextInt(10, 80))
                        .withRunningMax(random.nextInt(3, 9))
                        .withEventsMax(random.nextInt(2, 40));
                try (ScriptedScheduler scheduler = new ScriptedScheduler(model, random.nextInt(5, 14), options)) {
                    run(scheduler, random, adapters);
                    preemptions += scheduler.scheduler().status().preemptions();
                    cachedTokens += scheduler.scheduler().status().cachedTokens();
                }
            }
            // The point of it all did happen.
            assertThat(preemptions).isGreaterThan(10 * SEEDS);
            assertThat(cachedTokens).isGreaterThan(100 * SEEDS);
        }
    }

    private void run(ScriptedScheduler scheduler, SplittableRandom random, List<List<ActiveAdapter>> adapters) {
        Map<TextStream, ServingRequest> requests = new LinkedHashMap<>();
        int idle = 0;
        while (requests.size() < REQUESTS || idle < 20) {
            if (requests.size() < REQUESTS && random.nextInt(2) == 0) {
                ServingRequest request = request(scheduler, random, adapters);
                requests.put(scheduler.submit(request), request);
            }
            List<TextStream> streams = List.copyOf(requests.keySet());
            if (!streams.isEmpty() && random.nextInt(40) == 0) {
                streams.get(random.nextInt(streams.size())).cancel();
            }
            // Readers come by at times, each at its own.
            boolean hasRead = false;
            for (TextStream stream : streams) {
                hasRead |= random.nextInt(3) == 0 && scheduler.read(stream) > 0;
            }
            scheduler.pass(Duration.ofMillis(10));
            boolean computed = scheduler.step();
            idle = computed || hasRead ? 0 : idle + 1;
        }
        scheduler.run();
        SchedulerStatus status = scheduler.scheduler().status();
        assertThat(status.usedBlocks() + status.running() + status.waiting()).isZero();
        int whole = 0;
        for (Map.Entry<TextStream, ServingRequest> entry : requests.entrySet()) {
            List<Completion> completions = scheduler.completions(entry.getKey());
            for (int choice = 0; choice < completions.size(); choice++) {
                whole += check(scheduler, entry.getValue(), choice, completions.get(choice));
            }
        }
        assertThat(whole).isGreaterThan(REQUESTS / 2);
    }

    /// @return 1 for a whole text, 0 for the beginning of one
    private int check(ScriptedScheduler scheduler, ServingRequest request, int choice, Completion completion) {
        GenerationRequest generation = request.choice(choice);
        String key = Arrays.toString(generation.prompt()) + generation.sampler() + generation.adapters();
        int[] all = alone.computeIfAbsent(key, _ -> scheduler.alone(request, choice));
        int[] expected = Arrays.copyOf(all, Math.min(all.length, completion.tokens().length));
        assertThat(completion.tokens()).isEqualTo(expected);
        boolean wasCut = completion.finishReason() == FinishReason.CANCELLED
                || completion.finishReason() == FinishReason.DEADLINE;
        if (!wasCut) {
            assertThat(completion.tokens()).hasSameSizeAs(all);
        }
        return wasCut ? 0 : 1;
    }

    private static ServingRequest request(
            ScriptedScheduler scheduler, SplittableRandom random, List<List<ActiveAdapter>> adapters) {
        // Prompts begin with one of two common parts, so that some are found in the cache.
        int[] common = scheduler.prompt(random.nextInt(3) * 64, 100 + random.nextInt(2));
        int[] own = scheduler.prompt(random.nextInt(1, 90), random.nextInt(4));
        int[] prompt =
                IntStream.concat(Arrays.stream(common), Arrays.stream(own)).toArray();
        SamplerOptions sampler = SamplerOptions.sampled(random.nextInt(2), random.nextInt(3));
        GenerationRequest generation = new GenerationRequest(
                prompt, sampler, StopConditions.after(60), adapters.get(random.nextInt(adapters.size())));
        String tenant = "tenant " + random.nextInt(3);
        ServingRequest request = ServingRequest.of(generation, tenant).withPriority(random.nextInt(2));
        request = random.nextInt(4) == 0 ? request.withChoices(3) : request;
        request = random.nextInt(3) == 0 ? request.withScope(new CacheScope.Shared()) : request;
        return random.nextInt(6) == 0 ? request.withTimeLimit(Duration.ofMillis(300)) : request;
    }

    /// Frequencies that depend on the prompt's length stay those of the prompt when what was written is read again.
    @TestFactory
    Stream<DynamicTest> continuesAfterPreemptionWithTheSameTokens() {
        return Oracle.models().stream()
                .map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> preempt(path)));
    }

    private void preempt(Path path) {
        try (OpenModel model = new OpenModel(path);
                ScriptedScheduler scheduler = new ScriptedScheduler(model, 4, OPTIONS)) {
            List<GenerationRequest> requests = new ArrayList<>();
            List<TextStream> streams = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                requests.add(new GenerationRequest(
                        scheduler.prompt(60, i), SamplerOptions.sampled(1, i), StopConditions.after(100), List.of()));
                streams.add(scheduler.submit(requests.getLast()));
            }
            scheduler.run();
            assertThat(scheduler.scheduler().status().preemptions()).isPositive();
            for (int i = 0; i < 2; i++) {
                assertThat(scheduler.completion(streams.get(i)).tokens()).isEqualTo(scheduler.alone(requests.get(i)));
            }
        }
    }

    @Test
    void keepsAdaptersApartInTheCache() {
        Path folder = Oracle.list(Oracle.path("lora")).getFirst();
        String base =
                JsonFiles.read(folder.resolve("golden.json")).path("model").asString();
        try (OpenModel model = new OpenModel(Oracle.model(base));
                LoraAdapter adapter = LoraAdapter.open(folder, model.loaded().description(), model.backend());
                LoraAdapter again = LoraAdapter.open(folder, model.loaded().description(), model.backend());
                ScriptedScheduler scheduler = new ScriptedScheduler(model, 64, OPTIONS.withRunningMax(1))) {
            int[] prompt = scheduler.prompt(100, 1);
            assertThat(cached(scheduler, prompt, List.of())).isZero();
            assertThat(cached(scheduler, prompt, List.of(new ActiveAdapter(adapter, 1))))
                    .isZero();
            assertThat(cached(scheduler, prompt, List.of(new ActiveAdapter(adapter, 0.5f))))
                    .isZero();
            assertThat(cached(scheduler, prompt, List.of(new ActiveAdapter(again, 1))))
                    .isEqualTo(64);
            assertThat(cached(scheduler, prompt, List.of())).isEqualTo(64);
        }
    }

    private static int cached(ScriptedScheduler scheduler, int[] prompt, List<ActiveAdapter> adapters) {
        GenerationRequest request =
                new GenerationRequest(prompt, SamplerOptions.greedy(), StopConditions.after(3), adapters);
        TextStream stream = scheduler.submit(request);
        scheduler.run();
        assertThat(scheduler.completion(stream).tokens()).isEqualTo(scheduler.alone(request));
        return scheduler.completion(stream).usage().cachedTokens();
    }
}
