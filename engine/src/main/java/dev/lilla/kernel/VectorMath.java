package dev.lilla.kernel;

import static dev.lilla.kernel.VectorWidth.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Elementary functions of vectors. The coefficients of `exp` and `erf` are Chebyshev interpolations rounded to f32;
/// the tests hold the errors stated here.
final class VectorMath {
    /// `e^x` is 0 in f32 from below -104 on, and infinite from 88.8 on.
    private static final float EXP_MIN = -110;

    private static final float EXP_MAX = 90;
    private static final float LOG2_E = 1.442695f;

    /// `ln 2` in two parts; the first has 9 bits, so that its multiples are exact.
    private static final float LN_2_HIGH = 355f / 512;

    private static final float LN_2_LOW = -0.00021219444f;

    /// 1.5 * 2^23: added to a number below 2^22 it leaves the nearest integer in the low bits.
    private static final float ROUNDER = 0x1.8p23f;

    /// Below it the series of tanh to the 11th power is exact to 1e-8.
    private static final float TANH_SERIES = 0.3f;

    private VectorMath() {}

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }

    /// `e^x` within 2 units in the last place, also where the result is subnormal; NaN for NaN.
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(EXP_MIN).min(EXP_MAX);
        FloatVector shifted = bounded.fma(broadcast(LOG2_E), broadcast(ROUNDER));
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(broadcast(-LN_2_HIGH), bounded);
        r = n.fma(broadcast(-LN_2_LOW), r);
        FloatVector p = broadcast(0.0013948581f);
        p = p.fma(r, broadcast(0.008375129f));
        p = p.fma(r, broadcast(0.041666217f));
        p = p.fma(r, broadcast(0.16666415f));
        p = p.fma(r, broadcast(0.5f));
        p = p.fma(r, broadcast(1f));
        p = p.fma(r, broadcast(1f));
        // 2^n in two factors, since n goes from -159 to 130 and a factor only from -126 to 127.
        IntVector exponent = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUNDER));
        IntVector low = exponent.lanewise(VectorOperators.ASHR, 1);
        return p.mul(power(low)).mul(power(exponent.sub(low)));
    }

    private static FloatVector power(IntVector exponent) {
        return exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    /// `tanh(x)` within 4e-7 of its value.
    static FloatVector tanh(FloatVector x) {
        FloatVector s = x.mul(x);
        FloatVector p = broadcast(-1382f / 155925);
        p = p.fma(s, broadcast(62f / 2835));
        p = p.fma(s, broadcast(-17f / 315));
        p = p.fma(s, broadcast(2f / 15));
        p = p.fma(s, broadcast(-1f / 3));
        FloatVector small = p.mul(s).fma(x, x);
        FloatVector e = exp(x.add(x));
        FloatVector large = broadcast(1).sub(broadcast(2).div(e.add(1)));
        VectorMask<Float> isSmall = x.abs().compare(VectorOperators.LT, TANH_SERIES);
        return large.blend(small, isSmall);
    }

    /// `erf(x)` within 1e-7 of its value: `x + x q(x²)` up to 1, from there `1 - e^(-x²) p(1 / (1 + x/2))`, and 1 from
    /// 4 on, where it is less than 2e-8 from 1.
    static FloatVector erf(FloatVector x) {
        FloatVector s = x.mul(x);
        FloatVector q = broadcast(7.8824974e-5f);
        q = q.fma(s, broadcast(-0.0008018855f));
        q = q.fma(s, broadcast(0.005189312f));
        q = q.fma(s, broadcast(-0.026854329f));
        q = q.fma(s, broadcast(0.11283597f));
        q = q.fma(s, broadcast(-0.37612626f));
        q = q.fma(s, broadcast(0.12837917f));
        FloatVector small = q.fma(x, x);
        FloatVector size = x.abs().min(4);
        FloatVector t = broadcast(1).div(size.mul(0.5f).add(1));
        FloatVector p = broadcast(-0.053540617f);
        p = p.fma(t, broadcast(-0.057338737f));
        p = p.fma(t, broadcast(0.40383837f));
        p = p.fma(t, broadcast(0.10126825f));
        p = p.fma(t, broadcast(0.33084068f));
        p = p.fma(t, broadcast(0.27361816f));
        p = p.fma(t, broadcast(0.00060640875f));
        FloatVector large = broadcast(1).sub(exp(size.mul(size).neg()).mul(p));
        FloatVector signed = large.blend(large.neg(), x.compare(VectorOperators.LT, 0));
        return signed.blend(small, x.abs().compare(VectorOperators.LT, 1));
    }

    /// The functions as [ActivationFunction] defines them; `x * sigmoid(2u)` is `0.5 x (1 + tanh(u))`.
    static FloatVector activate(ActivationFunction function, FloatVector x) {
        return switch (function) {
            case SILU -> x.div(exp(x.neg()).add(1));
            case GELU_TANH -> {
                FloatVector cube =
                        x.mul(x).fma(broadcast(0.044715f), broadcast(1)).mul(x);
                yield x.div(exp(cube.mul(-1.5957692f)).add(1));
            }
            case GELU_ERF -> x.mul(0.5f).mul(erf(x.mul(0.70710677f)).add(1));
        };
    }
}
