package dev.lilla.model;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/// What an adapter adds to one weight: `scaling * B · A`.
///
/// @param weight name in the spec
/// @param down A, `[rank, in]`
/// @param up B, `[out, rank]`
/// @param scaling factor on the product
public record AdapterPart(String weight, Tensor down, Tensor up, float scaling) {
    /// Bytes digested at a time; a buffer's size is an int.
    private static final long SLICE_BYTES = 1 << 26;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// A part of matrices on the heap, which are copied.
    ///
    /// @param down A, `[rank, in]`, row-major
    /// @param up B, `[out, rank]`, row-major, rows in the order of the base
    /// @throws IllegalArgumentException if the lengths are no multiples of the rank
    public static AdapterPart of(String weight, int rank, float[] down, float[] up, float scaling) {
        if (rank < 1 || down.length == 0 || up.length == 0 || down.length % rank != 0 || up.length % rank != 0) {
            throw new IllegalArgumentException(weight + ": matrices of " + down.length + " and " + up.length
                    + " numbers, expected multiples of the rank " + rank);
        }
        return new AdapterPart(
                weight,
                tensor(weight + ".A", Shape.of(rank, down.length / rank), down),
                tensor(weight + ".B", Shape.of(up.length / rank, rank), up),
                scaling);
    }

    static Tensor tensor(String name, Shape shape, float[] values) {
        MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, Float.BYTES)]);
        MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
        return new Tensor(name, ElementType.F32, shape, data);
    }

    public int rank() {
        return Math.toIntExact(down.shape().rows());
    }

    /// A SHA-256 over all that parts say, in whatever order they come, in hexadecimal digits.
    static String digest(List<AdapterPart> parts) {
        MessageDigest digest = sha256();
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
