package dev.lilla.model;

import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/// What an adapter's file says of one weight.
///
/// @param weight name in the spec
/// @param down A, `[rank, in]`
/// @param up B, `[out, rank]`, rows in the file's order
/// @param scaling factor on the product
record AdapterPart(String weight, Tensor down, Tensor up, float scaling) {
    /// Bytes digested at a time; a buffer's size is an int.
    private static final long SLICE_BYTES = 1 << 26;

    /// A SHA-256 over all that parts say, in whatever order they come, in hexadecimal digits.
    ///
    /// @param format whose order of rows they follow
    static String digest(List<AdapterPart> parts, AdapterFormat format) {
        MessageDigest digest = sha256();
        digest.update(format.name().getBytes(StandardCharsets.UTF_8));
        parts.stream().sorted(Comparator.comparing(AdapterPart::weight)).forEach(part -> part.addTo(digest));
        return HexFormat.of().formatHex(digest.digest());
    }

    private void addTo(MessageDigest digest) {
        String head = "\n" + weight + " " + Float.toHexString(scaling);
        digest.update(head.getBytes(StandardCharsets.UTF_8));
        for (Tensor tensor : List.of(down, up)) {
            String kind = "\n" + tensor.type() + tensor.shape() + "\n";
            digest.update(kind.getBytes(StandardCharsets.UTF_8));
            MemorySegment data = tensor.data();
            for (long from = 0; from < data.byteSize(); from += SLICE_BYTES) {
                ByteBuffer slice = data.asSlice(from, Math.min(SLICE_BYTES, data.byteSize() - from))
                        .asByteBuffer();
                digest.update(slice);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
