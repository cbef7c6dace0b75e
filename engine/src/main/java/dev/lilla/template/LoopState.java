package dev.lilla.template;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// What a template sees as `loop`. Items are taken one by one, so that a loop's filter sees what its body has set; the
/// length of a filtered loop takes them all.
final class LoopState implements Value.Stateful {
    /// Renders the loop's body over other items: `loop(children)`.
    @FunctionalInterface
    interface Recursion {
        Value render(Value items, int depth);
    }

    private final int depth;
    private final @Nullable Recursion recursion;
    private Iterator<Value> items;
    private OptionalInt length;
    private @Nullable Value previous;
    private @Nullable Value current;
    private @Nullable Value following;
    private @Nullable Value lastChanged;
    private int index;

    /// `length` is empty where it is not known without taking all items.
    LoopState(Iterator<Value> items, OptionalInt length, int depth, @Nullable Recursion recursion) {
        this.items = items;
        this.length = length;
        this.depth = depth;
        this.recursion = recursion;
    }

    /// Moves to the next item, if there is one.
    Optional<Value> advance() {
        Value next = following != null ? following : items.hasNext() ? items.next() : null;
        following = null;
        if (next == null) {
            return Optional.empty();
        }
        index++;
        previous = current;
        current = next;
        return Optional.of(next);
    }

    private @Nullable Value peek() {
        if (following == null && items.hasNext()) {
            following = items.next();
        }
        return following;
    }

    int length() {
        if (length.isEmpty()) {
            List<Value> rest = new java.util.ArrayList<>();
            items.forEachRemaining(rest::add);
            items = rest.iterator();
            length = OptionalInt.of(rest.size() + index + (following == null ? 0 : 1));
        }
        return length.getAsInt();
    }

    /// The items not taken yet; afterwards the loop is at its end.
    List<Value> rest() {
        List<Value> rest = new java.util.ArrayList<>();
        for (Optional<Value> next = advance(); next.isPresent(); next = advance()) {
            rest.add(next.get());
        }
        return rest;
    }

    Value recurse(Value children) {
        if (recursion == null) {
            throw new TemplateException("loop() needs a loop marked 'recursive'");
        }
        return recursion.render(children, depth + 1);
    }

    @Override
    public String typeName() {
        return "LoopContext";
    }

    @Override
    public String toString() {
        return "<LoopContext " + index + "/" + length() + ">";
    }

    @Override
    public Optional<Value> attribute(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "index" -> Value.Int.of(index);
                    case "index0" -> Value.Int.of(index - 1L);
                    case "revindex" -> Value.Int.of(length() - index + 1L);
                    case "revindex0" -> Value.Int.of(length() - (long) index);
                    case "first" -> Value.Bool.of(index == 1);
                    case "last" -> Value.Bool.of(peek() == null);
                    case "length" -> Value.Int.of(length());
                    case "depth" -> Value.Int.of(depth + 1L);
                    case "depth0" -> Value.Int.of(depth);
                    case "previtem" -> previous != null ? previous : new Value.Undefined("there is no previous item");
                    case "nextitem" -> {
                        Value next = peek();
                        yield next != null ? next : new Value.Undefined("there is no next item");
                    }
                    case "cycle" ->
                        new Value.Function(name, (arguments, interpreter) -> {
                            List<Value> values = arguments.positional();
                            if (values.isEmpty()) {
                                throw new TemplateException("loop.cycle() needs values to cycle through");
                            }
                            return values.get((index - 1) % values.size());
                        });
                    case "changed" ->
                        new Value.Function(name, (arguments, interpreter) -> {
                            Value value = new Value.Tuple(arguments.positional(), List.of());
                            boolean changed = lastChanged == null
                                    || !interpreter.comparison().equal(lastChanged, value);
                            lastChanged = value;
                            return Value.Bool.of(changed);
                        });
                    default -> null;
                });
    }
}
