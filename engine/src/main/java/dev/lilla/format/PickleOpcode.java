package dev.lilla.format;

import java.util.Optional;

/// The opcodes of Python's pickle. Those that Lilla follows build data; of the others it knows only what they would
/// do, to name it when it refuses them.
///
/// Source: `pickletools.py` of CPython.
enum PickleOpcode {
    MARK('('),
    STOP('.'),
    EMPTY_TUPLE(')'),
    TUPLE('t'),
    TUPLE1(0x85),
    TUPLE2(0x86),
    TUPLE3(0x87),
    EMPTY_LIST(']'),
    APPEND('a'),
    APPENDS('e'),
    EMPTY_DICT('}'),
    SETITEM('s'),
    SETITEMS('u'),
    NONE('N'),
    NEWTRUE(0x88),
    NEWFALSE(0x89),
    BININT('J'),
    BININT1('K'),
    BININT2('M'),
    LONG1(0x8a),
    BINFLOAT('G'),
    SHORT_BINSTRING('U'),
    BINUNICODE('X'),
    SHORT_BINUNICODE(0x8c),
    BINUNICODE8(0x8d),
    BINPUT('q'),
    LONG_BINPUT('r'),
    MEMOIZE(0x94),
    BINGET('h'),
    LONG_BINGET('j'),
    PROTO(0x80),
    FRAME(0x95),
    GLOBAL('c'),
    STACK_GLOBAL(0x93),
    REDUCE('R'),
    BUILD('b'),
    BINPERSID('Q'),

    POP('0', "drop a value"),
    POP_MARK('1', "drop several values"),
    DUP('2', "double a value"),
    FLOAT('F', "read a number written as text"),
    INT('I', "read a number written as text"),
    LONG('L', "read a number written as text"),
    LONG4(0x8b, "read a number of any length"),
    STRING('S', "read a string written as Python source"),
    BINSTRING('T', "read a byte string of Python 2"),
    UNICODE('V', "read a string with escapes"),
    BINBYTES('B', "read raw bytes"),
    SHORT_BINBYTES('C', "read raw bytes"),
    BINBYTES8(0x8e, "read raw bytes"),
    BYTEARRAY8(0x96, "read raw bytes"),
    NEXT_BUFFER(0x97, "take a buffer from outside of the file"),
    READONLY_BUFFER(0x98, "take a buffer from outside of the file"),
    LIST('l', "build a list in the way of old files"),
    DICT('d', "build a dictionary in the way of old files"),
    EMPTY_SET(0x8f, "build a set"),
    ADDITEMS(0x90, "fill a set"),
    FROZENSET(0x91, "build a set"),
    GET('g', "look up a remembered value by text"),
    PUT('p', "remember a value by text"),
    PERSID('P', "load an object from outside of the file"),
    INST('i', "import a Python class and call it"),
    OBJ('o', "call a Python class"),
    NEWOBJ(0x81, "create an object of a Python class"),
    NEWOBJ_EX(0x92, "create an object of a Python class"),
    EXT1(0x82, "import a registered Python object"),
    EXT2(0x83, "import a registered Python object"),
    EXT4(0x84, "import a registered Python object");

    private final int code;
    private final String refusedEffect;

    PickleOpcode(int code) {
        this(code, "");
    }

    PickleOpcode(int code, String refusedEffect) {
        this.code = code;
        this.refusedEffect = refusedEffect;
    }

    static Optional<PickleOpcode> ofCode(int code) {
        for (PickleOpcode opcode : values()) {
            if (opcode.code == code) {
                return Optional.of(opcode);
            }
        }
        return Optional.empty();
    }

    /// What Python would do; empty if Lilla follows the opcode.
    String refusedEffect() {
        return refusedEffect;
    }
}
