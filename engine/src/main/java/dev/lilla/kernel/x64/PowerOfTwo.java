package dev.lilla.kernel.x64;

/// `2^x` on vectors, for a softmax whose scores are in units of `log2(e)`: no multiplication by `1 / ln 2` and no
/// subtraction of `n ln 2` in two parts as in `e^x`.
///
/// `x = n + r` with a whole `n` and `|r| <= 1/2`; `2^r` is a polynomial of degree 6 (relative error 2e-9, the
/// coefficients by Lawson's iteration, rounded to f32), `2^n` an addition to the exponent. The result is within
/// 0.7 units in the last place; exactly 1 for 0, exactly 0 for minus infinity, NaN for NaN. It serves `x` up to
/// 127; what is below 2^-100 is only small.
final class PowerOfTwo {
    private static final float[] COEFFICIENTS = {
        1, 0.6931472f, 0.24022648f, 0.055503324f, 0.009618437f, 0.0013398874f, 0.00015353362f
    };

    /// With AVX-512 the exponent has no lower end: 2^-200 rounds to 0. With AVX2 the smallest normal number
    /// stands for everything below, and is then subtracted, which changes nothing above 2^-101.
    private static final float LOWEST_AVX512 = -200;

    private static final float LOWEST_AVX2 = -126;
    private static final float SMALLEST_NORMAL = 0x1p-126f;

    private final Assembler asm;
    private final Isa isa;
    private final int first;

    /// @param first register of the constants: 8 with AVX-512, 1 with AVX2
    PowerOfTwo(Assembler asm, Isa isa, int first) {
        this.asm = asm;
        this.isa = isa;
        this.first = first;
    }

    /// Loads the constants.
    void prepare() {
        asm.vbroadcastss(lowest(), asm.constant(isa.hasMasks() ? LOWEST_AVX512 : LOWEST_AVX2));
        for (int i = 0; isa.hasMasks() && i < COEFFICIENTS.length; i++) {
            asm.vbroadcastss(isa.vector(first + 1 + i), asm.constant(COEFFICIENTS[i]));
        }
    }

    private Vec lowest() {
        return isa.vector(first);
    }

    private Operand coefficient(int power) {
        return isa.hasMasks() ? isa.vector(first + 1 + power) : everywhere(asm, isa, COEFFICIENTS[power]);
    }

    /// A constant in all lanes, as an operand in memory.
    static Mem everywhere(Assembler asm, Isa isa, float value) {
        if (isa.hasMasks()) {
            return asm.constant(value).broadcast();
        }
        int bits = Float.floatToRawIntBits(value);
        return asm.constants(bits, bits, bits, bits, bits, bits, bits, bits);
    }

    /// `target = 2^x`; `x` and `spare` are lost.
    void compute(Vec target, Vec x, Vec spare) {
        // The right operand of a maximum is the result where either is NaN.
        asm.vmaxps(x, lowest(), x);
        asm.vroundps(spare, x, 8);
        asm.vsubps(x, x, spare);
        int degree = COEFFICIENTS.length - 1;
        if (isa.hasMasks()) {
            asm.vmovups(target, coefficient(degree));
        } else {
            asm.vbroadcastss(target, asm.constant(COEFFICIENTS[degree]));
        }
        for (int power = degree - 1; power >= 0; power--) {
            asm.vfmadd213ps(target, x, coefficient(power));
        }
        if (isa.hasMasks()) {
            asm.vscalefps(target, target, spare);
        } else {
            asm.vcvtps2dq(spare, spare);
            asm.vpslld(spare, spare, 23);
            asm.vpaddd(target, target, spare);
            asm.vsubps(target, target, everywhere(asm, isa, SMALLEST_NORMAL));
        }
    }
}
