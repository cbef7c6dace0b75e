package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;
import static dev.lilla.kernel.x64.Gpr.RDX;
import static dev.lilla.kernel.x64.Gpr.RSI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// The errors that [LaneFunctions] states, on random arguments and the corners, at both vector widths.
class LaneFunctionsTest {
    @Nested
    class WithMasks extends Contract {
        WithMasks() {
            super(Isa.AVX512);
        }
    }

    @Nested
    class WithoutMasks extends Contract {
        WithoutMasks() {
            super(Isa.AVX2);
        }
    }

    @Test
    void giveTheSameBitsAtBothWidths() {
        for (Function function : Function.values()) {
            float[] xs = arguments(3000, 110);
            int[] wide = bits(new Mapping(Isa.AVX512, function).apply(xs));
            assertThat(bits(new Mapping(Isa.AVX2, function).apply(xs)))
                    .as(function.name())
                    .isEqualTo(wide);
        }
    }

    private enum Function {
        EXP,
        TANH,
        ERF,
        SILU
    }

    /// A function as a kernel with the arguments `{i64 count, x, y}`.
    private static final class Mapping {
        private final Kernel kernel;

        Mapping(Isa isa, Function function) {
            assumeTrue(CpuFeature.ofThisMachine()
                    .filter(f -> isa.missing(f).isEmpty())
                    .isPresent());
            Assembler asm = new Assembler();
            LaneCode lanes = new LaneCode(asm, isa);
            asm.endbr64();
            asm.mov(RSI, Mem.at(RDI, 8));
            asm.mov(RDX, Mem.at(RDI, 16));
            asm.mov(RCX, Mem.at(RDI));
            lanes.tail(RCX, RAX);
            asm.mov(RCX, Mem.at(RDI));
            lanes.eachVector(RAX, RCX, 1, (part, _) -> {
                lanes.load(lanes.vector(0), Mem.at(RSI, RAX, 1, 0), part);
                emit(function, new LaneFunctions(asm, lanes), lanes, asm);
                lanes.store(Mem.at(RDX, RAX, 1, 0), lanes.vector(0), part);
            });
            asm.vzeroupper();
            asm.ret();
            kernel = CodeMemory.publish(function.name(), asm.finish()).orElseThrow();
        }

        private static void emit(Function function, LaneFunctions functions, LaneCode lanes, Assembler asm) {
            Vec[] spare = {lanes.vector(1), lanes.vector(2), lanes.vector(3), lanes.vector(4), lanes.vector(5)};
            switch (function) {
                case EXP -> functions.exp(lanes.vector(0), spare[0], spare[1]);
                case TANH -> functions.tanh(lanes.vector(0), spare[0], spare[1], spare[2]);
                case ERF -> functions.erf(lanes.vector(0), spare);
                case SILU -> {
                    asm.vmovups(spare[0], lanes.vector(0));
                    functions.timesSigmoid(lanes.vector(0), spare[0], spare[1], spare[2]);
                }
            }
        }

        float[] apply(float... xs) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment x = arena.allocateFrom(ValueLayout.JAVA_FLOAT, xs);
                MemorySegment y = arena.allocate(4L * xs.length, 4);
                kernel.call(arena.allocateFrom(ValueLayout.JAVA_LONG, xs.length, x.address(), y.address())
                        .address());
                return y.toArray(ValueLayout.JAVA_FLOAT);
            }
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    /// Up to `range`, a third of them close to zero.
    private static float[] arguments(int count, double range) {
        SplittableRandom random = new SplittableRandom(3);
        float[] xs = new float[count];
        for (int i = 0; i < count; i++) {
            double reach = i % 3 == 0 ? Math.pow(10, -random.nextDouble(10)) : range;
            xs[i] = (float) random.nextDouble(-reach, reach);
        }
        return xs;
    }

    abstract static class Contract {
        private final Isa isa;

        Contract(Isa isa) {
            this.isa = isa;
        }

        private float one(Function function, float x) {
            return new Mapping(isa, function).apply(x)[0];
        }

        /// @param units of the result's last place
        private void check(Function function, DoubleUnaryOperator exact, double range, double units) {
            float[] xs = arguments(100_003, range);
            float[] ys = new Mapping(isa, function).apply(xs);
            for (int i = 0; i < xs.length; i++) {
                double expected = exact.applyAsDouble(xs[i]);
                double error = Math.abs(ys[i] - expected) / Math.ulp((float) expected);
                if (!(error <= units)) {
                    throw new AssertionError(function + " of " + xs[i] + ": " + ys[i] + ", expected " + expected + ", "
                            + error + " units in the last place");
                }
            }
        }

        @Test
        void expIsWithinItsError() {
            check(Function.EXP, Math::exp, 88.7, 1.5);
        }

        @Test
        void expKnowsItsLimits() {
            assertThat(one(Function.EXP, Float.NEGATIVE_INFINITY)).isZero();
            assertThat(one(Function.EXP, -1e30f)).isZero();
            assertThat(one(Function.EXP, -103)).isEqualTo((float) Math.exp(-103));
            assertThat(one(Function.EXP, 0)).isOne();
            assertThat(one(Function.EXP, 88.8f)).isEqualTo(Float.POSITIVE_INFINITY);
            assertThat(one(Function.EXP, Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
            assertThat(one(Function.EXP, Float.NaN)).isNaN();
        }

        @Test
        void tanhIsWithinItsError() {
            check(Function.TANH, Math::tanh, 12, 7);
        }

        @Test
        void tanhKnowsItsLimits() {
            assertThat(one(Function.TANH, Float.POSITIVE_INFINITY)).isOne();
            assertThat(one(Function.TANH, -1e30f)).isEqualTo(-1);
            assertThat(one(Function.TANH, 0)).isZero();
            assertThat(one(Function.TANH, Float.NaN)).isNaN();
        }

        @Test
        void erfKnowsItsLimits() {
            assertThat(one(Function.ERF, Float.NEGATIVE_INFINITY)).isEqualTo(-1);
            assertThat(one(Function.ERF, 1e30f)).isOne();
            assertThat(one(Function.ERF, 0)).isZero();
            assertThat(one(Function.ERF, Float.NaN)).isNaN();
        }

        /// Abramowitz and Stegun 7.1.6, as the plain loops have it.
        @Test
        void erfIsWithinItsError() {
            check(Function.ERF, LaneFunctionsTest::erf, 5, 1.7);
        }

        @Test
        void siluIsWithinItsError() {
            check(Function.SILU, x -> x / (1 + Math.exp(-x)), 80, 3);
        }

        @Test
        void aLaneDependsOnItsOwnArgumentAlone() {
            for (Function function : Function.values()) {
                Mapping mapping = new Mapping(isa, function);
                float[] xs = arguments(67, 10);
                xs[5] = Float.NaN;
                xs[40] = Float.POSITIVE_INFINITY;
                float[] together = mapping.apply(xs);
                for (int i = 0; i < xs.length; i++) {
                    assertThat(bits(mapping.apply(xs[i]))).containsExactly(bits(together)[i]);
                }
            }
        }
    }

    private static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > Math.abs(sum) * 0x1p-54; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
