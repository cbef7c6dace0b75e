package dev.lilla.kernel.x64;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Bytes of machine code in the making: encodings of operands, labels, and the constants behind the code.
///
/// Grows; nothing in it is executable. What it encodes is in Intel SDM volume 2, chapter 2.
abstract sealed class CodeBuffer permits ScalarInstructions {
    /// Code of a kernel is far below; more is a generator that runs wild.
    private static final int BYTES_MAX = 1 << 20;

    private static final int CACHE_LINE = 64;

    private byte[] code = new byte[1024];
    private int size;
    private final List<Fixup> fixups = new ArrayList<>();
    private final Map<ByteBuffer, Label> constants = new LinkedHashMap<>();

    /// A 32-bit distance that is written when the code is finished.
    ///
    /// @param at its position
    /// @param end the position it counts from: the end of its instruction
    /// @param offset bytes behind the label
    private record Fixup(int at, int end, Label label, int offset) {}

    /// Bytes so far.
    public int size() {
        return size;
    }

    /// The code is from here on what `label` means.
    public void bind(Label label) {
        label.bind(size);
    }

    /// Fills with instructions that do nothing until the position is a multiple of `boundary`.
    public void align(int boundary) {
        if (Integer.bitCount(boundary) != 1 || boundary > CACHE_LINE) {
            throw new IllegalArgumentException("code is aligned to a power of two up to 64: " + boundary);
        }
        while (size % boundary != 0) {
            nop(Math.min(boundary - size % boundary, 9));
        }
    }

    /// A constant behind the code, of a power of two of bytes, aligned to them up to 64; equal ones are kept once.
    public Mem constant(byte[] bytes) {
        if (Integer.bitCount(bytes.length) != 1) {
            throw new IllegalArgumentException("a constant of a power of two of bytes: " + bytes.length);
        }
        Label label = constants.computeIfAbsent(ByteBuffer.wrap(bytes.clone()), key -> new Label());
        return Mem.at(label);
    }

    /// One element of 32 bits, to be broadcast.
    public Mem constant(int element) {
        return constant(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(element)
                .array());
    }

    /// One f32, to be broadcast.
    public Mem constant(float element) {
        return constant(Float.floatToRawIntBits(element));
    }

    /// The lanes of a vector.
    public Mem constants(int... lanes) {
        ByteBuffer buffer = ByteBuffer.allocate(lanes.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int lane : lanes) {
            buffer.putInt(lane);
        }
        return constant(buffer.array());
    }

    /// The finished code with its constants; it runs at any address that is a multiple of 64.
    ///
    /// @throws IllegalStateException if a label was used and never bound
    public byte[] finish() {
        List<Map.Entry<ByteBuffer, Label>> bySize = new ArrayList<>(constants.entrySet());
        bySize.sort((a, b) -> Integer.compare(b.getKey().capacity(), a.getKey().capacity()));
        if (!bySize.isEmpty()) {
            align(CACHE_LINE);
        }
        for (Map.Entry<ByteBuffer, Label> constant : bySize) {
            bind(constant.getValue());
            for (byte b : constant.getKey().array()) {
                emit(b);
            }
        }
        constants.clear();
        for (Fixup fixup : fixups) {
            if (!fixup.label().isBound()) {
                throw new IllegalStateException("a label that is used at byte " + fixup.at() + " is never bound");
            }
            putInt(fixup.at(), fixup.label().position() + fixup.offset() - fixup.end());
        }
        fixups.clear();
        return Arrays.copyOf(code, size);
    }

    final void emit(int value) {
        if (size == code.length) {
            if (size >= BYTES_MAX) {
                throw new IllegalStateException("a kernel of more than " + BYTES_MAX + " bytes");
            }
            code = Arrays.copyOf(code, size * 2);
        }
        code[size++] = (byte) value;
    }

    final void emitInt(int value) {
        for (int shift = 0; shift < 32; shift += 8) {
            emit(value >> shift);
        }
    }

    final void emitLong(long value) {
        emitInt((int) value);
        emitInt((int) (value >> 32));
    }

    private void putInt(int at, int value) {
        for (int i = 0; i < 4; i++) {
            code[at + i] = (byte) (value >> (8 * i));
        }
    }

    /// A distance of 32 bits to `offset` bytes behind `label`, from the end of the instruction, `trailing` bytes after
    /// it.
    final void emitDistance(Label label, int offset, int trailing) {
        fixups.add(new Fixup(size, size + 4 + trailing, label, offset));
        emitInt(0);
    }

    /// The recommended multi-byte no-operations (Intel SDM, NOP).
    private void nop(int bytes) {
        int[] sequence = switch (bytes) {
            case 1 -> new int[] {0x90};
            case 2 -> new int[] {0x66, 0x90};
            case 3 -> new int[] {0x0F, 0x1F, 0x00};
            case 4 -> new int[] {0x0F, 0x1F, 0x40, 0};
            case 5 -> new int[] {0x0F, 0x1F, 0x44, 0, 0};
            case 6 -> new int[] {0x66, 0x0F, 0x1F, 0x44, 0, 0};
            case 7 -> new int[] {0x0F, 0x1F, 0x80, 0, 0, 0, 0};
            case 8 -> new int[] {0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0};
            default -> new int[] {0x66, 0x0F, 0x1F, 0x84, 0, 0, 0, 0, 0};
        };
        for (int value : sequence) {
            emit(value);
        }
    }

    /// ModRM for two registers, by the low three bits of their numbers.
    final void modRegister(int reg, int rm) {
        emit(0xC0 | (reg & 7) << 3 | (rm & 7));
    }

    /// ModRM, SIB and displacement of an operand in memory.
    ///
    /// @param unit what a one-byte displacement counts in
    /// @param trailing bytes of the instruction behind them
    final void modMemory(int reg, Mem mem, int unit, int trailing) {
        int field = (reg & 7) << 3;
        Label label = mem.label();
        if (label != null) {
            emit(field | 5);
            emitDistance(label, mem.displacement(), trailing);
            return;
        }
        Gpr base = Objects.requireNonNull(mem.base());
        int displacement = mem.displacement();
        int mod;
        if (displacement == 0 && (base.number() & 7) != 5) {
            mod = 0;
        } else if (displacement % unit == 0 && displacement / unit == (byte) (displacement / unit)) {
            mod = 1;
        } else {
            mod = 2;
        }
        int index = indexNumber(mem);
        if (index >= 0 || (base.number() & 7) == 4) {
            emit(mod << 6 | field | 4);
            int scale = Integer.numberOfTrailingZeros(mem.scale());
            emit(scale << 6 | (index >= 0 ? index & 7 : 4) << 3 | (base.number() & 7));
        } else {
            emit(mod << 6 | field | (base.number() & 7));
        }
        if (mod == 1) {
            emit(displacement / unit);
        } else if (mod == 2) {
            emitInt(displacement);
        }
    }

    /// The index register's number, or -1 for none.
    static int indexNumber(Mem mem) {
        Vec lanes = mem.vectorIndex();
        if (lanes != null) {
            return lanes.number();
        }
        @Nullable Gpr index = mem.index();
        return index == null ? -1 : index.number();
    }

    static int baseNumber(Mem mem) {
        @Nullable Gpr base = mem.base();
        return base == null ? 0 : base.number();
    }
}
