package dev.lilla.kernel.x64;

/// Kernels of rotary position embeddings (Su et al., arXiv 2104.09864): `a' = a cos - b sin`, `b' = a sin + b cos`.
final class RotaryCode {
    private RotaryCode() {}

    static void halves(RowCode code) {
        Assembler asm = code.asm();
        Vec a = code.vector(0);
        Vec b = code.vector(1);
        Vec cosine = code.vector(2);
        Vec sine = code.vector(3);
        Vec turned = code.vector(4);
        code.emit(
                () -> {},
                () -> code.eachVector(1, (part, step) -> {
                    code.lanes().load(a, code.at(RowCode.X, step), part);
                    code.lanes().load(b, code.at(RowCode.OUT, step), part);
                    code.lanes().load(cosine, code.at(RowCode.Y, step), part);
                    code.lanes().load(sine, code.at(RowCode.Z, step), part);
                    asm.vmulps(turned, a, cosine);
                    asm.vfnmadd231ps(turned, b, sine);
                    asm.vmulps(b, b, cosine);
                    asm.vfmadd231ps(b, a, sine);
                    code.lanes().store(code.at(RowCode.X, step), turned, part);
                    code.lanes().store(code.at(RowCode.OUT, step), b, part);
                }));
    }

    /// `[a b] * [cos cos] + [b a] * [-sin sin]`.
    static void pairs(RowCode code) {
        Assembler asm = code.asm();
        Vec x = code.vector(0);
        Vec swapped = code.vector(1);
        Vec cosine = code.vector(2);
        Vec sine = code.vector(3);
        code.emit(
                () -> {},
                () -> code.eachVector(1, (part, step) -> {
                    code.lanes().load(x, code.at(RowCode.X, step), part);
                    code.lanes().load(cosine, code.at(RowCode.Y, step), part);
                    code.lanes().load(sine, code.at(RowCode.Z, step), part);
                    asm.vpshufd(swapped, x, 0b10_11_00_01);
                    asm.vmulps(x, x, cosine);
                    asm.vfmadd231ps(x, swapped, sine);
                    code.lanes().store(code.at(RowCode.X, step), x, part);
                }));
    }
}
