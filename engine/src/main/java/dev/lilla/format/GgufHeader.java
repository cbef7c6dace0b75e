package dev.lilla.format;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The head of a GGUF file: version, metadata, and where its tensors lie.
///
/// Source: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>. Versions 2 and 3 differ only in that 3 may
/// be big-endian.
///
/// @param alignment what tensor offsets are a multiple of; a power of two
/// @param entries in the order of the file
record GgufHeader(int version, GgufMetadata metadata, long alignment, long dataStart, List<Entry> entries) {
    static final String ALIGNMENT_KEY = "general.alignment";
    static final long ALIGNMENT_DEFAULT = 32;
    /// "GGUF" as a little-endian number.
    static final int MAGIC = 0x46554747;

    static final int VERSION_MIN = 2;
    static final int VERSION_MAX = 3;
    /// The most metadata keys.
    static final int KEYS_MAX = 65_536;
    /// The most tensors of one file.
    static final int TENSORS_MAX = 100_000;
    /// The most dimensions of a tensor in ggml.
    static final int RANK_MAX = 4;

    /// @param offset of the data in the file
    record Entry(String name, ElementType type, Shape shape, long offset, long bytes) {
        long end() {
            return offset + bytes;
        }
    }

    static GgufHeader read(MappedFile file) {
        GgufCursor cursor = new GgufCursor(file);
        requireMagic(file, cursor.nextInt("the magic number"));
        int version = cursor.nextInt("the version");
        requireVersion(file, version);
        long tensors = cursor.nextCount(TENSORS_MAX, "the tensor count");
        long keys = cursor.nextCount(KEYS_MAX, "the key count");
        GgufMetadata metadata = readMetadata(file, cursor, keys);
        long alignment = alignment(file, metadata);
        List<RawEntry> raw = new ArrayList<>();
        for (long i = 0; i < tensors; i++) {
            raw.add(readEntry(file, cursor));
        }
        long dataStart = alignUp(cursor.position(), alignment);
        List<Entry> entries = place(file, raw, alignment, dataStart);
        requireDistinct(file, entries);
        return new GgufHeader(version, metadata, alignment, dataStart, entries);
    }

    static long alignUp(long offset, long alignment) {
        return Math.addExact(offset, alignment - 1) & -alignment;
    }

    private static void requireMagic(MappedFile file, int magic) {
        if (magic == MAGIC) {
            return;
        }
        String found = switch (Integer.reverseBytes(magic)) {
            case 0x67676d6c, 0x67676d66, 0x67676a74, 0x67676c61, 0x6c6d6767, 0x666d6767, 0x746a6767, 0x616c6767 ->
                "a GGML file from before GGUF";
            case 0x504b0304 -> "a zip file, perhaps a PyTorch checkpoint";
            default -> "";
        };
        if (found.startsWith("a GGML")) {
            throw new UnsupportedModelException(file.path() + ": is " + found
                    + ", which is not supported. Supported: GGUF 2 and 3. Take a newer version of the model.");
        }
        throw file.broken(
                0,
                "the file begins with 0x%08x%s, expected GGUF"
                        .formatted(Integer.reverseBytes(magic), found.isEmpty() ? "" : " (" + found + ")"));
    }

    private static void requireVersion(MappedFile file, int version) {
        if (version >= VERSION_MIN && version <= VERSION_MAX) {
            return;
        }
        int swapped = Integer.reverseBytes(version);
        if (swapped >= 1 && swapped <= VERSION_MAX) {
            throw new UnsupportedModelException(file.path() + ": is a big-endian GGUF (version " + swapped
                    + "), which is not supported yet. Supported: little-endian GGUF 2 and 3. Convert it with"
                    + " gguf_convert_endian.py of the gguf Python package.");
        }
        if (version == 1 || (version > VERSION_MAX && version < 1 << 16)) {
            throw new UnsupportedModelException(file.path() + ": is GGUF version " + version
                    + ", which is not supported yet. Supported: 2 and 3. Convert the original checkpoint with:"
                    + " lilla convert");
        }
        throw file.broken(
                Integer.BYTES, "the GGUF version is " + Integer.toUnsignedString(version) + ", expected 2 or 3");
    }

    private static GgufMetadata readMetadata(MappedFile file, GgufCursor cursor, long keys) {
        Map<String, GgufValue> entries = new LinkedHashMap<>();
        for (long i = 0; i < keys; i++) {
            long start = cursor.position();
            String key = cursor.nextString("key " + i);
            if (entries.put(key, cursor.nextValue("the value of key " + key)) != null) {
                throw file.broken(start, "key " + key + " occurs twice");
            }
        }
        return GgufMetadata.of(file.path().toString(), entries);
    }

