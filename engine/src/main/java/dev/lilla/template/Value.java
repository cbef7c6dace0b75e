package dev.lilla.template;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A value of the template language, with the meaning Python gives it. Values never change but for namespaces, loops,
/// cyclers and generators, whose state is the interpreter's.
sealed interface Value {
    enum None implements Value {
        NONE
    }

    record Bool(boolean value) implements Value {
        static final Bool TRUE = new Bool(true);
        static final Bool FALSE = new Bool(false);

        static Bool of(boolean value) {
            return value ? TRUE : FALSE;
        }
    }

    record Int(BigInteger value) implements Value {
        static Int of(long value) {
            return new Int(BigInteger.valueOf(value));
        }
    }

    record Real(double value) implements Value {}

    /// Text; `markup` marks it as safe HTML, as the filters `safe` and `escape` do: plain text that joins it is
    /// escaped.
    record Text(String value, boolean markup) implements Value {
        static final Text EMPTY = new Text("");

        Text(String value) {
            this(value, false);
        }

        Text asMarkup() {
            return new Text(value, true);
        }

        /// The text as it stands in markup.
        String escaped() {
            return markup ? value : HtmlText.escape(value);
        }
    }

    record Sequence(List<Value> items) implements Value {}

    /// A tuple; `names` gives its first items as attributes too, as the groups of `groupby` have them.
    record Tuple(List<Value> items, List<String> names) implements Value {
        static Tuple of(Value... items) {
            return new Tuple(List.of(items), List.of());
        }
    }

    record Mapping(Dict entries) implements Value {}

    /// What `dict.keys()`, `.values()` and `.items()` give.
    record View(String typeName, List<Value> items) implements Value {}

    /// A range of integers; never longer than [Limits#RANGE_MAX].
    record Range(long start, long stop, long step, int length) implements Value {}

    /// A name, attribute or item that is not there: prints as nothing, is false and empty, and refuses the rest with
    /// `problem`.
    record Undefined(String problem) implements Value {}

    /// A function, a method bound to its value, or a macro.
    record Function(String name, Callable body) implements Value {}

    /// What a lazy filter yields: made when it is first read, and read once.
    final class Generator implements Value {
        private @Nullable Supplier<List<Value>> source;
        private List<Value> remaining = List.of();

        Generator(Supplier<List<Value>> source) {
            this.source = source;
        }

        /// All items not taken yet; afterwards there are none.
        List<Value> take() {
            start();
            List<Value> items = remaining;
            remaining = List.of();
            return items;
        }

        /// The next item, if there is one.
        Optional<Value> takeFirst() {
            start();
            if (remaining.isEmpty()) {
                return Optional.empty();
            }
            Value first = remaining.getFirst();
            remaining = remaining.subList(1, remaining.size());
            return Optional.of(first);
        }

        private void start() {
            Supplier<List<Value>> unread = source;
            if (unread != null) {
                source = null;
                remaining = unread.get();
            }
        }
    }

    /// A value with attributes and a state of its own: namespaces, loops, cyclers.
    non-sealed interface Stateful extends Value {
        String typeName();

        Optional<Value> attribute(String name);
    }

    /// The body of a function.
    @FunctionalInterface
    interface Callable {
        Value call(Arguments arguments, Interpreter interpreter);
    }

    /// Python's name of the type, for error messages.
    static String typeName(Value value) {
        return switch (value) {
            case None none -> "NoneType";
            case Bool bool -> "bool";
            case Int integer -> "int";
            case Real real -> "float";
            case Text text -> "str";
            case Sequence sequence -> "list";
            case Tuple tuple -> "tuple";
            case Mapping mapping -> "dict";
            case View view -> view.typeName();
            case Range range -> "range";
            case Undefined undefined -> "Undefined";
            case Function function -> "function";
            case Generator generator -> "generator";
            case Stateful stateful -> stateful.typeName();
        };
    }

    /// Python's `bool(value)`.
    static boolean isTrue(Value value) {
        return switch (value) {
            case None none -> false;
            case Undefined undefined -> false;
            case Bool bool -> bool.value();
            case Int integer -> integer.value().signum() != 0;
            case Real real -> real.value() != 0;
            case Text text -> !text.value().isEmpty();
            case Sequence sequence -> !sequence.items().isEmpty();
            case Tuple tuple -> !tuple.items().isEmpty();
            case Mapping mapping -> mapping.entries().size() > 0;
            case View view -> !view.items().isEmpty();
            case Range range -> range.length() > 0;
            case Function function -> true;
            case Generator generator -> true;
            case Stateful stateful -> true;
        };
    }
}
