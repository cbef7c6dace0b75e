package dev.lilla.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Reads the numbers, strings and values of a GGUF head one after another, and never beyond its limits.
final class GgufCursor {
    /// The longest head: metadata and tensor table. Those of published models take up to 20 MB.
    static final long HEADER_BYTES_MAX = 64L << 20;
    /// The longest string: licenses, chat templates, normalizer tables.
    static final int STRING_BYTES_MAX = 16 << 20;
    /// The most array elements of all keys together. The largest vocabularies bring 1.3 million.
    static final int ELEMENTS_MAX = 4 << 20;
    /// How deep arrays may be nested; published models do not nest them at all.
    static final int DEPTH_MAX = 8;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MappedFile file;
    private long position;
    private long elements;

    GgufCursor(MappedFile file) {
        this.file = file;
    }

    long position() {
        return position;
    }

    int nextInt(String what) {
        return file.bytes().get(INT, advance(Integer.BYTES, what));
    }

    long nextLong(String what) {
        return file.bytes().get(LONG, advance(Long.BYTES, what));
    }

    /// A count, refused above `most`.
    long nextCount(long most, String what) {
        long start = position;
        long count = nextLong(what);
        if (count < 0 || count > most) {
            throw tooMany(start, what, count, most);
        }
        return count;
    }

    private ModelFormatException tooMany(long start, String what, long count, long most) {
        return file.broken(start, what + " is " + Long.toUnsignedString(count) + ", expected at most " + most);
    }

    /// Vocabularies bring hundreds of thousands: nothing is made but the string and its bytes.
    String nextString(String what) {
        long start = position;
        long length = nextLong(what);
        if (length < 0 || length > STRING_BYTES_MAX) {
            throw tooMany(start, "the length of " + what, length, STRING_BYTES_MAX);
        }
        byte[] text = new byte[(int) length];
        MemorySegment.copy(file.bytes(), ValueLayout.JAVA_BYTE, advance(length, what), text, 0, text.length);
        return new String(text, StandardCharsets.UTF_8);
    }

    /// A type number and the value of that type.
    GgufValue nextValue(String what) {
        GgufType type = nextType(what);
        if (type == GgufType.ARRAY) {
            return nextSequence(what, 1);
        }
        if (type.isWhole()) {
            return new GgufValue.Whole(type, nextWhole(type, what));
        }
        return switch (type) {
            case BOOL -> new GgufValue.Flag(nextFlag(what));
            case STRING -> new GgufValue.Text(nextString(what));
            default -> new GgufValue.Real(type, nextReal(type, what));
        };
    }

    ModelFormatException broken(String what) {
        return file.broken(position, what);
    }

    private GgufType nextType(String what) {
        long start = position;
        int number = nextInt("the type of " + what);
        return GgufType.ofNumber(number)
                .orElseThrow(() -> file.broken(
                        start,
                        what + " has type number " + Integer.toUnsignedString(number) + ", expected one of "
                                + GgufType.UINT8.number() + " to " + GgufType.FLOAT64.number()));
    }

    private GgufValue.Sequence nextSequence(String what, int depth) {
        if (depth > DEPTH_MAX) {
            throw broken(what + " has arrays nested deeper than " + DEPTH_MAX);
        }
        GgufType type = nextType(what);
        long start = position;
        int count = (int) nextCount(ELEMENTS_MAX, "the element count of " + what);
        elements += count;
        if (elements > ELEMENTS_MAX) {
            throw file.broken(
                    start,
                    "the arrays up to " + what + " have " + elements + " elements together, expected at most "
                            + ELEMENTS_MAX);
        }
        requireBytes((long) count * type.bytesMin(), what);
        if (type.isWhole()) {
            return new GgufValue.Wholes(type, list(count, () -> nextWhole(type, what)));
        }
        if (type.isReal()) {
            return new GgufValue.Reals(type, list(count, () -> nextReal(type, what)));
        }
        return switch (type) {
            case BOOL -> new GgufValue.Flags(list(count, () -> nextFlag(what)));
            case STRING -> new GgufValue.Texts(list(count, () -> nextString(what)));
            default -> new GgufValue.Nested(list(count, () -> nextSequence(what, depth + 1)));
        };
    }

    private static <T> List<T> list(int count, Supplier<T> next) {
        List<T> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(next.get());
        }
        return values;
    }

    private long nextWhole(GgufType type, String what) {
        MemorySegment bytes = file.bytes();
        long at = advance(type.bytesMin(), what);
        return switch (type) {
            case UINT8 -> Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, at));
            case INT8 -> bytes.get(ValueLayout.JAVA_BYTE, at);
            case UINT16 -> Short.toUnsignedLong(bytes.get(SHORT, at));
            case INT16 -> bytes.get(SHORT, at);
            case UINT32 -> Integer.toUnsignedLong(bytes.get(INT, at));
            case INT32 -> bytes.get(INT, at);
            case UINT64, INT64 -> bytes.get(LONG, at);
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> throw new IllegalStateException("no whole number: " + type);
        };
    }

    private double nextReal(GgufType type, String what) {
        return type == GgufType.FLOAT32 ? Float.intBitsToFloat(nextInt(what)) : Double.longBitsToDouble(nextLong(what));
    }

    private boolean nextFlag(String what) {
        long start = position;
        byte value = file.bytes().get(ValueLayout.JAVA_BYTE, advance(1, what));
        if (value != 0 && value != 1) {
            throw file.broken(start, what + " is " + Byte.toUnsignedInt(value) + ", expected 0 (false) or 1 (true)");
        }
        return value == 1;
    }

    /// Goes on by `length` bytes, all of which there are, and returns where they begin.
    private long advance(long length, String what) {
        requireBytes(length, what);
        long start = position;
        position += length;
        return start;
    }

    private void requireBytes(long length, String what) {
        if (length > file.size() - position) {
            throw broken(what + " takes " + length + " bytes or more, but the file ends at byte " + file.size());
        }
        if (length > HEADER_BYTES_MAX - position) {
            throw broken(what + " lies beyond the first " + HEADER_BYTES_MAX
                    + " bytes, which metadata and tensor table must fit in");
        }
    }
}
