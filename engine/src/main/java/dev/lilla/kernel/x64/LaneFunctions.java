package dev.lilla.kernel.x64;

/// Elementary functions of the f32 lanes of a register, with the same bits at both vector widths. Each replaces its
/// argument by its result and uses the spare registers it is given, no others but the mask of comparisons.
///
/// The coefficients of `exp` and `erf` are Chebyshev interpolations rounded to f32; the tests hold the errors stated
/// here.
final class LaneFunctions {
    /// `e^x` is 0 in f32 from below -104 on, and infinite from 88.8 on.
    private static final float EXP_MIN = -110;

    private static final float EXP_MAX = 90;
    private static final float LOG2_E = 1.442695f;

    /// `ln 2` in two parts; the first has 9 bits, so that its multiples are exact.
    private static final float LN_2_HIGH = 355f / 512;

    private static final float LN_2_LOW = -0.00021219444f;

    /// 1.5 * 2^23: added to a number below 2^22 it leaves the nearest integer in the low bits.
    private static final float ROUNDER = 0x1.8p23f;

    /// `(e^r - 1 - r - r²/2) / r³` within ±ln(2)/2, the highest power first, then the series' own 1/2, 1 and 1.
    private static final float[] EXP = {0.0013948581f, 0.008375129f, 0.041666217f, 0.16666415f, 0.5f, 1, 1};

    /// Below it the series of tanh to the 11th power is exact to 1e-8.
    private static final float TANH_SERIES_END = 0.3f;

    private static final float[] TANH = {-1382f / 155925, 62f / 2835, -17f / 315, 2f / 15, -1f / 3};

    /// `erf(x) / x - 1` in powers of x² up to 1.
    private static final float[] ERF_NEAR = {
        7.8824974e-5f, -0.0008018855f, 0.005189312f, -0.026854329f, 0.11283597f, -0.37612626f, 0.12837917f
    };

    /// `(1 - erf(x)) e^(x²)` in powers of `1 / (1 + x/2)` from 1 to [#ERF_END].
    private static final float[] ERF_FAR = {
        -0.053540617f, -0.057338737f, 0.40383837f, 0.10126825f, 0.33084068f, 0.27361816f, 0.00060640875f
    };

    /// From here on erf is less than 2e-8 from 1.
    private static final float ERF_END = 4;

    private final Assembler asm;
    private final LaneCode lanes;

    LaneFunctions(Assembler asm, LaneCode lanes) {
        this.asm = asm;
        this.lanes = lanes;
    }

    /// `x = e^x` within 1.5 units in the last place, also where the result is subnormal; 0 for minus infinity, infinity
    /// from 88.8 on, NaN for NaN.
    void exp(Vec x, Vec first, Vec second) {
        // A maximum or minimum gives its last operand where one is not a number: so x stays.
        lanes.broadcast(first, EXP_MIN);
        asm.vmaxps(x, first, x);
        lanes.broadcast(second, EXP_MAX);
        asm.vminps(x, second, x);
        lanes.broadcast(first, LOG2_E);
        asm.vfmadd213ps(first, x, lanes.constant(ROUNDER));
        asm.vsubps(second, first, lanes.constant(ROUNDER));
        asm.vfnmadd231ps(x, second, lanes.constant(LN_2_HIGH));
        asm.vfnmadd231ps(x, second, lanes.constant(LN_2_LOW));
        if (lanes.isa().hasMasks()) {
            asm.vsubps(first, first, lanes.constant(ROUNDER));
            polynomial(second, x, EXP);
            asm.vscalefps(x, second, first);
            return;
        }
        polynomial(second, x, EXP);
        // 2^n in two factors, since n goes from -159 to 130 and a factor only from -126 to 127.
        asm.vpsubd(first, first, lanes.bits(Float.floatToRawIntBits(ROUNDER)));
        asm.vpsrad(x, first, 1);
        asm.vpsubd(first, first, x);
        powerOfTwo(x);
        powerOfTwo(first);
        asm.vmulps(second, second, x);
        asm.vmulps(x, second, first);
    }

    /// `exponents = 2^exponents`.
    private void powerOfTwo(Vec exponents) {
        asm.vpaddd(exponents, exponents, lanes.bits(127));
        asm.vpslld(exponents, exponents, 23);
    }

    /// `target = sum coefficients[i] * x^(n - 1 - i)`.
    private void polynomial(Vec target, Vec x, float[] coefficients) {
        lanes.broadcast(target, coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) {
            asm.vfmadd213ps(target, x, lanes.constant(coefficients[i]));
        }
    }

    /// `target = target * sigmoid(x) = target / (1 + e^-x)`, within 3 units in the last place for `target = x`; `x` is
    /// used up.
    void timesSigmoid(Vec target, Vec x, Vec first, Vec second) {
        lanes.negate(x);
        exp(x, first, second);
        asm.vaddps(x, x, lanes.constant(1f));
        asm.vdivps(target, target, x);
    }

    /// `x = tanh(x)` within 4e-7 of its value.
    ///
    /// @param spare three
    void tanh(Vec x, Vec... spare) {
        Vec near = spare[2];
        asm.vmulps(spare[0], x, x);
        polynomial(near, spare[0], TANH);
        asm.vmulps(near, near, spare[0]);
        asm.vfmadd213ps(near, x, x);
        // 1 - 2 / (e^2x + 1)
        asm.vaddps(x, x, x);
        exp(x, spare[0], spare[1]);
        asm.vaddps(x, x, lanes.constant(1f));
        lanes.broadcast(spare[0], 2);
        asm.vdivps(spare[0], spare[0], x);
        lanes.broadcast(x, 1);
        asm.vsubps(x, x, spare[0]);
        // Both are right at the border, so which of them decides does not matter; far out the series overflows.
        lanes.absolute(spare[0], x);
        lanes.whereLess(x, spare[0], lanes.constant((float) Math.tanh(TANH_SERIES_END)), near, spare[0]);
    }

    /// `x = erf(x)` within 1e-7 of its value: `x + x q(x²)` up to 1, from there `1 - e^(-x²) p(1 / (1 + x/2))`.
    ///
    /// @param spare five
    void erf(Vec x, Vec... spare) {
        Vec near = spare[0];
        Vec size = spare[1];
        Vec far = spare[2];
        asm.vmulps(size, x, x);
        polynomial(near, size, ERF_NEAR);
        asm.vfmadd213ps(near, x, x);
        lanes.absolute(size, x);
        lanes.broadcast(far, ERF_END);
        asm.vminps(size, far, size);
        lanes.broadcast(far, 0.5f);
        asm.vfmadd213ps(far, size, lanes.constant(1f));
        lanes.broadcast(spare[3], 1);
        asm.vdivps(spare[3], spare[3], far);
        polynomial(far, spare[3], ERF_FAR);
        asm.vmulps(size, size, size);
        lanes.negate(size);
        exp(size, spare[3], spare[4]);
        // 1 - size * far with the sign of x
        asm.vfnmadd213ps(far, size, lanes.constant(1f));
        asm.vpand(spare[3], x, lanes.bits(Integer.MIN_VALUE));
        asm.vpor(far, far, spare[3]);
        lanes.absolute(size, x);
        asm.vmovups(x, far);
        lanes.whereLess(x, size, lanes.constant(1f), near, size);
    }
}
