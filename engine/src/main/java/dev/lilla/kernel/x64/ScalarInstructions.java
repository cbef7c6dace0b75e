package dev.lilla.kernel.x64;

/// Instructions on general registers, jumps and prefetches, one method each; operands in Intel's order.
abstract sealed class ScalarInstructions extends CodeBuffer permits VectorInstructions {
    private static final int ADD = 0;
    private static final int OR = 1;
    private static final int AND = 4;
    private static final int SUB = 5;
    private static final int XOR = 6;
    private static final int CMP = 7;

    /// The landing pad of indirect calls where control-flow enforcement is on; otherwise it does nothing.
    public void endbr64() {
        emitInt(0xFA1E0FF3);
    }

    public void ret() {
        emit(0xC3);
    }

    public void push(Gpr source) {
        prefixForByteForm(source);
        emit(0x50 | (source.number() & 7));
    }

    public void pop(Gpr target) {
        prefixForByteForm(target);
        emit(0x58 | (target.number() & 7));
    }

    private void prefixForByteForm(Gpr register) {
        if (register.number() >= 8) {
            emit(0x41);
        }
    }

    public void mov(Gpr target, Gpr source) {
        registers(0x89, source, target);
    }

    /// The shortest form that gives all 64 bits.
    public void mov(Gpr target, long value) {
        if (value == (value & 0xFFFFFFFFL)) {
            prefixForByteForm(target);
            emit(0xB8 | (target.number() & 7));
            emitInt((int) value);
        } else if (value == (int) value) {
            rex(1, 0, 0, target.number());
            emit(0xC7);
            modRegister(0, target.number());
            emitInt((int) value);
        } else {
            rex(1, 0, 0, target.number());
            emit(0xB8 | (target.number() & 7));
            emitLong(value);
        }
    }

    public void mov(Gpr target, Mem source) {
        memory(1, 0x8B, target.number(), source);
    }

    public void mov(Mem target, Gpr source) {
        memory(1, 0x89, source.number(), target);
    }

    /// 32 bits; the upper half becomes zero.
    public void mov32(Gpr target, Mem source) {
        memory(0, 0x8B, target.number(), source);
    }

    public void mov32(Mem target, Gpr source) {
        memory(0, 0x89, source.number(), target);
    }

    /// 32 bits, extended by their sign.
    public void movsxd(Gpr target, Mem source) {
        memory(1, 0x63, target.number(), source);
    }

    public void movzxByte(Gpr target, Mem source) {
        memory0F(0xB6, target, source);
    }

    public void movzxWord(Gpr target, Mem source) {
        memory0F(0xB7, target, source);
    }

    public void lea(Gpr target, Mem address) {
        memory(1, 0x8D, target.number(), address);
    }

    public void add(Gpr target, Gpr source) {
        registers(0x01, source, target);
    }

    public void add(Gpr target, int value) {
        immediate(ADD, target, value);
    }

    public void add(Gpr target, Mem source) {
        memory(1, 0x03, target.number(), source);
    }

    public void sub(Gpr target, Gpr source) {
        registers(0x29, source, target);
    }

    public void sub(Gpr target, int value) {
        immediate(SUB, target, value);
    }

    public void and(Gpr target, int value) {
        immediate(AND, target, value);
    }

    public void and(Gpr target, Gpr source) {
        registers(0x21, source, target);
    }

    public void or(Gpr target, Gpr source) {
        registers(0x09, source, target);
    }

    public void or(Gpr target, int value) {
        immediate(OR, target, value);
    }

    public void xor(Gpr target, Gpr source) {
        registers(0x31, source, target);
    }

    public void xor(Gpr target, int value) {
        immediate(XOR, target, value);
    }

    public void cmp(Gpr left, Gpr right) {
        registers(0x39, right, left);
    }

    public void cmp(Gpr left, int right) {
        immediate(CMP, left, right);
    }

    public void cmp(Gpr left, Mem right) {
        memory(1, 0x3B, left.number(), right);
    }

    public void test(Gpr left, Gpr right) {
        registers(0x85, right, left);
    }

    public void imul(Gpr target, Gpr source) {
        rex(1, target.number(), 0, source.number());
        emit(0x0F);
        emit(0xAF);
        modRegister(target.number(), source.number());
    }

    public void imul(Gpr target, Mem source) {
        checkPlain(source);
        rex(1, target.number(), indexNumber(source), baseNumber(source));
        emit(0x0F);
        emit(0xAF);
        modMemory(target.number(), source, 1, 0);
    }

    public void imul(Gpr target, Gpr source, int factor) {
        rex(1, target.number(), 0, source.number());
        boolean isByte = factor == (byte) factor;
        emit(isByte ? 0x6B : 0x69);
        modRegister(target.number(), source.number());
        number(factor, isByte);
    }

    public void shl(Gpr target, int count) {
        shift(4, target, count);
    }

    public void shr(Gpr target, int count) {
        shift(5, target, count);
    }

    public void sar(Gpr target, int count) {
        shift(7, target, count);
    }

