package dev.lilla.bench;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.GradientTerm;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.Parameter;
import dev.lilla.kernel.Precision;
import dev.lilla.tensor.Shape;
import java.util.List;
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

/// The three products of a linear map `[out, in]` in training: each is `2 * tokens * out * in` operations.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED"})
@NullUnmarked // JMH fills the fields
public class TrainingProductBenchmark {
    /// Tokens, out, in: a square, maps and logits of small models, a low-rank adapter.
    @Param({"512x512x512", "2048x192x192", "2048x512x192", "2048x2048x192", "1024x2048x8"})
    public String shape;

    @Param({"F32", "BF16"})
    public Precision precision;

    @Param("1")
    public int threads;

    private HostBackend backend;
    private Gradients gradients;
    private Parameter parameter;
    private Activation x;
    private Activation y;

    @Setup(Level.Trial)
    public void open() {
        String[] sizes = shape.split("x", -1);
        int tokens = Integer.parseInt(sizes[0]);
        int out = Integer.parseInt(sizes[1]);
        int in = Integer.parseInt(sizes[2]);
        backend = HostBackend.open(new HostOptions(HostOptions.Choice.AUTO, threads));
        gradients = backend.gradients(precision);
        parameter = gradients.parameter("weight", Shape.of(out, in));
        x = backend.allocate(tokens, in);
        y = backend.allocate(tokens, out);
    }

    @Benchmark
    public Activation forward() {
        backend.linear(parameter.weight(), null, x, y);
        return y;
    }

    @Benchmark
    public Activation inputGradient() {
        gradients.linearInput(List.of(new GradientTerm(parameter.weight(), y)), x);
        return x;
    }

    @Benchmark
    public Activation weightGradient() {
        gradients.linearWeight(1, y, x, parameter.gradient());
        return parameter.gradient();
    }

    @TearDown(Level.Trial)
    public void close() {
        backend.close();
    }
}
