package dev.lilla.bench;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.generate.Sampler;
import dev.lilla.generate.TokenHistory;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Choosing one token from logits, as one text of a batch of 16 does: each has logits and candidates of its own.
///
/// Logits are normal with a deviation of 3, which leaves more tokens likely than those of a trained model do.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@NullUnmarked // JMH fills the fields
public class SamplerBenchmark {
    private static final int TEXTS = 16;
    private static final double DEVIATION = 3;

    /// How a token is chosen.
    public enum Way {
        GREEDY(SamplerOptions.greedy()),
        TEMPERATURE(SamplerOptions.sampled(0.8, 1)),
        TOP_K_TOP_P(SamplerOptions.sampled(0.8, 1).withTopK(40).withTopP(0.95)),
        MIN_P(SamplerOptions.sampled(0.8, 1).withMinP(0.05));

        @SuppressWarnings("ImmutableEnumChecker") // a record of values
        private final SamplerOptions options;

        Way(SamplerOptions options) {
            this.options = options;
        }
    }

    @Param({"32000", "256000"})
    public int vocab;

    @Param
    public Way way;

    private final TokenHistory history = new TokenHistory(new int[] {1, 2, 3});
    private final float[][] logits = new float[TEXTS][];
    private final Sampler[] samplers = new Sampler[TEXTS];
    private int text;

    @Setup
    public void setUp() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < TEXTS; i++) {
            logits[i] = new float[vocab];
            for (int id = 0; id < vocab; id++) {
                logits[i][id] = (float) random.nextGaussian(0, DEVIATION);
            }
            samplers[i] = new Sampler(way.options, vocab);
        }
    }

    @Benchmark
    public int next() {
        text = (text + 1) % TEXTS;
        return samplers[text].next(logits[text], history);
    }
}
