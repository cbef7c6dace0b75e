package dev.lilla.bench;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.AttentionMask;
import dev.lilla.kernel.AttentionRows;
import dev.lilla.kernel.Heads;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import dev.lilla.kernel.RotaryFrequencies;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.kernel.RowRange;
import dev.lilla.kernel.Span;
import dev.lilla.kernel.Weight;
import java.util.Arrays;
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

/// What a layer does beside its products, at the shapes of TinyLlama: 32 query heads over 4 K/V heads of 64.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@NullUnmarked // JMH fills the fields
public class LayerBenchmark {
    private static final int HEADS = 32;
    private static final int KV_HEADS = 4;
    private static final int HEAD_DIM = 64;
    private static final int HIDDEN = HEADS * HEAD_DIM;
    private static final int FFN = 5632;

    /// Tokens from which on a backend may round them.
    private static final int LONG_PROMPT = 32;

    @Param({"1", "64"})
    public int tokens;

    @Param({"512", "4096"})
    public int depth;

    @Param({"F32", "F16", "Q8_0"})
    public KvType cacheType;

    @Param("2")
    public int threads;

    private HostBackend backend;
    private KvBlocks cache;
    private Activation stream;
    private Activation out;
    private Activation gate;
    private Activation up;
    private Weight norm;
    private RotaryFrequencies frequencies;
    private int[] positions;
    private List<Span> spans;

    @Setup(Level.Trial)
    public void open() {
        backend = HostBackend.open(new HostOptions(HostOptions.Choice.AUTO, threads));
        int blocks = Math.ceilDiv(depth + tokens, KvLayout.BLOCK_TOKENS);
        cache = backend.allocateBlocks(
                new KvLayout(cacheType, List.of(new KvLayout.Layer(KV_HEADS, HEAD_DIM))), blocks);
        int[] taken = new int[blocks];
        Arrays.setAll(taken, i -> cache.take());
        spans = List.of(new Span(0, tokens, depth, taken));
        positions = new int[tokens];
        Arrays.setAll(positions, i -> depth + i);
        float[] inverse = new float[HEAD_DIM / 2];
        for (int i = 0; i < inverse.length; i++) {
            inverse[i] = (float) Math.pow(1e4, -2.0 * i / HEAD_DIM);
        }
        frequencies = new RotaryFrequencies(RotaryStyle.HALF_SPLIT, inverse, 1);
        stream = backend.allocate(tokens, HIDDEN);
        out = backend.allocate(tokens, HIDDEN);
        gate = backend.allocate(tokens, FFN);
        up = backend.allocate(tokens, FFN);
        float[] ones = new float[HIDDEN];
        Arrays.fill(ones, 1);
        norm = backend.weight("norm", ones);
    }

    @Benchmark
    public Activation attend() {
        Heads queries = new Heads(stream, 0, HEADS, HEAD_DIM, HEAD_DIM);
        AttentionMask mask = new AttentionMask(0.125f, Integer.MAX_VALUE, 0);
        List<RowRange> prompts = tokens < LONG_PROMPT ? List.of() : List.of(new RowRange(0, tokens));
        backend.attend(queries, cache, 0, mask, new AttentionRows(spans, prompts), out);
        return out;
    }

    @Benchmark
    public Activation store() {
        Heads cells = new Heads(stream, 0, KV_HEADS, HEAD_DIM, HEAD_DIM);
        backend.store(cells, cells, cache, 0, spans);
        return stream;
    }

    @Benchmark
    public Activation rotate() {
        backend.rotate(new Heads(stream, 0, HEADS, HEAD_DIM, HEAD_DIM), frequencies, positions);
        return stream;
    }

    @Benchmark
    public Activation rmsNorm() {
        backend.rmsNorm(stream, norm, 1e-5f, out);
        return out;
    }

    @Benchmark
    public Activation gate() {
        backend.gate(ActivationFunction.SILU, gate, up, gate);
        return gate;
    }

    @TearDown(Level.Trial)
    public void close() {
        cache.close();
        backend.close();
    }
}