    private static long alignment(MappedFile file, GgufMetadata metadata) {
        long alignment = metadata.findInteger(ALIGNMENT_KEY).orElse(ALIGNMENT_DEFAULT);
        if (Long.bitCount(alignment) != 1 || alignment < 0) {
            throw new ModelFormatException(file.path() + ": key " + ALIGNMENT_KEY + " is " + alignment
                    + ", expected a power of two. Convert the model again with: lilla convert");
        }
        return alignment;
    }

    /// An entry of the tensor table before its offset is checked.
    ///
    /// @param start where the entry stands in the file
    /// @param offset from the start of the data
    private record RawEntry(long start, String name, ElementType type, Shape shape, long offset) {}

    private static RawEntry readEntry(MappedFile file, GgufCursor cursor) {
        long start = cursor.position();
        String name = cursor.nextString("a tensor name");
        int rank = cursor.nextInt("the rank of tensor " + name);
        if (rank < 0 || rank > RANK_MAX) {
            throw file.broken(
                    start,
                    "tensor " + name + " has " + Integer.toUnsignedString(rank) + " dimensions, expected at most "
                            + RANK_MAX);
        }
        long[] dimensions = new long[rank];
        for (int i = rank - 1; i >= 0; i--) { // the file has the contiguous dimension first
            dimensions[i] = cursor.nextCount(Long.MAX_VALUE, "a dimension of tensor " + name);
        }
        int typeNumber = cursor.nextInt("the type of tensor " + name);
        long offset = cursor.nextCount(Long.MAX_VALUE, "the offset of tensor " + name);
        ElementType type = elementType(file, start, name, typeNumber);
        try {
            return new RawEntry(start, name, type, Shape.of(dimensions), offset);
        } catch (ArithmeticException e) {
            ModelFormatException broken = file.broken(start, "the dimensions of tensor " + name + " overflow");
            broken.initCause(e);
            throw broken;
        }
    }

    private static ElementType elementType(MappedFile file, long start, String tensor, int number) {
        GgmlType type = GgmlType.ofNumber(number)
                .orElseThrow(() -> file.broken(
                        start,
                        "tensor " + tensor + " has the unknown type number " + Integer.toUnsignedString(number)));
        return type.elementType()
                .orElseThrow(() -> new UnsupportedModelException(file.path() + ": tensor " + tensor
                        + " has type " + type + ", which is not supported yet. Supported: " + GgmlType.supportedNames()
                        + ". Take another quantization of the model, or make one from its original checkpoint with:"
                        + " lilla convert"));
    }

    private static List<Entry> place(MappedFile file, List<RawEntry> raw, long alignment, long dataStart) {
        List<Entry> entries = new ArrayList<>();
        for (RawEntry entry : raw) {
            String name = entry.name;
            if (entry.shape.columns() % entry.type.blockElements() != 0) {
                throw file.broken(
                        entry.start,
                        "tensor " + name + " has rows of " + entry.shape.columns()
                                + " elements, expected a multiple of the " + entry.type.blockElements() + " of a "
                                + entry.type + " block");
            }
            if (entry.offset % alignment != 0) {
                throw file.broken(
                        entry.start,
                        "tensor " + name + " has offset " + entry.offset + ", expected a multiple of the alignment "
                                + alignment);
            }
            long bytes;
            long offset;
            try {
                bytes = entry.type.byteSize(entry.shape.elements());
                offset = Math.addExact(dataStart, entry.offset);
            } catch (ArithmeticException e) {
                ModelFormatException broken = file.broken(entry.start, "the size of tensor " + name + " overflows");
                broken.initCause(e);
                throw broken;
            }
            if (offset > file.size() || bytes > file.size() - offset) {
                throw file.broken(
                        entry.start,
                        "tensor " + name + " takes " + bytes + " bytes from byte " + offset
                                + ", but the file ends at byte " + file.size());
            }
            entries.add(new Entry(name, entry.type, entry.shape, offset, bytes));
        }
        return entries;
    }

    /// No name may occur twice, and no byte may belong to two tensors.
    private static void requireDistinct(MappedFile file, List<Entry> entries) {
        Set<String> names = new HashSet<>();
        long end = 0;
        String previous = "";
        for (Entry entry : entries.stream()
                .sorted(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::bytes))
                .toList()) {
            if (!names.add(entry.name)) {
                throw file.broken(entry.offset, "tensor " + entry.name + " occurs twice");
            }
            if (entry.offset < end) {
                throw file.broken(
                        entry.offset,
                        "tensor " + entry.name + " begins inside of tensor " + previous + ", which ends at byte "
                                + end);
            }
            end = entry.end();
            previous = entry.name;
        }
    }
}
