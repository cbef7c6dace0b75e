package dev.lilla.tokenizer;

import dev.lilla.format.ModelFormatException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads the fields of one protobuf message. Every length is checked against the message; groups are refused.
///
/// Source: protobuf.dev, "Encoding". Use: `while (reader.next()) switch (reader.field()) …`, taking each value with
/// the method of its kind or leaving it.
final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;
    private static final int VARINT_BYTES_MAX = 10;

    private final byte[] bytes;
    private final int end;
    private final String file;
    private int at;
    private int field;
    private int wireType;
    private long number;
    private int valueFrom;
    private int valueTo;

    ProtobufReader(byte[] bytes, String file) {
        this(bytes, 0, bytes.length, file);
    }

    private ProtobufReader(byte[] bytes, int from, int end, String file) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
        this.file = file;
    }

    /// Moves to the next field; false at the end of the message.
    boolean next() {
        if (at >= end) {
            return false;
        }
        int start = at;
        long key = varint();
        field = (int) (key >>> 3);
        wireType = (int) (key & 7);
        if (key >>> 3 == 0 || key >>> 3 > 0x1FFF_FFFF) {
            throw broken(start, "field number " + (key >>> 3) + " is out of range");
        }
        switch (wireType) {
            case VARINT -> number = varint();
            case FIXED64 -> take(Long.BYTES);
            case FIXED32 -> take(Integer.BYTES);
            case LENGTH -> take(varint());
            default -> throw broken(start, "wire type " + wireType + " is not known");
        }
        return true;
    }

    int field() {
        return field;
    }

    /// Where the current message stands in the file.
    int offset() {
        return at;
    }

    long integer() {
        require(VARINT);
        return number;
    }

    boolean flag() {
        return integer() != 0;
    }

    float real() {
        require(FIXED32);
        int bits = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            bits |= (bytes[valueFrom + i] & 0xFF) << (8 * i);
        }
        return Float.intBitsToFloat(bits);
    }

    String string() {
        require(LENGTH);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, valueFrom, valueTo - valueFrom))
                    .toString();
        } catch (CharacterCodingException e) {
            throw broken(valueFrom, "a text is no UTF-8");
        }
    }

    /// How many bytes the current text or message has.
    int length() {
        require(LENGTH);
        return valueTo - valueFrom;
    }

    ProtobufReader message() {
        require(LENGTH);
        return new ProtobufReader(bytes, valueFrom, valueTo, file);
    }

    ModelFormatException broken(int offset, String what) {
        return new ModelFormatException(file + ": at byte " + offset + ": " + what
                + ", expected a SentencePiece model. Download the file again.");
    }

    private void require(int expected) {
        if (wireType != expected) {
            throw broken(at, "field " + field + " has wire type " + wireType + " and not " + expected);
        }
    }

    private void take(long length) {
        if (length < 0 || length > end - at) {
            throw broken(
                    at, "a value of " + Long.toUnsignedString(length) + " bytes where " + (end - at) + " are left");
        }
        valueFrom = at;
        valueTo = at + (int) length;
        at = valueTo;
    }

    private long varint() {
        long value = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            if (at >= end) {
                throw broken(at, "the file ends within a number");
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7F) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw broken(at, "a number has more than " + VARINT_BYTES_MAX + " bytes");
    }
}
