package dev.lilla.kernel.x64;

import org.jspecify.annotations.Nullable;

/// How vector instructions are encoded: VEX where the operands allow it, EVEX for 512 bits, masks, broadcasts and the
/// upper sixteen registers (Intel SDM volume 2, 2.3 and 2.7).
abstract sealed class VectorInstructions extends ScalarInstructions permits FloatInstructions {
    private static final int NONE = 0;

    /// `target = op(source)`.
    final void two(VectorOp op, Vec target, Operand source) {
        encode(op, target.number(), NONE, read(op, source, target.bits()), target, target.bits());
    }

    /// The same with a number behind it.
    final void two(VectorOp op, Vec target, Operand source, int number) {
        encode(op, target.number(), NONE, read(op, source, target.bits()), target, target.bits(), number);
    }

    /// `target = op(left, right)`, or `target = op(target, left, right)`.
    final void three(VectorOp op, Vec target, Vec left, Operand right) {
        int bits = target.bits();
        encode(op, target.number(), read(left, bits), read(op, right, bits), target, bits);
    }

    /// The same with a number behind it.
    final void three(VectorOp op, Vec target, Vec left, Operand right, int number) {
        int bits = target.bits();
        encode(op, target.number(), read(left, bits), read(op, right, bits), target, bits, number);
    }

    /// `target = source`, where the memory or the narrower register is the target.
    final void store(VectorOp op, Operand target, Vec source) {
        int bits = source.bits();
        encode(op, read(source, bits), NONE, target, decoration(op, target, bits), bits);
    }

    /// The same with a number behind it.
    final void store(VectorOp op, Operand target, Vec source, int number) {
        int bits = source.bits();
        encode(op, read(source, bits), NONE, target, decoration(op, target, bits), bits, number);
    }

    /// The mask of a target that is not as wide as the source.
    private static Vec decoration(VectorOp op, Operand target, int bits) {
        return switch (target) {
            case Vec vec -> {
                checkWidth(vec, op.tuple().registerBits(bits));
                yield vec;
            }
            case Mem mem -> {
                if (mem.vectorIndex() != null) {
                    throw new IllegalArgumentException("this instruction has no vector of indices: " + mem);
                }
                yield new Vec(0, 128, mem.mask(), false);
            }
        };
    }

    /// A shift by a number: the target is encoded where others have their first source.
    final void shiftBy(VectorOp op, int extension, Vec target, Vec source, int count) {
        encode(op, extension, target.number(), read(op, source, target.bits()), target, target.bits(), count);
    }

    /// A comparison into a mask.
    final void compare(VectorOp op, Mask target, Vec left, Operand right, int number) {
        int bits = left.bits();
        Vec all = new Vec(0, bits, null, false);
        encode(op, target.number(), read(left, bits), read(op, right, bits), all, bits, number);
    }

    /// The number of a register that is read at a width.
    static int read(Vec source, int bits) {
        checkWidth(source, bits);
        if (source.mask() != null) {
            throw new IllegalArgumentException("a mask belongs to the target: " + source);
        }
        return source.number();
    }

    private static void checkWidth(Vec vec, int bits) {
        if (vec.bits() != bits) {
            throw new IllegalArgumentException("this instruction has " + bits + " bits here: " + vec);
        }
    }

    /// An operand that is read by an instruction of `bits`.
    private static Operand read(VectorOp op, Operand source, int bits) {
        switch (source) {
            case Vec vec -> read(vec, op.tuple().registerBits(bits));
            case Mem mem -> {
                @Nullable Vec indices = mem.vectorIndex();
                boolean isGather = op.tuple() == VectorOp.Tuple.GATHER;
                if (isGather != (indices != null) || (mem.mask() != null && !isGather)) {
                    throw new IllegalArgumentException("only gathers have a vector of indices and a mask: " + mem);
                }
                if (indices != null) {
                    read(indices, bits);
                }
            }
        }
        return source;
    }

    private void encode(VectorOp op, int reg, int second, Operand rm, Vec decoration, int bits) {
        boolean isEvex = prefix(op, reg, second, rm, decoration, bits);
        operand(op, reg, rm, isEvex ? bits : 0, 0);
    }

    private void encode(VectorOp op, int reg, int second, Operand rm, Vec decoration, int bits, int number) {
        boolean isEvex = prefix(op, reg, second, rm, decoration, bits);
        operand(op, reg, rm, isEvex ? bits : 0, 1);
        if (number != (number & 0xFF)) {
            throw new IllegalArgumentException("a number of one byte: " + number);
        }
        emit(number);
    }

    /// @param scaledBits the vector's width where a one-byte displacement is scaled by it, or 0
    private void operand(VectorOp op, int reg, Operand rm, int scaledBits, int trailing) {
        emit(op.opcode());
        switch (rm) {
            case Vec vec -> modRegister(reg, vec.number());
            case Mem mem -> {
                int unit = scaledBits > 0 ? op.tuple().bytes(scaledBits / 8, mem.isBroadcast()) : 1;
                modMemory(reg, mem, unit, trailing);
            }
        }
    }

