package dev.lilla.kernel.x64;

import static dev.lilla.kernel.x64.AttentionArguments.BOUNDS;
import static dev.lilla.kernel.x64.AttentionArguments.CAP;
import static dev.lilla.kernel.x64.AttentionArguments.RECORDS;
import static dev.lilla.kernel.x64.AttentionArguments.RECORD_BYTES;
import static dev.lilla.kernel.x64.AttentionArguments.RECORD_KEPT;
import static dev.lilla.kernel.x64.AttentionArguments.ROWS;
import static dev.lilla.kernel.x64.AttentionArguments.SCORES;
import static dev.lilla.kernel.x64.AttentionArguments.STATES;
import static dev.lilla.kernel.x64.AttentionShape.SCORE_BYTES;
import static dev.lilla.kernel.x64.AttentionShape.TOKENS;
import static dev.lilla.kernel.x64.Gpr.R10;
import static dev.lilla.kernel.x64.Gpr.R11;
import static dev.lilla.kernel.x64.Gpr.R14;
import static dev.lilla.kernel.x64.Gpr.R15;
import static dev.lilla.kernel.x64.Gpr.R8;
import static dev.lilla.kernel.x64.Gpr.R9;
import static dev.lilla.kernel.x64.Gpr.RAX;
import static dev.lilla.kernel.x64.Gpr.RBP;
import static dev.lilla.kernel.x64.Gpr.RCX;
import static dev.lilla.kernel.x64.Gpr.RDI;

/// The softmax of one block's scores, row by row, relative to the largest score so far: 64 scores become 64
/// weights, and what was summed with a smaller maximum is scaled down by `kept`.
///
/// ```
/// maximum' = max(maximum, scores)      kept = 2^(maximum - maximum')
/// weights  = 2^(scores - maximum')     sum' = sum * kept + weights, lane by lane
/// ```
///
/// The scores carry the factor `log2(e)`. The sums of weights stay in lanes until the very end. Some 90
/// instructions a row, against 512 multiply-adds of the products (64 elements a head, AVX-512); rows are
/// independent, so that the processor overlaps their latencies.
final class SoftmaxCode {
    private final Assembler asm;
    private final AttentionShape shape;
    private final Isa isa;
    private final int vectors;
    private final PowerOfTwo power;

    private final Vec old;
    private final Vec maximum;
    private final Vec sum;
    private final Vec target;
    private final Vec x;
    private final Vec spare;

    /// Of bf16, with AVX-512 alone.
    private final Vec even;

    SoftmaxCode(Assembler asm, AttentionShape shape) {
        this.asm = asm;
        this.shape = shape;
        this.isa = shape.isa();
        this.vectors = TOKENS / shape.lanes();
        this.old = isa.vector(8);
        this.maximum = isa.vector(9);
        this.sum = isa.vector(10);
        this.target = isa.vector(11);
        this.x = isa.vector(12);
        this.spare = isa.vector(13);
        this.even = isa.vector(14);
        this.power = new PowerOfTwo(asm, isa, isa.hasMasks() ? 16 : 14);
    }

    private Vec score(int i) {
        return isa.vector(i);
    }

    private Mem place(int i) {
        return Mem.at(RBP, i * shape.vectorBytes());
    }

    /// All rows; those that see no key of the block stay as they are.
    void rows() {
        Label loop = new Label();
        Label partly = new Label();
        Label scored = new Label();
        Label skip = new Label();
        firstRow();
        asm.mov(R10, Mem.at(RDI, BOUNDS));
        asm.bind(loop);
        new KeyRange(asm).compute(skip);
        load();
        asm.mov(R8, RAX);
        asm.sub(R8, RCX);
        asm.cmp(R8, TOKENS);
        asm.jump(Condition.NOT_EQUAL, partly);
        asm.bind(scored);
        findMaximum();
        weigh(this::store);
        asm.bind(skip);
        nextRow(loop);
        Label done = new Label();
        asm.jmp(done);
        asm.bind(partly);
        bound();
        asm.jmp(scored);
        asm.bind(done);
    }

    /// All rows, each of which sees the whole block. Weights become bf16, in the first half of the row's scores; the
    /// sums take them as they were.
    void pairsOfWholeRows() {
        Label loop = new Label();
        firstRow();
        asm.bind(loop);
        load();
        findMaximum();
        weigh(this::storeInPairs);
        nextRow(loop);
    }

