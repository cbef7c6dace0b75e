package dev.lilla.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Zip files as torch.save writes them: everything stored, under one folder.
final class TorchZip {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ZipOutputStream zip = new ZipOutputStream(bytes);
    private int method = ZipEntry.STORED;

    /// Entries that follow are compressed.
    TorchZip compressed() {
        method = ZipEntry.DEFLATED;
        return this;
    }

    TorchZip add(String name, String content) {
        return add(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /// @param name below the folder, such as `data/0`
    TorchZip add(String name, byte[] content) {
        ZipEntry entry = new ZipEntry("archive/" + name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setMethod(method);
        entry.setCrc(crc.getValue());
        entry.setSize(content.length);
        try {
            zip.putNextEntry(entry);
            zip.write(content);
            zip.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    byte[] bytes() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// A checkpoint with one F32 tensor `w` of shape [2, 3], values 0 to 5.
    static TorchZip ofOneTensor() {
        ByteBuffer data = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            data.putFloat(i);
        }
        return new TorchZip()
                .add(
                        "data.pkl",
                        PickleBytes.dictionary("w", PickleBytes.floatTensor("0", 6, 0, "2,3", "3,1"))
                                .bytes())
                .add("byteorder", "little")
                .add("data/0", data.array());
    }

    /// A zip64 file with one entry whose sizes and offset stand in the extra field.
    static byte[] zip64(String name, byte[] content) {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out =
                ByteBuffer.allocate(500 + 2 * nameBytes.length + content.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0x04034b50)
                .putShort((short) 45)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0)
                .putInt(0);
        out.putInt(-1)
                .putInt(-1)
                .putShort((short) nameBytes.length)
                .putShort((short) 0)
                .put(nameBytes)
                .put(content);
        int directory = out.position();
        out.putInt(0x02014b50)
                .putShort((short) 45)
                .putShort((short) 45)
                .putShort((short) 0)
                .putShort((short) 0);
        out.putInt(0).putInt(0).putInt(-1).putInt(-1);
        out.putShort((short) nameBytes.length)
                .putShort((short) 28)
                .putShort((short) 0)
                .putShort((short) 0);
        out.putShort((short) 0).putInt(0).putInt(-1).put(nameBytes);
        out.putShort((short) 1).putShort((short) 24);
        out.putLong(content.length).putLong(content.length).putLong(0);
        int end = out.position();
        out.putInt(0x06064b50)
                .putLong(44)
                .putShort((short) 45)
                .putShort((short) 45)
                .putInt(0)
                .putInt(0);
        out.putLong(1).putLong(1).putLong(end - directory).putLong(directory);
        out.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
        out.putInt(0x06054b50)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) -1)
                .putShort((short) -1);
        out.putInt(-1).putInt(-1).putShort((short) 0);
        return Arrays.copyOf(out.array(), out.position());
    }
}
