package dev.lilla.format;

import dev.lilla.format.PickleValue.Atom;
import dev.lilla.format.PickleValue.Dictionary;
import dev.lilla.format.PickleValue.Flag;
import dev.lilla.format.PickleValue.Global;
import dev.lilla.format.PickleValue.Items;
import dev.lilla.format.PickleValue.Real;
import dev.lilla.format.PickleValue.Text;
import dev.lilla.format.PickleValue.Tuple;
import dev.lilla.format.PickleValue.Whole;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads the pickle of a PyTorch state dictionary, and nothing else: a pickle is a program that can import and call
/// anything, so every opcode and name beyond plain data and tensors is refused, and nothing is ever executed.
///
/// Source: `pickletools.py` of CPython for the opcodes.
final class StateDictUnpickler {
    /// The longest pickle; it takes about 120 bytes a tensor.
    static final int PICKLE_BYTES_MAX = 32 << 20;
    /// The most opcodes; they are about 40 a tensor, and each builds 200 bytes at most besides its text.
    static final int OPCODES_MAX = 2 << 20;
    /// The most values on the stack.
    static final int STACK_MAX = 1 << 20;
    /// The longest module or name.
    private static final int LINE_BYTES_MAX = 1024;

    private static final int PROTOCOL_MAX = 5;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble BIG_DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final MappedFile file;
    private final long start;
    private final MemorySegment pickle;
    private long position;
    private final List<PickleValue> stack = new ArrayList<>();
    private final Map<Integer, PickleValue> memo = new HashMap<>();

    /// @param start where in the file the pickle begins
    private StateDictUnpickler(MappedFile file, long start, MemorySegment pickle) {
        this.file = file;
        this.start = start;
        this.pickle = pickle;
    }

    /// The value that the pickle builds.
    ///
    /// @param start where in the file it begins
    /// @param bytes its length
    /// @throws ModelFormatException if it is broken or beyond the limits above
    /// @throws UnsupportedModelException if it asks for more than data and tensors
    static PickleValue read(MappedFile file, long start, long bytes) {
        if (bytes > PICKLE_BYTES_MAX) {
            throw file.broken(start, "the pickle has " + bytes + " bytes, expected at most " + PICKLE_BYTES_MAX);
        }
        return new StateDictUnpickler(file, start, file.slice(start, bytes, "the pickle")).run();
    }

    private PickleValue run() {
        for (int count = 0; count < OPCODES_MAX; count++) {
            long at = position;
            int code = nextByte();
            PickleOpcode opcode = PickleOpcode.ofCode(code)
                    .orElseThrow(() -> file.broken(start + at, "the pickle has the unknown opcode " + code));
            if (opcode == PickleOpcode.STOP) {
                return pop();
            }
            follow(opcode, at);
            if (stack.size() > STACK_MAX) {
                throw broken("the pickle puts more than " + STACK_MAX + " values on its stack");
            }
        }
        throw broken("the pickle has more than " + OPCODES_MAX + " opcodes");
    }

    private void follow(PickleOpcode opcode, long at) {
        switch (opcode) {
            case PROTO -> requireProtocol(nextByte());
            case FRAME -> take(Long.BYTES);
            case MARK -> push(Atom.MARK);
            case NONE -> push(Atom.NONE);
            case NEWTRUE -> push(new Flag(true));
            case NEWFALSE -> push(new Flag(false));
            case BININT -> push(new Whole(take(Integer.BYTES).get(INT, 0)));
            case BININT1 -> push(new Whole(nextByte()));
            case BININT2 -> push(new Whole(Short.toUnsignedInt(take(Short.BYTES).get(SHORT, 0))));
            case LONG1 -> push(new Whole(nextLong(nextByte())));
            case BINFLOAT -> push(new Real(take(Double.BYTES).get(BIG_DOUBLE, 0)));
            case SHORT_BINSTRING, SHORT_BINUNICODE -> push(nextText(nextByte()));
            case BINUNICODE -> push(nextText(nextUnsignedInt()));
            case BINUNICODE8 -> push(nextText(take(Long.BYTES).get(LONG, 0)));
            case EMPTY_TUPLE -> push(new Tuple(List.of()));
            case TUPLE -> push(new Tuple(popToMark()));
            case TUPLE1 -> pushTuple(1);
            case TUPLE2 -> pushTuple(2);
            case TUPLE3 -> pushTuple(3);
            case EMPTY_LIST -> push(new Items(new ArrayList<>()));
            case APPEND -> append(List.of(pop()));
            case APPENDS -> append(popToMark());
            case EMPTY_DICT -> push(new Dictionary(new LinkedHashMap<>()));
            case SETITEM -> set(List.of(fromTop(2), fromTop(1)), 2);
            case SETITEMS -> set(popToMark(), 0);
            case BINPUT -> memo.put(nextByte(), fromTop(1));
            case LONG_BINPUT -> memo.put(take(Integer.BYTES).get(INT, 0), fromTop(1));
            case MEMOIZE -> memo.put(memo.size(), fromTop(1));
            case BINGET -> recall(nextByte());
            case LONG_BINGET -> recall(take(Integer.BYTES).get(INT, 0));
            case GLOBAL -> push(allowed(nextLine(), nextLine(), at));
            case STACK_GLOBAL -> {
                String name = expect(Text.class, pop(), "the name of a global").value();
                push(allowed(expect(Text.class, pop(), "the module of a global").value(), name, at));
            }
            case REDUCE -> reduce();
            case BUILD -> {
                pop(); // attributes of an ordered dictionary, such as the versions of its modules
                expect(Dictionary.class, fromTop(1), "what attributes are set on");
            }
            case BINPERSID -> push(TorchGlobals.storage(pop(), this::broken));
            case STOP,
                    POP,
                    POP_MARK,
                    DUP,
                    FLOAT,
                    INT,
                    LONG,
                    LONG4,
                    STRING,
                    BINSTRING,
                    UNICODE,
                    BINBYTES,
                    SHORT_BINBYTES,
                    BINBYTES8,
                    BYTEARRAY8,
                    NEXT_BUFFER,
                    READONLY_BUFFER,
                    LIST,
                    DICT,
                    EMPTY_SET,
                    ADDITEMS,
                    FROZENSET,
                    GET,
                    PUT,
                    PERSID,
                    INST,
                    OBJ,
                    NEWOBJ,
                    NEWOBJ_EX,
                    EXT1,
                    EXT2,
                    EXT4 -> throw refused(at, "has the opcode " + opcode, opcode.refusedEffect());
        }
    }

