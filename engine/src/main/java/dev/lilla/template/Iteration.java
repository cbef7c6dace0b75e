package dev.lilla.template;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;

/// What iterating over a value yields, and how many items it has.
final class Iteration {
    private Iteration() {}

    /// The elements in order: the characters of a text, the keys of a dict.
    static List<Value> elements(Value value, Limits limits) {
        return switch (value) {
            case Value.Text(String text, boolean unusedText) -> characters(text, limits);
            case Value.Sequence(List<Value> items) -> items;
            case Value.Tuple(List<Value> items, List<String> names) -> items;
            case Value.Mapping(Dict entries) -> entries.keys();
            case Value.View(String type, List<Value> items) -> items;
            case Value.Range range -> new RangeItems(range);
            case Value.Generator generator -> generator.take();
            case Value.Undefined undefined -> List.of();
            case LoopState loop -> loop.rest();
            case Value.None none -> throw notIterable(value);
            case Value.Bool bool -> throw notIterable(value);
            case Value.Int integer -> throw notIterable(value);
            case Value.Real real -> throw notIterable(value);
            case Value.Function function -> throw notIterable(value);
            case Value.Stateful stateful -> throw notIterable(value);
        };
    }

    private static TemplateException notIterable(Value value) {
        return new TemplateException("a " + Value.typeName(value) + " is not iterable");
    }

    private static List<Value> characters(String text, Limits limits) {
        limits.allocateItems(text.length());
        List<Value> characters = new ArrayList<>(text.length());
        text.codePoints().forEach(c -> characters.add(new Value.Text(Character.toString(c))));
        return characters;
    }

    /// Python's `len(value)`.
    static int length(Value value) {
        return switch (value) {
            case Value.Text(String text, boolean unusedText) -> Characters.length(text);
            case Value.Sequence(List<Value> items) -> items.size();
            case Value.Tuple(List<Value> items, List<String> names) -> items.size();
            case Value.Mapping(Dict entries) -> entries.size();
            case Value.View(String type, List<Value> items) -> items.size();
            case Value.Range range -> range.length();
            case Value.Undefined undefined -> 0;
            case LoopState loop -> loop.length();
            case Value.None none -> throw noLength(value);
            case Value.Bool bool -> throw noLength(value);
            case Value.Int integer -> throw noLength(value);
            case Value.Real real -> throw noLength(value);
            case Value.Function function -> throw noLength(value);
            case Value.Generator generator -> throw noLength(value);
            case Value.Stateful stateful -> throw noLength(value);
        };
    }

    private static TemplateException noLength(Value value) {
        return new TemplateException("a " + Value.typeName(value) + " has no length");
    }

    private static final class RangeItems extends AbstractList<Value> implements RandomAccess {
        private final Value.Range range;

        RangeItems(Value.Range range) {
            this.range = range;
        }

        @Override
        public Value get(int index) {
            java.util.Objects.checkIndex(index, range.length());
            return Value.Int.of(range.start() + range.step() * index);
        }

        @Override
        public int size() {
            return range.length();
        }
    }
}
