package dev.lilla.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A value of GGUF metadata. Its type in the file is kept, so that it can be written as it was read.
public sealed interface GgufValue {

    /// The type in the file; [GgufType#ARRAY] for all arrays.
    GgufType type();

    /// @param value of type UINT64 the unsigned bits
    record Whole(GgufType type, long value) implements GgufValue {
        public Whole {
            if (!type.holds(value)) {
                throw new IllegalArgumentException(value + " is no " + type);
            }
        }
    }

    record Real(GgufType type, double value) implements GgufValue {
        public Real {
            requireReal(type);
        }
    }

    record Flag(boolean value) implements GgufValue {
        @Override
        public GgufType type() {
            return GgufType.BOOL;
        }
    }

    record Text(String value) implements GgufValue {
        @Override
        public GgufType type() {
            return GgufType.STRING;
        }
    }

    /// A value with elements of one type.
    sealed interface Sequence extends GgufValue {
        @Override
        default GgufType type() {
            return GgufType.ARRAY;
        }

        GgufType elementType();

        int size();
    }

    /// @param values of type UINT64 the unsigned bits
    record Wholes(GgufType elementType, List<Long> values) implements Sequence {
        public Wholes {
            values = List.copyOf(values);
            for (long value : values) {
                if (!elementType.holds(value)) {
                    throw new IllegalArgumentException(value + " is no " + elementType);
                }
            }
        }

        @Override
        public int size() {
            return values.size();
        }
    }

    record Reals(GgufType elementType, List<Double> values) implements Sequence {
        public Reals {
            requireReal(elementType);
            values = List.copyOf(values);
        }

        @Override
        public int size() {
            return values.size();
        }
    }

    record Flags(List<Boolean> values) implements Sequence {
        public Flags {
            values = List.copyOf(values);
        }

        @Override
        public GgufType elementType() {
            return GgufType.BOOL;
        }

        @Override
        public int size() {
            return values.size();
        }
    }

    record Texts(List<String> values) implements Sequence {
        public Texts {
            values = List.copyOf(values);
        }

        @Override
        public GgufType elementType() {
            return GgufType.STRING;
        }

        @Override
        public int size() {
            return values.size();
        }
    }

    /// An array of arrays.
    record Nested(List<Sequence> values) implements Sequence {
        public Nested {
            values = List.copyOf(values);
        }

        @Override
        public GgufType elementType() {
            return GgufType.ARRAY;
        }

        @Override
        public int size() {
            return values.size();
        }
    }

    static GgufValue of(String value) {
        return new Text(value);
    }

    static GgufValue of(boolean value) {
        return new Flag(value);
    }

    /// A FLOAT32.
    static GgufValue of(float value) {
        return new Real(GgufType.FLOAT32, value);
    }

    /// A UINT32, which most counts and sizes in GGUF are.
    static GgufValue of(long value) {
        return new Whole(GgufType.UINT32, value);
    }

    static GgufValue ofTexts(List<String> values) {
        return new Texts(values);
    }

    /// An array of INT32.
    static GgufValue of(int[] values) {
        return new Wholes(
                GgufType.INT32, Arrays.stream(values).asLongStream().boxed().toList());
    }

    /// An array of FLOAT32.
    static GgufValue of(float[] values) {
        List<Double> reals = new ArrayList<>(values.length);
        for (float value : values) {
            reals.add((double) value);
        }
        return new Reals(GgufType.FLOAT32, reals);
    }

    private static void requireReal(GgufType type) {
        if (!type.isReal()) {
            throw new IllegalArgumentException(type + " is no type of floating-point numbers");
        }
    }
}
