package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R11;
import static dev.lilla.kernel.x64.Gpr.R12;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RSI;
import static dev.lilla.kernel.x64.Vec.xmm;
import static dev.lilla.kernel.x64.Vec.zmm;

/// Generates the transposition that packing is made of: 16 neighboring bytes of 16 rows become four vectors, each
/// with one word of every row. For AVX-512.
///
/// Row `4 k + i` is loaded into quarter `k` of register `i`; then the four registers are transposed like 4 x 4
/// words, in all quarters at once. 16 loads and 8 shuffles take 24 cycles on Zen 4, where four gathers take 160.
///
/// | registers | hold |
/// | --- | --- |
/// | r8-r11 | rows 0, 4, 8 and 12 |
/// | rsi, rax | bytes from one row to the next, and three times as many |
/// | r12 | fifteen times as many, from the end of a row to the same row of the next panel |
///
/// @param spare the first of [#SPARE] registers that are free
record RowQuads(Assembler asm, int spare) {
    static final int WORDS = 4;
    static final int BYTES = WORDS * Float.BYTES;

    /// Registers for what is between.
    static final int SPARE = 6;

    private static final Gpr[] POINTERS = {R8, R9, R10, R11};

    /// Sets the registers.
    void prepare() {
        asm.mov(R8, PackingArgument.SOURCE.at());
        asm.mov(RSI, PackingArgument.ROW_BYTES.at());
        asm.lea(RAX, Mem.at(RSI, RSI, 2, 0));
        asm.lea(R12, Mem.at(RAX, RAX, WORDS, 0));
        for (int i = 1; i < POINTERS.length; i++) {
            asm.lea(POINTERS[i], Mem.at(POINTERS[i - 1], RSI, WORDS, 0));
        }
    }

    /// Moves on in all rows.
    void advance(int bytes) {
        for (Gpr pointer : POINTERS) {
            asm.add(pointer, bytes);
        }
    }

    /// Moves from the end of 16 rows to the next 16.
    void nextRows() {
        for (Gpr pointer : POINTERS) {
            asm.add(pointer, R12);
        }
    }

    /// Word `i` of the 16 bytes at `at` of every row, in register `first + i`.
    void load(int at, int first) {
        loadRows(at);
        halves();
        asm.vpunpcklqdq(zmm(first), between(4), between(0));
        asm.vpunpckhqdq(zmm(first + 1), between(4), between(0));
        asm.vpunpcklqdq(zmm(first + 2), between(5), between(1));
        asm.vpunpckhqdq(zmm(first + 3), between(5), between(1));
    }

    private Vec between(int i) {
        return zmm(spare + i);
    }

    private void loadRows(int at) {
        for (int i = 0; i < WORDS; i++) {
            asm.vmovups(xmm(spare + i), row(0, i, at));
            for (int quarter = 1; quarter < POINTERS.length; quarter++) {
                asm.vinsertf128(between(i), between(i), row(quarter, i, at), quarter);
            }
        }
    }

    private static Mem row(int quarter, int i, int at) {
        return switch (i) {
            case 0 -> Mem.at(POINTERS[quarter], at);
            case 3 -> Mem.at(POINTERS[quarter], RAX, 1, at);
            default -> Mem.at(POINTERS[quarter], RSI, i, at);
        };
    }

    /// Words 0 and 1 of rows in turns, then 2 and 3, of the first and the last two rows of each quarter.
    private void halves() {
        asm.vpunpckldq(between(4), between(0), between(1));
        asm.vpunpckhdq(between(5), between(0), between(1));
        asm.vpunpckldq(between(0), between(2), between(3));
        asm.vpunpckhdq(between(1), between(2), between(3));
    }
}
