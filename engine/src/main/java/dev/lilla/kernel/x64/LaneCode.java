package dev.lilla.kernel.x64;

import java.util.Arrays;

/// What kernels write alike for both vector widths: loads and stores of a row's whole vectors and of its partial last
/// one, the loop over them, constants, choices lane by lane, and sums over lanes.
///
/// With AVX-512 the lanes of a tail are a mask and constants are broadcast inside an instruction; with AVX2 the lanes
/// are the signs of a vector and constants lie in memory eight times. A lane's result depends on its own inputs alone.
final class LaneCode {
    /// Lanes of the tail, with masks.
    static final Mask TAIL = Mask.K1;

    /// Lanes that a comparison found, with masks.
    private static final Mask FOUND = Mask.K2;

    /// The register that holds the lanes of the tail, without masks.
    static final int TAIL_VECTOR = 15;

    private final Assembler asm;
    private final Isa isa;

    /// Which lanes an access is for.
    enum Part {
        WHOLE,
        /// Those [#tail] prepared.
        TAIL
    }

    /// What is done with one vector of a row, at the row's address plus the loop's offset and `step` vectors.
    @FunctionalInterface
    interface Body {
        /// @param step which of the vectors that one round of the loop takes, from 0 on
        void emit(Part part, int step);
    }

    LaneCode(Assembler asm, Isa isa) {
        this.asm = asm;
        this.isa = isa;
    }

    Isa isa() {
        return isa;
    }

    int lanes() {
        return isa.lanes();
    }

    /// Bytes of a vector.
    int bytes() {
        return isa.vectorBits() / 8;
    }

    Vec vector(int number) {
        return isa.vector(number);
    }

    /// Prepares the lanes of the last, partial vector of a row, in [#TAIL] or register [#TAIL_VECTOR]: none if the row
    /// ends with a whole one.
    ///
    /// @param count f32 of the row; becomes their number in the tail, with the flags of that
    void tail(Gpr count, Gpr spare) {
        if (isa.hasMasks()) {
            asm.and(count, lanes() - 1);
            asm.mov(spare, 1);
            asm.shlx(spare, spare, count);
            asm.sub(spare, 1);
            asm.kmovw(TAIL, spare);
        } else {
            // Eight set lanes, then eight clear ones, read from 8 - count on.
            int[] edge = new int[16];
            Arrays.fill(edge, 0, 8, -1);
            asm.and(count, lanes() - 1);
            asm.neg(count);
            asm.lea(spare, asm.constants(edge));
            asm.vmovups(vector(TAIL_VECTOR), Mem.at(spare, count, 4, 32));
            asm.neg(count);
        }
        asm.test(count, count);
    }

    /// Loads a vector; with [Part#TAIL] other lanes are zero and their memory is not touched.
    void load(Vec target, Mem source, Part part) {
        if (part == Part.WHOLE) {
            asm.vmovups(target, source);
        } else if (isa.hasMasks()) {
            asm.vmovups(target.zeroed(TAIL), source);
        } else {
            asm.vmaskmovps(target, vector(TAIL_VECTOR), source);
        }
    }

    /// Stores a vector; with [Part#TAIL] memory of other lanes is not touched.
    void store(Mem target, Vec source, Part part) {
        if (part == Part.WHOLE) {
            asm.vmovups(target, source);
        } else if (isa.hasMasks()) {
            asm.vmovups(target.masked(TAIL), source);
        } else {
            asm.vmaskmovps(target, vector(TAIL_VECTOR), source);
        }
    }

    /// Makes the lanes zero that are not in the tail.
    void clearBehindTail(Vec target) {
        if (isa.hasMasks()) {
            asm.vmovups(target.zeroed(TAIL), target);
        } else {
            asm.vpand(target, target, vector(TAIL_VECTOR));
        }
    }

    /// Goes along a row: rounds of `steps` whole vectors, then single ones as step 0, then the tail as step 0.
    ///
    /// @param offset bytes from the row's start, counted up here
    /// @param count f32 of the row, at least 0, for which [#tail] was prepared; used up
    void eachVector(Gpr offset, Gpr count, int steps, Body body) {
        Label done = new Label();
        asm.mov(offset, 0);
        if (steps > 1) {
            rounds(offset, count, steps, body);
        }
        rounds(offset, count, 1, body);
        asm.test(count, count);
        asm.jump(Condition.EQUAL, done);
        body.emit(Part.TAIL, 0);
        asm.bind(done);
    }

    private void rounds(Gpr offset, Gpr count, int steps, Body body) {
        Label loop = new Label();
        Label done = new Label();
        asm.sub(count, steps * lanes());
        asm.jump(Condition.LESS, done);
        asm.bind(loop);
        for (int step = 0; step < steps; step++) {
            body.emit(Part.WHOLE, step);
        }
        asm.add(offset, steps * bytes());
        asm.sub(count, steps * lanes());
        asm.jump(Condition.GREATER_OR_EQUAL, loop);
        asm.bind(done);
        asm.add(count, steps * lanes());
    }

    /// One f32 in all lanes, as the last operand of an instruction.
    Operand constant(float value) {
        return bits(Float.floatToRawIntBits(value));
    }

    /// The same of 32 bits.
    Operand bits(int bits) {
        if (isa.hasMasks()) {
            return asm.constant(bits).broadcast();
        }
        int[] all = new int[lanes()];
        Arrays.fill(all, bits);
        return asm.constants(all);
    }

    /// `target = value` in all lanes.
    void broadcast(Vec target, float value) {
        asm.vbroadcastss(target, asm.constant(value));
    }

    /// `target = -target`.
    void negate(Vec target) {
        asm.vpxor(target, target, bits(Integer.MIN_VALUE));
    }

    /// `target = |source|`.
    void absolute(Vec target, Vec source) {
        asm.vpand(target, source, bits(Integer.MAX_VALUE));
    }

    /// `target = left < right ? chosen : target`; a lane that is not a number is not less.
    ///
    /// @param spare used without masks; may be `left`
    void whereLess(Vec target, Vec left, Operand right, Vec chosen, Vec spare) {
        if (isa.hasMasks()) {
            asm.vcmpps(FOUND, left, right, 1);
            asm.vmovups(target.masked(FOUND), chosen);
        } else {
            asm.vcmpps(spare, left, right, 1);
            asm.vblendvps(target, target, chosen, spare);
        }
    }

    /// The sum of all lanes in the lowest four of `x`, added in halves: lane `i` to lane `i + n/2`, and so on.
    void sum(Vec x, Vec spare) {
        fold(x, spare, asm::vaddps);
    }

    /// The largest of all lanes in the lowest four of `x`. Undefined if a lane is not a number.
    void max(Vec x, Vec spare) {
        fold(x, spare, asm::vmaxps);
    }

    private interface Combine {
        void emit(Vec target, Vec left, Operand right);
    }

    private void fold(Vec x, Vec spare, Combine combine) {
        if (isa.vectorBits() == 512) {
            asm.vextractf64x4(spare.ymm(), x, 1);
            combine.emit(x.ymm(), x.ymm(), spare.ymm());
        }
        asm.vextractf128(spare.xmm(), x.ymm(), 1);
        combine.emit(x.xmm(), x.xmm(), spare.xmm());
        asm.vpshufd(spare.xmm(), x.xmm(), 0b01_00_11_10);
        combine.emit(x.xmm(), x.xmm(), spare.xmm());
        asm.vpshufd(spare.xmm(), x.xmm(), 0b10_11_00_01);
        combine.emit(x.xmm(), x.xmm(), spare.xmm());
    }
}