    /// Writes all before the opcode, and returns whether it is EVEX.
    private boolean prefix(VectorOp op, int reg, int second, Operand rm, Vec decoration, int bits) {
        if (!op.widths().contain(bits)) {
            throw new IllegalArgumentException("this instruction does not have " + bits + " bits");
        }
        if (rm instanceof Mem mem && mem.isBroadcast() && !op.tuple().broadcasts()) {
            throw new IllegalArgumentException("this instruction has no broadcast of one element: " + mem);
        }
        if (!isEvex(op, reg, second, rm, decoration, bits)) {
            vex(op, reg, second, rm, bits);
            return false;
        }
        if (op.form() == VectorOp.Form.AVX_ONLY) {
            throw new IllegalArgumentException("this instruction has registers 0 to 15, up to 256 bits, no masks");
        }
        evex(op, reg, second, rm, decoration, bits);
        return true;
    }

    private static boolean isEvex(VectorOp op, int reg, int second, Operand rm, Vec decoration, int bits) {
        boolean rmNeeds = switch (rm) {
            case Vec vec -> vec.number() >= 16 || vec.bits() == 512;
            case Mem mem -> mem.isBroadcast() || mem.mask() != null || vectorIndex(mem) >= 16;
        };
        return op.form() == VectorOp.Form.AVX512_ONLY
                || bits == 512
                || reg >= 16
                || second >= 16
                || decoration.mask() != null
                || rmNeeds;
    }

    private static int vectorIndex(Mem mem) {
        Vec lanes = mem.vectorIndex();
        return lanes == null ? 0 : lanes.number();
    }

    private static int lengthBits(int bits) {
        return bits == 512 ? 2 : bits == 256 ? 1 : 0;
    }

    private void vex(VectorOp op, int reg, int second, Operand rm, int bits) {
        int r = ~reg >> 3 & 1;
        int x = ~upperIndex(rm) & 1;
        int b = ~(rmNumber(rm) >> 3) & 1;
        int last = (~second & 15) << 3 | lengthBits(bits) << 2 | op.prefix();
        if (x == 1 && b == 1 && op.map() == 1 && op.vexW() == 0) {
            emit(0xC5);
            emit(r << 7 | last);
        } else {
            emit(0xC4);
            emit(r << 7 | x << 6 | b << 5 | op.map());
            emit(op.vexW() << 7 | last);
        }
    }

    private void evex(VectorOp op, int reg, int second, Operand rm, Vec decoration, int bits) {
        int x = switch (rm) {
            case Vec vec -> vec.number() >> 4 & 1;
            case Mem mem -> upperIndex(mem);
        };
        int upperSecond = rm instanceof Mem mem && mem.vectorIndex() != null ? vectorIndex(mem) >> 4 : second >> 4;
        @Nullable Mask mask = rm instanceof Mem mem && mem.mask() != null ? mem.mask() : decoration.mask();
        boolean broadcasts = rm instanceof Mem mem && mem.isBroadcast();
        emit(0x62);
        emit((~reg >> 3 & 1) << 7 | (~x & 1) << 6 | (~(rmNumber(rm) >> 3) & 1) << 5 | (~reg >> 4 & 1) << 4 | op.map());
        emit(op.w() << 7 | (~second & 15) << 3 | 4 | op.prefix());
        emit((decoration.isZeroing() ? 0x80 : 0)
                | lengthBits(bits) << 5
                | (broadcasts ? 0x10 : 0)
                | (~upperSecond & 1) << 3
                | (mask == null ? 0 : mask.number()));
    }

    /// Bit 3 of the index register.
    private static int upperIndex(Operand rm) {
        return rm instanceof Mem mem ? Math.max(indexNumber(mem), 0) >> 3 & 1 : 0;
    }

    private static int rmNumber(Operand rm) {
        return switch (rm) {
            case Vec vec -> vec.number();
            case Mem mem -> baseNumber(mem);
        };
    }

    /// VEX with a mask or tile register, whose numbers are below 8, and a general register or memory.
    final void vexPlain(int map, int prefix, int w, int length, int opcode, int reg, int second, int rmNumber) {
        int last = (~second & 15) << 3 | length << 2 | prefix;
        if (rmNumber < 8 && map == 1 && w == 0) {
            emit(0xC5);
            emit((reg < 8 ? 0x80 : 0) | last);
        } else {
            emit(0xC4);
            emit((reg < 8 ? 0x80 : 0) | 0x40 | (rmNumber < 8 ? 0x20 : 0) | map);
            emit(w << 7 | last);
        }
        emit(opcode);
        modRegister(reg, rmNumber);
    }

    final void vexMemory(int prefix, int opcode, int reg, Mem mem) {
        checkPlain(mem);
        int index = Math.max(indexNumber(mem), 0);
        emit(0xC4);
        emit((reg < 8 ? 0x80 : 0) | (index < 8 ? 0x40 : 0) | (baseNumber(mem) < 8 ? 0x20 : 0) | 2);
        emit(0x78 | prefix);
        emit(opcode);
        modMemory(reg, mem, 1, 0);
    }
}
