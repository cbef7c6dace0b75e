package dev.lilla.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The entries of a mapped zip file, each of them stored without compression, so that its bytes can be used in place.
///
/// Source: PKWARE APPNOTE.TXT 6.3, sections 4.3.7 (local header), 4.3.12 (central header), 4.3.14 to 4.3.16 (the end).
final class ZipDirectory {
    /// The most entries; PyTorch writes one a tensor and a few more.
    static final int ENTRIES_MAX = 200_000;

    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int END64_BYTES = 56;
    private static final int LOCATOR64_SIGNATURE = 0x07064b50;
    private static final int LOCATOR64_BYTES = 20;
    private static final int ZIP64_EXTRA = 1;
    private static final int COMMENT_BYTES_MAX = 0xFFFF;
    private static final int IN_ZIP64_16 = 0xFFFF;
    private static final long IN_ZIP64_32 = 0xFFFF_FFFFL;
    private static final int ENCRYPTED = 1;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// @param headerOffset where the local header stands in the file
    record Entry(String name, int method, int flags, long bytes, long storedBytes, long headerOffset) {}

    private final MappedFile file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final long start;

    private ZipDirectory(MappedFile file, long start) {
        this.file = file;
        this.start = start;
    }

    /// Reads the central directory.
    ///
    /// @throws ModelFormatException if the file is no zip file or a broken one
    static ZipDirectory read(MappedFile file) {
        long end = findEnd(file);
        long count = unsignedShort(file, end + 10);
        long bytes = unsignedInt(file, end + 12);
        long start = unsignedInt(file, end + 16);
        if (count == IN_ZIP64_16 || bytes == IN_ZIP64_32 || start == IN_ZIP64_32) {
            long end64 = findEnd64(file, end);
            count = longAt(file, end64 + 32);
            bytes = longAt(file, end64 + 40);
            start = longAt(file, end64 + 48);
        }
        if (count < 0 || count > ENTRIES_MAX) {
            throw file.broken(
                    end,
                    "the zip directory has " + Long.toUnsignedString(count) + " entries, expected at most "
                            + ENTRIES_MAX);
        }
        if (start < 0 || bytes < 0 || start > end || bytes > end - start) {
            throw file.broken(
                    end,
                    "the zip directory takes " + bytes + " bytes from byte " + start + ", expected to end before byte "
                            + end);
        }
        ZipDirectory directory = new ZipDirectory(file, start);
        directory.readEntries(count, start + bytes);
        return directory;
    }

    /// The first entry whose name ends so.
    Optional<String> findNameEndingWith(String suffix) {
        return entries.keySet().stream().filter(name -> name.endsWith(suffix)).findFirst();
    }

    boolean contains(String name) {
        return entries.containsKey(name);
    }

