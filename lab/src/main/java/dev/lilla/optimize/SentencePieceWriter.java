package dev.lilla.optimize;

import dev.lilla.tokenizer.SentencePiece;
import dev.lilla.tokenizer.TokenType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Writes a SentencePiece model file of type BPE.
///
/// Source: `sentencepiece_model.proto`: field 1 of the model repeats pieces (1 text, 2 score, 3 type), field 2 holds
/// how it was trained, field 3 how text is normalized.
final class SentencePieceWriter {
    private static final int VARINT = 0;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private SentencePieceWriter() {}

    /// @param addDummyPrefix whether a space is put before text
    record Options(int unknown, int bos, int eos, int pad, boolean addDummyPrefix) {}

    /// The file with these pieces, by id.
    static byte[] write(List<SentencePiece> pieces, Options options) {
        Writer model = new Writer();
        for (SentencePiece piece : pieces) {
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
}