    private void firstRow() {
        asm.mov(R14, Mem.at(RDI, RECORDS));
        asm.mov(R15, Mem.at(RDI, ROWS));
        asm.mov(RBP, Mem.at(RDI, SCORES));
        asm.mov(R11, Mem.at(RDI, STATES));
        power.prepare();
    }

    private void nextRow(Label loop) {
        asm.add(R14, RECORD_BYTES);
        asm.add(RBP, SCORE_BYTES);
        asm.add(R11, shape.stateBytes());
        asm.sub(R15, 1);
        asm.jump(Condition.NOT_EQUAL, loop);
    }

    /// The scores, capped: with `y = 2 log2(e) score / cap`, `cap tanh(score / cap) = cap - 2 cap / (2^y + 1)`.
    private void load() {
        for (int i = 0; i < vectors; i++) {
            asm.vmovups(score(i), place(i));
            if (shape.isCapped()) {
                cap(score(i));
            }
        }
    }

    private void cap(Vec score) {
        // From 60 on, 2^y + 1 has no effect; the right operand is the result where either is NaN.
        asm.vbroadcastss(x, asm.constant(60f));
        asm.vminps(x, x, score);
        power.compute(target, x, spare);
        asm.vaddps(target, target, PowerOfTwo.everywhere(asm, isa, 1));
        asm.vbroadcastss(x, Mem.at(RDI, CAP));
        asm.vaddps(spare, x, x);
        asm.vdivps(target, spare, target);
        asm.vsubps(score, x, target);
    }

    /// Makes the scores of keys before RCX and from RAX on minus infinity: by the minimum with 64 bounds that
    /// begin in the table as many elements before its border as there are such keys. A score that is NaN and seen
    /// becomes infinite, which ends in NaN as well.
    private void bound() {
        asm.mov(R8, TOKENS);
        asm.sub(R8, RCX);
        asm.lea(R8, Mem.at(R10, R8, 4, 0));
        asm.mov(R9, 2 * TOKENS);
        asm.sub(R9, RAX);
        asm.lea(R9, Mem.at(R10, R9, 4, 0));
        for (int i = 0; i < vectors; i++) {
            asm.vminps(score(i), score(i), Mem.at(R8, i * shape.vectorBytes()));
            asm.vminps(score(i), score(i), Mem.at(R9, i * shape.vectorBytes()));
        }
    }

    /// In all lanes of `maximum`. NaN does not count: it makes weights NaN in any case.
    private void findMaximum() {
        asm.vmovups(old, maximumPlace());
        asm.vmaxps(maximum, score(0), old);
        for (int i = 1; i < vectors; i++) {
            asm.vmaxps(maximum, score(i), maximum);
        }
        if (isa.hasMasks()) {
            asm.vshuff32x4(spare, maximum, maximum, 0x4E);
            asm.vmaxps(maximum, maximum, spare);
            asm.vshuff32x4(spare, maximum, maximum, 0xB1);
        } else {
            asm.vperm2f128(spare, maximum, maximum, 1);
        }
        asm.vmaxps(maximum, maximum, spare);
        asm.vshufps(spare, maximum, maximum, 0x4E);
        asm.vmaxps(maximum, maximum, spare);
        asm.vshufps(spare, maximum, maximum, 0xB1);
        asm.vmaxps(maximum, maximum, spare);
        asm.vmovups(maximumPlace(), maximum);
    }

    private interface Store {
        /// @param i which vector of the row is in `target`
        void emit(int i);
    }

    private void store(int i) {
        asm.vmovups(place(i), target);
    }

    /// Two vectors are one of bf16, in order.
    private void storeInPairs(int i) {
        if (i % 2 == 0) {
            asm.vmovups(even, target);
        } else {
            asm.vcvtne2ps2bf16(even, target, even);
            asm.vmovups(place(i / 2), even);
        }
    }

    private void weigh(Store store) {
        asm.vsubps(x, old, maximum);
        power.compute(target, x, spare);
        asm.vmovss(Mem.at(R14, RECORD_KEPT), target.xmm());
        asm.vmulps(sum, target, sumPlace());
        for (int i = 0; i < vectors; i++) {
            asm.vsubps(x, score(i), maximum);
            power.compute(target, x, spare);
            store.emit(i);
            asm.vaddps(sum, sum, target);
        }
        asm.vmovups(sumPlace(), sum);
    }

    private Mem sumPlace() {
        return Mem.at(R11, shape.rowBytes());
    }

    private Mem maximumPlace() {
        return Mem.at(R11, shape.rowBytes() + AttentionShape.STATE_VECTORS / 2);
    }
}