    /// The content of an entry, in place.
    ///
    /// @throws ModelFormatException if there is none of that name, or its header is broken
    /// @throws UnsupportedModelException if it is compressed or encrypted
    MemorySegment bytes(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new ModelFormatException(file.path() + ": has no entry " + name + " among " + entries.size()
                    + ". The file is damaged or incomplete: download it again.");
        }
        return file.bytes().asSlice(dataOffset(entry), entry.bytes);
    }

    /// Where in the file the content of an entry begins.
    long offset(String name) {
        return bytes(name).address() - file.bytes().address();
    }

    private long dataOffset(Entry entry) {
        if (entry.method != 0 || (entry.flags & ENCRYPTED) != 0) {
            throw new UnsupportedModelException(file.path() + ": entry " + entry.name + " is "
                    + (entry.method == 0 ? "encrypted" : "compressed (method " + entry.method + ")")
                    + ", which is not supported. Supported: stored entries, which torch.save writes."
                    + " Unpack the zip file and pack it again with: zip -0");
        }
        long header = entry.headerOffset;
        if (header < 0 || header > start - LOCAL_BYTES || intAt(file, header) != LOCAL_SIGNATURE) {
            throw file.broken(header, "entry " + entry.name + " has no local header there");
        }
        int nameBytes = unsignedShort(file, header + 26);
        long data = header + LOCAL_BYTES + nameBytes + unsignedShort(file, header + 28);
        if (data > start || entry.bytes < 0 || entry.bytes > start - data) {
            throw file.broken(
                    header,
                    "entry " + entry.name + " takes " + entry.bytes + " bytes from byte " + data
                            + ", but the zip directory begins at byte " + start);
        }
        if (!text(file, header + LOCAL_BYTES, nameBytes).equals(entry.name)) {
            throw file.broken(header, "the local header of entry " + entry.name + " has another name");
        }
        if (entry.storedBytes != entry.bytes) {
            throw file.broken(
                    header,
                    "entry " + entry.name + " is not compressed, but takes " + entry.storedBytes + " bytes for "
                            + entry.bytes);
        }
        return data;
    }

    private void readEntries(long count, long directoryEnd) {
        long at = start;
        for (long i = 0; i < count; i++) {
            if (directoryEnd - at < CENTRAL_BYTES || intAt(file, at) != CENTRAL_SIGNATURE) {
                throw file.broken(at, "entry " + i + " of the zip directory is missing");
            }
            int nameBytes = unsignedShort(file, at + 28);
            int extraBytes = unsignedShort(file, at + 30);
            long next = at + CENTRAL_BYTES + nameBytes + extraBytes + unsignedShort(file, at + 32);
            if (next > directoryEnd) {
                throw file.broken(at, "entry " + i + " of the zip directory is longer than the directory");
            }
            Entry entry = readEntry(at, nameBytes, extraBytes);
            if (entries.put(entry.name, entry) != null) {
                throw file.broken(at, "entry " + entry.name + " occurs twice");
            }
            at = next;
        }
    }

    private Entry readEntry(long at, int nameBytes, int extraBytes) {
        long storedBytes = unsignedInt(file, at + 20);
        long bytes = unsignedInt(file, at + 24);
        long header = unsignedInt(file, at + 42);
        String name = text(file, at + CENTRAL_BYTES, nameBytes);
        long extra = at + CENTRAL_BYTES + nameBytes;
        for (long end = extra + extraBytes; end - extra >= 4; ) {
            int tag = unsignedShort(file, extra);
            long field = extra + 4;
            long fieldEnd = field + unsignedShort(file, extra + 2);
            if (fieldEnd > end) {
                throw file.broken(extra, "an extra field of entry " + name + " is longer than its entry");
            }
            if (tag == ZIP64_EXTRA) { // holds, in this order, those that do not fit their 32 bits
                Zip64 wide = new Zip64(name, field, fieldEnd);
                bytes = bytes == IN_ZIP64_32 ? wide.next() : bytes;
                storedBytes = storedBytes == IN_ZIP64_32 ? wide.next() : storedBytes;
                header = header == IN_ZIP64_32 ? wide.next() : header;
            }
            extra = fieldEnd;
        }
        return new Entry(name, unsignedShort(file, at + 10), unsignedShort(file, at + 8), bytes, storedBytes, header);
    }

    /// The 64-bit numbers of a zip64 extra field.
    private final class Zip64 {
        private final String entry;
        private final long end;
        private long at;

        Zip64(String entry, long at, long end) {
            this.entry = entry;
            this.at = at;
            this.end = end;
        }

        long next() {
            if (end - at < Long.BYTES) {
                throw file.broken(at, "the zip64 field of entry " + entry + " is too short");
            }
            at += Long.BYTES;
            return longAt(file, at - Long.BYTES);
        }
    }

    private static long findEnd(MappedFile file) {
        long last = file.size() - END_BYTES;
        for (long at = last; at >= Math.max(0, last - COMMENT_BYTES_MAX); at--) {
            if (intAt(file, at) == END_SIGNATURE && unsignedShort(file, at + 20) == last - at) {
                return at;
            }
        }
        throw file.broken(file.size(), "the end of the zip directory is missing");
    }

    private static long findEnd64(MappedFile file, long end) {
        long locator = end - LOCATOR64_BYTES;
        if (locator < 0 || intAt(file, locator) != LOCATOR64_SIGNATURE) {
            throw file.broken(end, "the zip64 locator is missing");
        }
        long end64 = longAt(file, locator + 8);
        if (end64 < 0 || end64 > locator - END64_BYTES || intAt(file, end64) != END64_SIGNATURE) {
            throw file.broken(locator, "the zip64 end of the directory is not at byte " + end64);
        }
        return end64;
    }

    private static int unsignedShort(MappedFile file, long offset) {
        return Short.toUnsignedInt(
                file.slice(offset, Short.BYTES, "a zip header").get(SHORT, 0));
    }

    private static int intAt(MappedFile file, long offset) {
        return file.slice(offset, Integer.BYTES, "a zip header").get(INT, 0);
    }

    private static long unsignedInt(MappedFile file, long offset) {
        return Integer.toUnsignedLong(intAt(file, offset));
    }

    private static long longAt(MappedFile file, long offset) {
        return file.slice(offset, Long.BYTES, "a zip header").get(LONG, 0);
    }

    private static String text(MappedFile file, long offset, long bytes) {
        return new String(
                file.slice(offset, bytes, "a zip entry's name").toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }
}
