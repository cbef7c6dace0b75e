package dev.lilla.serve.metrics;

import dev.lilla.serve.http.AnswerUsage;
import java.time.Duration;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/// What one model has done for one kind of requests.
final class ModelWork {
    /// The bounds that the GenAI conventions of OpenTelemetry give, in seconds.
    private static final double[] DURATION = {
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92
    };
    private static final double[] FIRST_TOKEN = {
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10
    };
    private static final double[] LATER_TOKEN = {0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5};
    private static final double[] TOKENS = {
        1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864
    };

    final LongAdder promptTokens = new LongAdder();
    final LongAdder cachedTokens = new LongAdder();
    final LongAdder completionTokens = new LongAdder();
    final LongAdder laterTokens = new LongAdder();
    final DoubleAdder readingSeconds = new DoubleAdder();
    final DoubleAdder writingSeconds = new DoubleAdder();
    final LongAccumulator longest = new LongAccumulator(Math::max, 0);
    final Histogram duration = new Histogram(DURATION);
    final Histogram firstToken = new Histogram(FIRST_TOKEN);
    final Histogram laterToken = new Histogram(LATER_TOKEN);
    final Histogram inputTokens = new Histogram(TOKENS);
    final Histogram outputTokens = new Histogram(TOKENS);

    void add(AnswerUsage usage) {
        promptTokens.add(usage.promptTokens());
        cachedTokens.add(usage.cachedTokens());
        completionTokens.add(usage.completionTokens());
        laterTokens.add(usage.laterTokens());
        readingSeconds.add(seconds(usage.reading()));
        writingSeconds.add(seconds(usage.writing()));
        longest.accumulate(usage.tokens());
        duration.add(seconds(usage.whole()));
        usage.firstToken().ifPresent(time -> firstToken.add(seconds(time)));
        if (usage.laterTokens() > 0) {
            laterToken.add(seconds(usage.writing()) / usage.laterTokens());
        }
        inputTokens.add((double) usage.promptTokens());
        outputTokens.add((double) usage.completionTokens());
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
