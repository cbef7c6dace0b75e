package dev.lilla.format;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The JSON head of a safetensors file, read token by token, so that its size bounds what reading it allocates.
///
/// Format: <https://huggingface.co/docs/safetensors>: a little-endian u64 header length, the header, the data.
///
/// @param dataStart where in the file the data begins
/// @param entries in the order of the header
record SafetensorsHeader(long dataStart, Map<String, String> metadata, Map<String, Entry> entries) {
    /// The longest header. The largest published checkpoints have headers under 1 MB.
    static final int HEADER_BYTES_MAX = 25_000_000;

    static final int LENGTH_BYTES = 8;
    /// The most tensors of one file.
    static final int TENSORS_MAX = 100_000;

    static final String METADATA = "__metadata__";
    private static final ValueLayout.OfLong LITTLE_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Where a tensor lies: bytes `begin` (inclusive) to `end` (exclusive) of the data.
    record Entry(String name, ElementType type, Shape shape, long begin, long end) {}

    static SafetensorsHeader read(MappedFile file) {
        MemorySegment lengthBytes = file.slice(0, LENGTH_BYTES, "the header length");
        long length = lengthBytes.get(LITTLE_LONG, 0);
        if (length < 0 || length > HEADER_BYTES_MAX) {
            throw file.broken(
                    0,
                    "the header length is " + Long.toUnsignedString(length) + " bytes, expected at most "
                            + HEADER_BYTES_MAX + "; this is no safetensors file, or a broken one");
        }
        byte[] json = file.slice(LENGTH_BYTES, length, "the header").toArray(ValueLayout.JAVA_BYTE);
        if (length < 2 || json[0] != '{') {
            throw file.broken(LENGTH_BYTES, "the header does not begin with {; this is no safetensors file");
        }
        SafetensorsHeader header =
                new SafetensorsHeader(LENGTH_BYTES + length, new LinkedHashMap<>(), new LinkedHashMap<>());
        try (JsonParser parser = JsonFiles.MAPPER.createParser(json)) {
            new Reader(file, parser, header).readAll();
        } catch (JacksonException e) {
            throw JsonFiles.broken(e, file.path().toString(), LENGTH_BYTES);
        }
        header.checkLayout(file);
        return header;
    }

    /// The tensors must fill the data without overlaps or holes, as the reference implementation demands.
    private void checkLayout(MappedFile file) {
        List<Entry> byPlace = new ArrayList<>(entries.values());
        byPlace.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long expected = 0;
        for (Entry entry : byPlace) {
            if (entry.begin != expected) {
                throw file.broken(
                        dataStart + Math.min(entry.begin, expected),
                        "tensor " + entry.name + " begins at data offset " + entry.begin + ", expected " + expected
                                + ": tensors must follow each other without overlaps and holes");
            }
            expected = entry.end;
        }
        long dataBytes = file.size() - dataStart;
        if (expected > dataBytes) {
            Entry last = byPlace.getLast();
            throw file.broken(
                    dataStart + last.begin,
                    "tensor " + last.name + " ends at data offset " + expected + ", but the file has only " + dataBytes
                            + " bytes of data");
        }
        if (expected < dataBytes) {
            throw file.broken(
                    dataStart + expected,
                    "the file has " + (dataBytes - expected) + " bytes after its last tensor, expected none");
        }
    }

    /// Reads one header. Errors give the place in the file.
    private record Reader(MappedFile file, JsonParser parser, SafetensorsHeader header) {

        void readAll() {
            expect(parser.nextToken(), JsonToken.START_OBJECT, "the header");
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                if (name.equals(METADATA)) {
                    readMetadata();
                    continue;
                }
                if (header.entries.size() == TENSORS_MAX) {
                    throw broken("more than " + TENSORS_MAX + " tensors");
                }
                Entry entry = readEntry(name);
                if (header.entries.put(name, entry) != null) {
                    throw broken("tensor " + name + " occurs twice");
                }
            }
            if (parser.nextToken() != null) {
                throw broken("data after the end of the header");
            }
        }

        private void readMetadata() {
            expect(parser.nextToken(), JsonToken.START_OBJECT, METADATA);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                expect(parser.nextToken(), JsonToken.VALUE_STRING, METADATA + "." + key);
                header.metadata.put(key, parser.getString());
            }
        }

        private Entry readEntry(String name) {
            expect(parser.nextToken(), JsonToken.START_OBJECT, "tensor " + name);
            String type = "";
            long[] shape = null;
            long[] offsets = null;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "dtype" -> {
                        expect(parser.currentToken(), JsonToken.VALUE_STRING, "tensor " + name + ": dtype");
                        type = parser.getString();
                    }
                    case "shape" -> shape = readLongs(name, field, Shape.RANK_MAX);
                    case "data_offsets" -> offsets = readLongs(name, field, 2);
                    default -> throw broken("tensor " + name + " has an unknown field " + field);
                }
            }
            if (type.isEmpty() || shape == null || offsets == null || offsets.length != 2) {
                throw broken("tensor " + name + " lacks one of dtype, shape and two data_offsets");
            }
            return entry(name, type, shape, offsets);
        }

        private Entry entry(String name, String dtype, long[] dimensions, long[] offsets) {
            ElementType type = SafetensorsType.ofName(dtype)
                    .orElseThrow(() -> new UnsupportedModelException(file.path() + ": tensor " + name + " has type "
                            + dtype + ", which is not supported yet. Supported: " + SafetensorsType.names()
                            + ". Take another version of the model, for example in BF16."));
            Shape shape;
            long bytes;
            try {
                shape = Shape.of(dimensions);
                bytes = type.byteSize(shape.elements());
            } catch (ArithmeticException e) {
                throw broken("tensor " + name + " has a shape whose size overflows: " + Arrays.toString(dimensions), e);
            }
            if (offsets[1] < offsets[0] || offsets[1] - offsets[0] != bytes) {
                throw broken("tensor " + name + " of type " + dtype + " and shape " + shape + " takes " + bytes
                        + " bytes, but its data_offsets are " + offsets[0] + " to " + offsets[1]);
            }
            return new Entry(name, type, shape, offsets[0], offsets[1]);
        }

        private long[] readLongs(String tensor, String field, int most) {
            String what = "tensor " + tensor + ": " + field;
            expect(parser.currentToken(), JsonToken.START_ARRAY, what);
            long[] values = new long[most];
            int count = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
                if (count == most) {
                    throw broken(what + " has more than " + most + " numbers");
                }
                values[count] = parser.getLongValue();
                if (values[count++] < 0) {
                    throw broken(what + " has a negative number");
                }
            }
            return Arrays.copyOf(values, count);
        }

        private void expect(JsonToken found, JsonToken expected, String what) {
            if (found != expected) {
                throw broken(what + " is " + found + ", expected " + expected);
            }
        }

        private ModelFormatException broken(String what) {
            return file.broken(
                    LENGTH_BYTES + Math.max(0, parser.currentTokenLocation().getByteOffset()), what);
        }

        private ModelFormatException broken(String what, ArithmeticException cause) {
            ModelFormatException broken = broken(what);
            broken.initCause(cause);
            return broken;
        }
    }
}
