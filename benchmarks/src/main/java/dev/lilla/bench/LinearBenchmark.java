package dev.lilla.bench;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.Weight;
import dev.lilla.tensor.ElementType;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// One product `[tokens, in] · [out, in]ᵀ`, each time with another matrix from memory.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@NullUnmarked // JMH fills the fields
public class LinearBenchmark {
    @Param({"Q8_0", "Q4_0", "Q4_K", "Q6_K", "BF16", "F32"})
    public ElementType type;

    @Param({"1", "4", "64"})
    public int tokens;

    @Param("2")
    public int threads;

    private Arena arena;
    private HostBackend backend;
    private SyntheticWeights weights;
    private Activation x;
    private Activation y;
    private int next;

    @Setup(Level.Trial)
    @SuppressWarnings("MustBeClosed") // close() does
    public void open() {
        arena = Arena.ofShared();
        backend = HostBackend.open(new HostOptions(HostOptions.Choice.AUTO, threads));
        weights = SyntheticWeights.of(backend, arena, type, 5632, 2048);
        x = backend.allocate(tokens, 2048);
        y = backend.allocate(tokens, 5632);
    }

    @Benchmark
    public Activation linear() {
        Weight weight = weights.matrices().get(next);
        next = (next + 1) % weights.matrices().size();
        backend.linear(weight, null, x, y);
        return y;
    }

    @TearDown(Level.Trial)
    public void close() {
        backend.close();
        arena.close();
    }
}
