package dev.lilla.format;

import dev.lilla.tensor.ElementType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The head of a GGUF 3 file as bytes; the inverse of [GgufHeader].
final class GgufEncoder {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static byte[] encode(GgufMetadata metadata, List<TensorDescription> tensors, long alignment) {
        GgufEncoder encoder = new GgufEncoder();
        encoder.putInt(GgufHeader.MAGIC);
        encoder.putInt(GgufHeader.VERSION_MAX);
        encoder.putLong(tensors.size());
        encoder.putLong(metadata.entries().size());
        metadata.entries().forEach((key, value) -> {
            encoder.putString(key);
            encoder.putInt(value.type().number());
            encoder.putValue(value);
        });
        long offset = 0;
        for (TensorDescription tensor : tensors) {
            encoder.putDescription(tensor, offset);
            offset = GgufHeader.alignUp(offset + tensor.bytes(), alignment);
        }
        return encoder.out.toByteArray();
    }

    private void putDescription(TensorDescription tensor, long offset) {
        putString(tensor.name());
        int rank = tensor.shape().rank();
        putInt(rank);
        for (int i = rank - 1; i >= 0; i--) {
            putLong(tensor.shape().dimension(i));
        }
        putInt(number(tensor.type(), tensor.name()));
        putLong(offset);
    }

    private static int number(ElementType type, String tensor) {
        return GgmlType.of(type)
                .orElseThrow(() -> new IllegalArgumentException("tensor " + tensor + " has type " + type
                        + ", which GGUF cannot hold. It holds: " + GgmlType.supportedNames()))
                .number();
    }

    private void putValue(GgufValue value) {
        switch (value) {
            case GgufValue.Whole whole -> putWhole(whole.type(), whole.value());
            case GgufValue.Real real -> putReal(real.type(), real.value());
            case GgufValue.Flag(boolean flag) -> out.write(flag ? 1 : 0);
            case GgufValue.Text(String text) -> putString(text);
            case GgufValue.Sequence sequence -> putSequence(sequence);
        }
    }

    private void putSequence(GgufValue.Sequence sequence) {
        putInt(sequence.elementType().number());
        putLong(sequence.size());
        switch (sequence) {
            case GgufValue.Wholes(GgufType type, List<Long> values) -> values.forEach(value -> putWhole(type, value));
            case GgufValue.Reals(GgufType type, List<Double> values) -> values.forEach(value -> putReal(type, value));
            case GgufValue.Flags(List<Boolean> flags) -> flags.forEach(flag -> out.write(flag ? 1 : 0));
            case GgufValue.Texts(List<String> texts) -> texts.forEach(this::putString);
            case GgufValue.Nested(List<GgufValue.Sequence> values) -> values.forEach(this::putSequence);
        }
    }

    private void putWhole(GgufType type, long value) {
        put(value, type.bytesMin());
    }

    private void putReal(GgufType type, double value) {
        if (type == GgufType.FLOAT32) {
            putInt(Float.floatToRawIntBits((float) value));
        } else {
            putLong(Double.doubleToRawLongBits(value));
        }
    }

    private void putString(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        putLong(bytes.length);
        out.writeBytes(bytes);
    }

    private void putInt(int value) {
        put(value, Integer.BYTES);
    }

    private void putLong(long value) {
        put(value, Long.BYTES);
    }

    /// The lowest `count` bytes, the lowest first.
    private void put(long value, int count) {
        for (int i = 0; i < count; i++) {
            out.write((int) (value >>> (Byte.SIZE * i)));
        }
    }
}
