package dev.lilla.format;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Pickles written opcode by opcode, protocol 2.
final class PickleBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    PickleBytes op(int... codes) {
        for (int code : codes) {
            out.write(code);
        }
        return this;
    }

    PickleBytes raw(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    PickleBytes text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return op('X').op(bytes.length, bytes.length >> 8, 0, 0).raw(text);
    }

    PickleBytes whole(int value) {
        return op('J', value, value >> 8, value >> 16, value >> 24);
    }

    PickleBytes global(String module, String name) {
        return raw("c" + module + "\n" + name + "\n");
    }

    PickleBytes then(PickleBytes other) {
        out.writeBytes(other.out.toByteArray());
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /// A tuple of whole numbers written as `2,3`; the empty string is the empty tuple.
    static PickleBytes tuple(String numbers) {
        PickleBytes tuple = new PickleBytes().op('(');
        for (String number : numbers.isEmpty() ? new String[0] : numbers.split(",")) {
            tuple.whole(Integer.parseInt(number));
        }
        return tuple.op('t');
    }

    static PickleBytes storage(String storageClass, String key, int elements) {
        return new PickleBytes()
                .op('(')
                .text("storage")
                .global("torch", storageClass)
                .text(key)
                .text("cpu")
                .whole(elements)
                .op('t', 'Q');
    }

    static PickleBytes floatTensor(String key, int elements, int offset, String shape, String strides) {
        return tensor(storage("FloatStorage", key, elements), offset, shape, strides);
    }

    static PickleBytes tensor(PickleBytes storage, int offset, String shape, String strides) {
        return new PickleBytes()
                .global("torch._utils", "_rebuild_tensor_v2")
                .op('(')
                .then(storage)
                .whole(offset)
                .then(tuple(shape))
                .then(tuple(strides))
                .op(0x89) // requires_grad
                .global("collections", "OrderedDict")
                .op(')', 'R', 't', 'R');
    }

    /// A whole pickle: a dictionary with one entry.
    static PickleBytes dictionary(String key, PickleBytes value) {
        return new PickleBytes().op(0x80, 2, '}').text(key).then(value).op('s', '.');
    }
}
