package dev.lilla.optimize;

import dev.lilla.format.ModelFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The pieces of a SentencePiece model file, read and written.
///
/// Source: `sentencepiece_model.proto`: field 1 of the model repeats pieces (1 text, 2 score, 3 type), field 2 holds
/// how it was trained, field 3 how text is normalized.
final class SentencePieceModel {
    /// The largest file that is read; published ones stay below 5 MB.
    static final long BYTES_MAX = 64L << 20;

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private SentencePieceModel() {}

    record Piece(String text, float score, TokenType type) {}

    /// @param addDummyPrefix whether a space is put before text
    record Options(int unknown, int bos, int eos, int pad, boolean addDummyPrefix) {}

    static List<Piece> read(Path file) {
        try {
            if (Files.size(file) > BYTES_MAX) {
                throw new ModelFormatException(file + ": has " + Files.size(file) + " bytes, expected at most "
                        + BYTES_MAX + " for a SentencePiece model. Download it again.");
            }
            return pieces(new Reader(file, ByteBuffer.wrap(Files.readAllBytes(file))));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<Piece> pieces(Reader reader) {
        List<Piece> pieces = new ArrayList<>();
        while (reader.hasMore()) {
            int tag = reader.tag();
            if (tag == (1 << 3 | BYTES)) {
                pieces.add(piece(reader.message()));
            } else {
                reader.skip(tag);
            }
        }
        return pieces;
    }

    private static Piece piece(Reader reader) {
        String text = "";
        float score = 0;
        TokenType type = TokenType.NORMAL;
        while (reader.hasMore()) {
            int tag = reader.tag();
            switch (tag) {
                case 1 << 3 | BYTES -> text = reader.text();
                case 2 << 3 | FIXED32 -> score = reader.real();
                case 3 << 3 | VARINT -> type = reader.type();
                default -> reader.skip(tag);
            }
        }
        return new Piece(text, score, type);
    }

    /// A model file of type BPE with these pieces.
    static byte[] write(List<Piece> pieces, Options options) {
        Writer model = new Writer();
        for (Piece piece : pieces) {
            Writer entry = new Writer();
            entry.bytes(1, piece.text().getBytes(StandardCharsets.UTF_8));
            entry.real(2, piece.score());
            if (piece.type() != TokenType.NORMAL) {
                entry.number(3, piece.type().number());
            }
            model.bytes(1, entry.toByteArray());
        }
        Writer trainer = new Writer();
        trainer.number(3, 2); // BPE
        trainer.number(4, pieces.size());
        trainer.number(35, 1); // byte fallback
        trainer.number(40, options.unknown());
        trainer.number(41, options.bos());
        trainer.number(42, options.eos());
        trainer.number(43, options.pad());
        model.bytes(2, trainer.toByteArray());
        Writer normalizer = new Writer();
        normalizer.bytes(1, "identity".getBytes(StandardCharsets.UTF_8));
        normalizer.number(3, options.addDummyPrefix() ? 1 : 0);
        normalizer.number(4, 0); // keeps extra spaces
        normalizer.number(5, 1); // writes spaces as U+2581
        model.bytes(3, normalizer.toByteArray());
        return model.toByteArray();
    }

    private static final class Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        void number(int field, int value) {
            varint((long) field << 3 | VARINT);
            varint(value); // negative ids take ten bytes, as protobuf has it
        }

        void real(int field, float value) {
            varint((long) field << 3 | FIXED32);
            out.writeBytes(ByteBuffer.allocate(Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(value)
                    .array());
        }

        void bytes(int field, byte[] value) {
            varint((long) field << 3 | BYTES);
            varint(value.length);
            out.writeBytes(value);
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }
    }

    private record Reader(Path file, ByteBuffer bytes) {
        private Reader {
            bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        }

        boolean hasMore() {
            return bytes.hasRemaining();
        }

        int tag() {
            long tag = varint();
            if (tag <= 0 || tag > Integer.MAX_VALUE) {
                throw broken("a field has the tag " + tag);
            }
            return (int) tag;
        }

        Reader message() {
            int length = length();
            Reader message = new Reader(file, bytes.slice(bytes.position(), length));
            bytes.position(bytes.position() + length);
            return message;
        }

        String text() {
            byte[] text = new byte[length()];
            bytes.get(text);
            return new String(text, StandardCharsets.UTF_8);
        }

        float real() {
            require(Float.BYTES);
            return bytes.getFloat();
        }

        TokenType type() {
            long number = varint();
            return TokenType.ofNumber(number).orElseThrow(() -> broken("a piece is of type " + number));
        }

        void skip(int tag) {
            int length = switch (tag & 7) {
                case VARINT -> {
                    varint();
                    yield 0;
                }
                case FIXED64 -> Long.BYTES;
                case BYTES -> length();
                case FIXED32 -> Float.BYTES;
                default -> throw broken("a field has the wire type " + (tag & 7));
            };
            require(length);
            bytes.position(bytes.position() + length);
        }

        private int length() {
            long length = varint();
            if (length < 0 || length > bytes.remaining()) {
                throw broken("a field is " + length + " bytes long, with " + bytes.remaining() + " left");
            }
            return (int) length;
        }

        private long varint() {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                require(1);
                byte next = bytes.get();
                value |= (next & 0x7FL) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw broken("a number has more than ten bytes");
        }

        private void require(int count) {
            if (bytes.remaining() < count) {
                throw broken("the file ends in the middle of a field");
            }
        }

        private ModelFormatException broken(String what) {
            return new ModelFormatException(file + ": at byte " + bytes.position() + " of a message: " + what
                    + ". This is no SentencePiece model: download it again.");
        }
    }
}
