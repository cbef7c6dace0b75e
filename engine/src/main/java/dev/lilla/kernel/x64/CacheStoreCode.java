package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R11;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;

import dev.lilla.kernel.x64.AttentionShape.CacheFormat;

/// Writes keys and values of eight tokens of one head into a cache block, as f32 or f16. The tokens are neighbors
/// in the block, the first at a multiple of eight.
///
/// Keys are transposed eight by eight in registers, since a row of the block holds one element of all tokens:
///
/// ```
///  token 0: a0 a1 a2 ... a7          element 0: a0 b0 c0 ... h0   -> 16 or 32 bytes of row 0
///  token 1: b0 b1 b2 ... b7   ==>    element 1: a1 b1 c1 ... h1   -> of row 1
///  ...
/// ```
///
/// Pairs of rows are interleaved by element, pairs of pairs by two elements, and the halves of 128 bits exchanged
/// last: 24 shuffles for 64 elements. Vectors of 256 bits at every level of instructions: this is a hundredth of
/// attention's work.
public final class CacheStoreCode {
    /// Tokens that are written together.
    public static final int TOKENS = 8;

    /// In the argument block: address of the first token's key, bytes to the next.
    public static final int KEYS = 0;

    public static final int KEY_STRIDE = 8;

    /// The same of the values.
    public static final int VALUES = 16;

    public static final int VALUE_STRIDE = 24;

    /// Address where the first token's first element goes, in the keys of the block and in its values.
    public static final int KEY_TARGET = 32;

    public static final int VALUE_TARGET = 40;

    public static final int BYTES = 64;

    private final Assembler asm = new Assembler();
    private final AttentionShape shape;
    private final int elementBytes;
    private final int rest;

    private CacheStoreCode(AttentionShape shape) {
        this.shape = shape;
        this.elementBytes = shape.format().elementBytes();
        this.rest = shape.headDim() % TOKENS;
    }

    /// @throws IllegalArgumentException for a quantized cache
    public static byte[] generate(AttentionShape shape) {
        if (shape.format() == CacheFormat.Q8_0) {
            throw new IllegalArgumentException("no code to quantize keys and values");
        }
        CacheStoreCode code = new CacheStoreCode(shape);
        code.keys();
        code.values();
        code.asm.vzeroupper();
        code.asm.ret();
        return code.asm.finish();
    }

    private static Vec ymm(int number) {
        return Vec.ymm(number);
    }

    private void keys() {
        asm.endbr64();
        rows(KEYS, KEY_STRIDE);
        asm.mov(R11, Mem.at(RDI, KEY_TARGET));
        int blocks = shape.headDim() / TOKENS;
        if (blocks > 0) {
            Label loop = new Label();
            asm.mov(R10, blocks);
            asm.bind(loop);
            transpose(TOKENS);
            asm.add(R8, TOKENS * Float.BYTES);
            asm.add(R9, TOKENS * Float.BYTES);
            asm.add(R11, TOKENS * AttentionShape.TOKENS * elementBytes);
            asm.sub(R10, 1);
            asm.jump(Condition.NOT_EQUAL, loop);
        }
        if (rest > 0) {
            transpose(rest);
        }
    }

    /// R8 = the first row, R9 = the fifth, RAX = bytes from one to the next, RCX = three times as many.
    private void rows(int first, int stride) {
        asm.mov(R8, Mem.at(RDI, first));
        asm.mov(RAX, Mem.at(RDI, stride));
        asm.lea(RCX, Mem.at(RAX, RAX, 2, 0));
        asm.lea(R9, Mem.at(R8, RAX, 4, 0));
    }

    private Mem row(int token) {
        Gpr base = token < 4 ? R8 : R9;
        return switch (token % 4) {
            case 0 -> Mem.at(base);
            case 1 -> Mem.at(base, RAX, 1, 0);
            case 2 -> Mem.at(base, RAX, 2, 0);
            default -> Mem.at(base, RCX, 1, 0);
        };
    }

    /// Eight tokens, `elements` elements of each.
    private void transpose(int elements) {
        if (elements < TOKENS) {
            loadSigns();
        }
        for (int token = 0; token < TOKENS; token++) {
            load(ymm(token), row(token), elements);
        }
        for (int i = 0; i < TOKENS; i += 2) {
            asm.vunpcklps(ymm(8 + i), ymm(i), ymm(i + 1));
            asm.vunpckhps(ymm(9 + i), ymm(i), ymm(i + 1));
        }
        for (int i = 0; i < TOKENS; i += 4) {
            for (int half = 0; half < 2; half++) {
                asm.vshufps(ymm(i + 2 * half), ymm(8 + i + half), ymm(10 + i + half), 0x44);
                asm.vshufps(ymm(i + 2 * half + 1), ymm(8 + i + half), ymm(10 + i + half), 0xEE);
            }
        }
        for (int i = 0; i < elements; i++) {
            asm.vperm2f128(ymm(8 + i), ymm(i % 4), ymm(i % 4 + 4), i < 4 ? 0x20 : 0x31);
            store(Mem.at(R11, i * AttentionShape.TOKENS * elementBytes), ymm(8 + i));
        }
    }

    /// The signs of register 15 say which elements of the last vector of a row there are.
    private void loadSigns() {
        int[] lanes = new int[TOKENS];
        for (int i = 0; i < rest; i++) {
            lanes[i] = -1;
        }
        asm.vmovups(ymm(15), asm.constants(lanes));
    }

    private void load(Vec target, Mem place, int elements) {
        if (elements == TOKENS) {
            asm.vmovups(target, place);
        } else {
            asm.vmaskmovps(target, ymm(15), place);
        }
    }

    private void store(Mem target, Vec source) {
        if (shape.format() == CacheFormat.F16) {
            asm.vcvtps2ph(target, source);
        } else {
            asm.vmovups(target, source);
        }
    }

    /// Row by row; what fills a row is written as zero again.
    private void values() {
        if (rest > 0) {
            loadSigns();
        }
        Label loop = new Label();
        asm.mov(R8, Mem.at(RDI, VALUES));
        asm.mov(RAX, Mem.at(RDI, VALUE_STRIDE));
        asm.mov(R11, Mem.at(RDI, VALUE_TARGET));
        asm.mov(R10, TOKENS);
        asm.bind(loop);
        for (int i = 0; i < shape.headDim(); i += TOKENS) {
            load(ymm(0), Mem.at(R8, i * Float.BYTES), Math.min(TOKENS, shape.headDim() - i));
            store(Mem.at(R11, i * elementBytes), ymm(0));
        }
        asm.add(R8, RAX);
        asm.add(R11, shape.stride() * elementBytes);
        asm.sub(R10, 1);
        asm.jump(Condition.NOT_EQUAL, loop);
    }
}
