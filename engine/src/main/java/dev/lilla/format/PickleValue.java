package dev.lilla.format;

import dev.lilla.tensor.ElementType;
import java.util.List;
import java.util.Map;

/// What a pickle can build in Lilla: plain data and descriptions of tensors, never objects with behavior.
///
/// Containers may hold themselves; nothing here walks them.
sealed interface PickleValue {
    /// For errors, such as `a string`.
    String kind();

    enum Atom implements PickleValue {
        NONE,
        MARK;

        @Override
        public String kind() {
            return this == NONE ? "None" : "a mark";
        }
    }

    record Flag(boolean value) implements PickleValue {
        @Override
        public String kind() {
            return "a boolean";
        }
    }

    record Whole(long value) implements PickleValue {
        @Override
        public String kind() {
            return "a whole number";
        }
    }

    record Real(double value) implements PickleValue {
        @Override
        public String kind() {
            return "a real number";
        }
    }

    record Text(String value) implements PickleValue {
        @Override
        public String kind() {
            return "a string";
        }
    }

    record Tuple(List<PickleValue> values) implements PickleValue {
        @Override
        public String kind() {
            return "a tuple";
        }
    }

    /// @param values grows as the pickle appends
    record Items(List<PickleValue> values) implements PickleValue {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /// @param entries grows as the pickle sets items
    record Dictionary(Map<String, PickleValue> entries) implements PickleValue {
        @Override
        public String kind() {
            return "a dictionary";
        }
    }

    /// A name that the pickle may use: a function that Lilla re-creates, or a storage class.
    record Global(String module, String name) implements PickleValue {
        @Override
        public String kind() {
            return "the name " + module + "." + name;
        }
    }

    /// An entry of the zip file with numbers.
    ///
    /// @param key its name under `data/`
    record Storage(ElementType type, String key, long elements) implements PickleValue {
        @Override
        public String kind() {
            return "a storage";
        }
    }

    /// A tensor.
    ///
    /// @param offset of its first element in the storage, in elements
    /// @param strides between neighbors of each dimension, in elements
    record View(Storage storage, long offset, List<Long> shape, List<Long> strides) implements PickleValue {
        @Override
        public String kind() {
            return "a tensor";
        }
    }
}