    /// `target = source << count`, the count in a register (BMI2).
    public void shlx(Gpr target, Gpr source, Gpr count) {
        emit(0xC4);
        emit((target.number() < 8 ? 0x80 : 0) | 0x40 | (source.number() < 8 ? 0x20 : 0) | 2);
        emit(0x80 | (~count.number() & 15) << 3 | 1);
        emit(0xF7);
        modRegister(target.number(), source.number());
    }

    public void neg(Gpr target) {
        rex(1, 0, 0, target.number());
        emit(0xF7);
        modRegister(3, target.number());
    }

    public void cmov(Condition condition, Gpr target, Gpr source) {
        rex(1, target.number(), 0, source.number());
        emit(0x0F);
        emit(0x40 | condition.code());
        modRegister(target.number(), source.number());
    }

    public void jmp(Label target) {
        if (isNear(target)) {
            emit(0xEB);
            emit(target.position() - (size() + 1));
        } else {
            emit(0xE9);
            emitDistance(target, 0, 0);
        }
    }

    public void jump(Condition condition, Label target) {
        if (isNear(target)) {
            emit(0x70 | condition.code());
            emit(target.position() - (size() + 1));
        } else {
            emit(0x0F);
            emit(0x80 | condition.code());
            emitDistance(target, 0, 0);
        }
    }

    /// Whether a jump of two bytes reaches a label that is known already.
    private boolean isNear(Label target) {
        return target.isBound() && target.position() - (size() + 2) >= Byte.MIN_VALUE;
    }

    /// eax, ebx, ecx, edx = what the processor says about leaf eax, subleaf ecx.
    public void cpuid() {
        emit(0x0F);
        emit(0xA2);
    }

    /// edx:eax = the extended control register number ecx.
    public void xgetbv() {
        emit(0x0F);
        emit(0x01);
        emit(0xD0);
    }

    /// Into all caches.
    public void prefetcht0(Mem address) {
        prefetch(1, address);
    }

    /// Into the second-level cache and below.
    public void prefetcht1(Mem address) {
        prefetch(2, address);
    }

    public void prefetcht2(Mem address) {
        prefetch(3, address);
    }

    /// Near the processor, with little left in the caches.
    public void prefetchnta(Mem address) {
        prefetch(0, address);
    }

    private void prefetch(int hint, Mem address) {
        checkPlain(address);
        rexIfNeeded(0, indexNumber(address), baseNumber(address));
        emit(0x0F);
        emit(0x18);
        modMemory(hint, address, 1, 0);
    }

    private void registers(int opcode, Gpr reg, Gpr rm) {
        rex(1, reg.number(), 0, rm.number());
        emit(opcode);
        modRegister(reg.number(), rm.number());
    }

    private void memory(int w, int opcode, int reg, Mem mem) {
        checkPlain(mem);
        if (w == 1) {
            rex(1, reg, indexNumber(mem), baseNumber(mem));
        } else {
            rexIfNeeded(reg, indexNumber(mem), baseNumber(mem));
        }
        emit(opcode);
        modMemory(reg, mem, 1, 0);
    }

    private void memory0F(int opcode, Gpr target, Mem source) {
        checkPlain(source);
        rexIfNeeded(target.number(), indexNumber(source), baseNumber(source));
        emit(0x0F);
        emit(opcode);
        modMemory(target.number(), source, 1, 0);
    }

    private void immediate(int operation, Gpr target, int value) {
        rex(1, 0, 0, target.number());
        boolean isByte = value == (byte) value;
        if (!isByte && target == Gpr.RAX) {
            emit(operation << 3 | 5);
        } else {
            emit(isByte ? 0x83 : 0x81);
            modRegister(operation, target.number());
        }
        number(value, isByte);
    }

    private void number(int value, boolean isByte) {
        if (isByte) {
            emit(value);
        } else {
            emitInt(value);
        }
    }

    private void shift(int operation, Gpr target, int count) {
        if (count < 0 || count > 63) {
            throw new IllegalArgumentException("a shift by 0 to 63 bits: " + count);
        }
        rex(1, 0, 0, target.number());
        if (count == 1) {
            emit(0xD1);
            modRegister(operation, target.number());
        } else {
            emit(0xC1);
            modRegister(operation, target.number());
            emit(count);
        }
    }

    /// That an operand has nothing that only vector instructions have.
    static void checkPlain(Mem mem) {
        if (mem.isBroadcast() || mem.mask() != null || mem.vectorIndex() != null) {
            throw new IllegalArgumentException("this instruction has no broadcast, mask or vector of indices: " + mem);
        }
    }

    private void rex(int w, int reg, int index, int base) {
        emit(0x40 | w << 3 | (reg >> 3 & 1) << 2 | (index > 0 ? index >> 3 & 1 : 0) << 1 | (base >> 3 & 1));
    }

    private void rexIfNeeded(int reg, int index, int base) {
        if (reg >= 8 || index >= 8 || base >= 8) {
            rex(0, reg, index, base);
        }
    }
}