    private void requireProtocol(int protocol) {
        if (protocol > PROTOCOL_MAX) {
            throw broken("the pickle has protocol " + protocol + ", expected at most " + PROTOCOL_MAX);
        }
    }

    private Global allowed(String module, String name, long at) {
        Global global = new Global(module, name);
        if (!TorchGlobals.isKnown(global)) {
            throw refused(at, "uses " + module + "." + name, "import " + name + " from the Python module " + module);
        }
        return global;
    }

    private UnsupportedModelException refused(long at, String what, String effect) {
        return new UnsupportedModelException(file.path() + ": at byte " + (start + at) + ": the pickle " + what
                + ", with which Python would " + effect + ". Lilla never executes anything from a file; it reads"
                + " tensors and ordered dictionaries only. If you trust the file, save its state_dict() as safetensors"
                + " with Python; if not, delete it.");
    }

    private void reduce() {
        Tuple arguments = expect(Tuple.class, pop(), "the arguments of a call");
        Global function = expect(Global.class, pop(), "what is called");
        push(TorchGlobals.call(function, arguments.values(), this::broken));
    }

    private void append(List<PickleValue> values) {
        expect(Items.class, fromTop(1), "what is appended to").values().addAll(values);
    }

    /// @param popped how many of the pairs are still on the stack
    private void set(List<PickleValue> pairs, int popped) {
        for (int i = 0; i < popped; i++) {
            pop();
        }
        Dictionary dictionary = expect(Dictionary.class, fromTop(1), "what items are set in");
        if (pairs.size() % 2 != 0) {
            throw broken("a key has no value");
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            String key = expect(Text.class, pairs.get(i), "a key").value();
            if (dictionary.entries().put(key, pairs.get(i + 1)) != null) {
                throw broken("key " + key + " occurs twice");
            }
        }
    }

    private void recall(int key) {
        PickleValue value = memo.get(key);
        if (value == null) {
            throw broken("the pickle recalls value " + Integer.toUnsignedString(key) + ", which it never stored");
        }
        push(value);
    }

    private void push(PickleValue value) {
        stack.add(value);
    }

    private void pushTuple(int size) {
        fromTop(size);
        List<PickleValue> top = stack.subList(stack.size() - size, stack.size());
        Tuple tuple = new Tuple(List.copyOf(top));
        top.clear();
        push(tuple);
    }

    private PickleValue pop() {
        PickleValue top = fromTop(1);
        stack.removeLast();
        return top;
    }

    /// The value at depth `depth`; 1 is the top.
    private PickleValue fromTop(int depth) {
        if (stack.size() < depth) {
            throw broken("the pickle takes a value from an empty stack");
        }
        return stack.get(stack.size() - depth);
    }

    private List<PickleValue> popToMark() {
        for (int i = stack.size() - 1; i >= 0; i--) {
            if (stack.get(i) == Atom.MARK) {
                List<PickleValue> values = List.copyOf(stack.subList(i + 1, stack.size()));
                stack.subList(i, stack.size()).clear();
                return values;
            }
        }
        throw broken("the pickle lacks a mark");
    }

    private <T extends PickleValue> T expect(Class<T> kind, PickleValue found, String what) {
        if (!kind.isInstance(found)) {
            throw broken(what + " is " + found.kind());
        }
        return kind.cast(found);
    }

    private int nextByte() {
        return Byte.toUnsignedInt(take(1).get(ValueLayout.JAVA_BYTE, 0));
    }

    private long nextUnsignedInt() {
        return Integer.toUnsignedLong(take(Integer.BYTES).get(INT, 0));
    }

    /// A little-endian number of `bytes` bytes with sign; none is 0.
    private long nextLong(int bytes) {
        if (bytes > Long.BYTES) {
            throw broken("a number takes " + bytes + " bytes, expected at most " + Long.BYTES);
        }
        MemorySegment digits = take(bytes);
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            long digit = digits.get(ValueLayout.JAVA_BYTE, i);
            value = i == bytes - 1 ? digit : (value << Byte.SIZE) | (digit & 0xFF);
        }
        return value;
    }

    private Text nextText(long bytes) {
        return new Text(new String(take(bytes).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8));
    }

    private String nextLine() {
        long from = position;
        while (nextByte() != '\n') {
            if (position - from > LINE_BYTES_MAX) {
                throw broken("a name is longer than " + LINE_BYTES_MAX + " bytes");
            }
        }
        byte[] line = pickle.asSlice(from, position - 1 - from).toArray(ValueLayout.JAVA_BYTE);
        return new String(line, StandardCharsets.UTF_8);
    }

    private MemorySegment take(long bytes) {
        if (bytes < 0 || bytes > pickle.byteSize() - position) {
            throw broken("the pickle ends within a value");
        }
        MemorySegment taken = pickle.asSlice(position, bytes);
        position += bytes;
        return taken;
    }

    private ModelFormatException broken(String what) {
        return file.broken(start + position, what);
    }
}
