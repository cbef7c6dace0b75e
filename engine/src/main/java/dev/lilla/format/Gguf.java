package dev.lilla.format;

import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A GGUF model, versions 2 and 3, little-endian, in one file or split into several, mapped.
///
/// Shapes are row-major: the reverse of ggml's `ne`.
public final class Gguf implements Checkpoint {
    /// The most files of one model.
    static final int PARTS_MAX = 10_000;

    static final String SPLIT_NUMBER_KEY = "split.no";
    static final String SPLIT_COUNT_KEY = "split.count";
    static final String SPLIT_TENSORS_KEY = "split.tensors.count";

    private static final Pattern PART_NAME = Pattern.compile("(.*)-([0-9]{5})-of-([0-9]{5})\\.gguf");

    private final Path path;
    private final FileMapping mapping;
    private final int version;
    private final long alignment;
    private final GgufMetadata metadata;
    private final Map<String, Tensor> tensors;

    private Gguf(Path path, FileMapping mapping, GgufHeader header, Map<String, Tensor> tensors) {
        this.path = path;
        this.mapping = mapping;
        this.version = header.version();
        this.alignment = header.alignment();
        this.metadata = header.metadata();
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /// Opens a GGUF file. Of a split model any part may be named; all parts must lie beside it.
    ///
    /// @throws IllegalArgumentException if there is no such file
    /// @throws ModelFormatException if a file is broken or a part is missing
    /// @throws UnsupportedModelException if a file is of another version or byte order, or has a tensor of a type
    ///     that Lilla lacks
    public static Gguf open(Path path) {
        FileMapping mapping = new FileMapping();
        try {
            return parse(mapping.map(path), mapping);
        } catch (Throwable e) {
            mapping.close();
            throw e;
        }
    }

    /// Whether the file begins as a GGUF file does; false if it cannot be read.
    public static boolean isGguf(Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (InputStream stream = Files.newInputStream(path)) {
            return Arrays.equals(stream.readNBytes(4), new byte[] {'G', 'G', 'U', 'F'});
        } catch (IOException e) {
            return false;
        }
    }

    /// Reads a file that is in memory already; the model closes `mapping`.
    static Gguf parse(MappedFile file, FileMapping mapping) {
        GgufHeader header = GgufHeader.read(file);
        int parts = splitValue(file.path(), header.metadata(), SPLIT_COUNT_KEY);
        if (parts > 1) {
            return parseParts(file, header, mapping, parts);
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        addTensors(file, header, tensors);
        return new Gguf(file.path(), mapping, header, tensors);
    }

    private static Gguf parseParts(MappedFile opened, GgufHeader openedHeader, FileMapping mapping, int parts) {
        int openedNumber = splitValue(opened.path(), openedHeader.metadata(), SPLIT_NUMBER_KEY);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        GgufHeader first = openedHeader;
        for (int number = 0; number < parts; number++) {
            Path path = partPath(opened.path(), openedNumber, number, parts);
            boolean isOpened = number == openedNumber;
            MappedFile file = isOpened ? opened : mapping.map(path);
            GgufHeader header = isOpened ? openedHeader : GgufHeader.read(file);
            if (splitValue(path, header.metadata(), SPLIT_NUMBER_KEY) != number
                    || splitValue(path, header.metadata(), SPLIT_COUNT_KEY) != parts) {
                throw new ModelFormatException(path + ": its keys " + SPLIT_NUMBER_KEY + " and " + SPLIT_COUNT_KEY
                        + " do not say part " + number + " of " + parts + ". It belongs to another model or was"
                        + " renamed: download it again.");
            }
            addTensors(file, header, tensors);
            first = number == 0 ? header : first;
        }
        requireCount(opened.path(), first.metadata().findInteger(SPLIT_TENSORS_KEY), tensors.size());
        return new Gguf(opened.path(), mapping, first, tensors);
    }

    /// The file of part `number` (from 0), which has `number + 1` in its name.
    private static Path partPath(Path opened, int openedNumber, int number, int parts) {
        Matcher name = PART_NAME.matcher(String.valueOf(opened.getFileName()));
        if (!name.matches()
                || Integer.parseInt(name.group(2)) != openedNumber + 1
                || Integer.parseInt(name.group(3)) != parts) {
            throw new ModelFormatException(opened + ": is part " + (openedNumber + 1) + " of " + parts
                    + " of a split model, expected a name that ends with "
                    + partSuffix(openedNumber, parts) + ". Give all parts their original names.");
        }
        Path path = opened.resolveSibling(name.group(1) + partSuffix(number, parts));
        if (!Files.isRegularFile(path)) {
            throw new ModelFormatException(opened + ": is part " + (openedNumber + 1) + " of " + parts
                    + " of a split model, but part " + path.getFileName() + " is not beside it. Download it.");
        }
        return path;
    }

    static String partSuffix(int number, int parts) {
        return String.format(Locale.ROOT, "-%05d-of-%05d.gguf", number + 1, parts);
    }

    private static int splitValue(Path path, GgufMetadata metadata, String key) {
        long value = metadata.findInteger(key).orElse(0);
        if (value < 0 || value > PARTS_MAX) {
            throw new ModelFormatException(path + ": key " + key + " is " + value + ", expected at most " + PARTS_MAX
                    + ". Download the file again.");
        }
        return (int) value;
    }

    private static void requireCount(Path path, OptionalLong expected, int found) {
        if (expected.isPresent() && expected.getAsLong() != found) {
            throw new ModelFormatException(path + ": the parts of the model have " + found + " tensors, but "
                    + SPLIT_TENSORS_KEY + " says " + expected.getAsLong() + ". Download all parts again.");
        }
    }

    private static void addTensors(MappedFile file, GgufHeader header, Map<String, Tensor> tensors) {
        for (GgufHeader.Entry entry : header.entries()) {
            Tensor tensor = new Tensor(
                    entry.name(),
                    entry.type(),
                    entry.shape(),
                    file.slice(entry.offset(), entry.bytes(), "tensor " + entry.name()));
            if (tensors.put(entry.name(), tensor) != null) {
                throw file.broken(entry.offset(), "tensor " + entry.name() + " occurs in two parts of the model");
            }
        }
    }

    @Override
    public Path path() {
        return path;
    }

    /// 2 or 3.
    public int version() {
        return version;
    }

    /// What the file offset of every tensor is a multiple of, a power of two.
    public long alignment() {
        return alignment;
    }

    /// Keys and values; of a split model those of the first part.
    public GgufMetadata metadata() {
        return metadata;
    }

    @Override
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        mapping.close();
    }
}
