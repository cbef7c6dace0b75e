package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.kernel.HostOptions;
import dev.lilla.model.KernelPaths;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The same request with the same seed gives the same text, on every path of the kernels and with quantized weights: in
/// deterministic mode whatever happens beside it, outside it as long as its prompt is cut in the same way.
class SameTextTest {
    private static final int COMPANY = 16;
    /// The shortest chunk of a prompt that a path may round, see [HostOptions#isDeterministic].
    private static final int ROUNDED_ROWS = 32;

    private static final SchedulerOptions OPTIONS =
            SchedulerOptions.defaults().withRunningMax(COMPANY).withRowsMax(200).withPromptRowsBesideText(48);

    static Stream<HostOptions> deterministic() {
        return KernelPaths.here().map(path -> new HostOptions(path, 2).withDeterminism(true));
    }

    static Stream<HostOptions> bothModes() {
        return KernelPaths.here()
                .flatMap(path -> Stream.of(true, false)
                        .map(isDeterministic -> new HostOptions(path, 2).withDeterminism(isDeterministic)));
    }

    private static OpenModel open(HostOptions host) {
        return new OpenModel(Oracle.path("gguf/quant/llama-kq-Q4_0.gguf"), host);
    }

    private static GenerationRequest request(int[] prompt, int tokens, long seed) {
        return new GenerationRequest(prompt, SamplerOptions.sampled(1, seed), StopConditions.after(tokens), List.of());
    }

    @ParameterizedTest
    @MethodSource("bothModes")
    void aloneAndInABatchOfSixteen(HostOptions host) {
        inCompany(host, ROUNDED_ROWS - 1);
    }

    @ParameterizedTest
    @MethodSource("deterministic")
    void aloneAndAmongLongPromptsThatAreCutElsewhere(HostOptions host) {
        inCompany(host, 150);
    }

    private static void inCompany(HostOptions host, int longestPrompt) {
        try (OpenModel model = open(host);
                ScriptedScheduler scheduler = new ScriptedScheduler(model, 16 * COMPANY, OPTIONS)) {
            List<GenerationRequest> requests = IntStream.range(0, COMPANY)
                    .mapToObj(i -> request(scheduler.prompt(longestPrompt - i, i), 40, i))
                    .toList();
            List<TextStream> streams = submit(scheduler, requests);
            scheduler.run();
            // All of them did run side by side.
            SchedulerStatus status = scheduler.scheduler().status();
            assertThat(status.stepTexts()).isGreaterThan(8 * status.steps());
            check(scheduler, requests, streams);
        }
    }

    @ParameterizedTest
    @MethodSource("deterministic")
    void afterPreemption(HostOptions host) {
        try (OpenModel model = open(host);
                ScriptedScheduler scheduler = new ScriptedScheduler(model, 4, OPTIONS)) {
            List<GenerationRequest> requests = IntStream.range(0, 2)
                    .mapToObj(i -> request(scheduler.prompt(60, i), 100, i))
                    .toList();
            List<TextStream> streams = submit(scheduler, requests);
            scheduler.run();
            assertThat(scheduler.scheduler().status().preemptions()).isPositive();
            check(scheduler, requests, streams);
        }
    }

    @ParameterizedTest
    @MethodSource("deterministic")
    void withAndWithoutABeginningFromTheCache(HostOptions host) {
        try (OpenModel model = open(host);
                ScriptedScheduler scheduler = new ScriptedScheduler(model, 64, OPTIONS)) {
            GenerationRequest request = request(scheduler.prompt(150, 1), 40, 5);
            List<Integer> cached = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                TextStream stream = scheduler.submit(request);
                scheduler.run();
                cached.add(scheduler.completion(stream).usage().cachedTokens());
                check(scheduler, List.of(request), List.of(stream));
            }
            assertThat(cached.getFirst()).isZero();
            assertThat(cached.getLast()).isGreaterThan(100);
        }
    }

    private static List<TextStream> submit(ScriptedScheduler scheduler, List<GenerationRequest> requests) {
        return requests.stream().map(request -> scheduler.submit(request)).toList();
    }

    private static void check(ScriptedScheduler scheduler, List<GenerationRequest> requests, List<TextStream> streams) {
        for (int i = 0; i < requests.size(); i++) {
            assertThat(scheduler.completion(streams.get(i)).tokens())
                    .as("request %d", i)
                    .isEqualTo(scheduler.alone(requests.get(i)))
                    .isNotEmpty();
        }
    }
}
