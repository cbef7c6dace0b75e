package dev.lilla.template;

import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Python's `json.dumps`: the separators, escapes and number forms that models were trained on.
final class JsonText {
    /// How the text is laid out; without an indent it is one line.
    record Layout(
            boolean asciiOnly, Optional<String> indent, String itemSeparator, String keySeparator, boolean sortKeys) {}

    private final Limits limits;
    private final Layout layout;
    private final StringBuilder out = new StringBuilder();
    private int depth;

    private JsonText(Limits limits, Layout layout) {
        this.limits = limits;
        this.layout = layout;
    }

    static String of(Value value, Layout layout, Limits limits) {
        JsonText json = new JsonText(limits, layout);
        json.append(value);
        return json.out.toString();
    }

    private void append(Value value) {
        limits.step();
        limits.enter();
        int before = out.length();
        switch (value) {
            case Value.None none -> out.append("null");
            case Value.Bool(boolean flag) -> out.append(flag);
            case Value.Int(BigInteger number) -> out.append(number);
            case Value.Real(double number) -> out.append(real(number));
            case Value.Text(String text, boolean unusedText) -> quote(text);
            case Value.Sequence(List<Value> items) -> list(items);
            case Value.Tuple(List<Value> items, List<String> names) -> list(items);
            case Value.Mapping(Dict entries) -> dict(entries.entries());
            case Value.View other -> throw refuse(value);
            case Value.Range other -> throw refuse(value);
            case Value.Undefined other -> throw refuse(value);
            case Value.Function other -> throw refuse(value);
            case Value.Generator other -> throw refuse(value);
            case Value.Stateful other -> throw refuse(value);
        }
        if (!(value instanceof Value.Sequence || value instanceof Value.Tuple || value instanceof Value.Mapping)) {
            limits.allocate(out.length() - before);
        }
        limits.leave();
    }

    private static TemplateException refuse(Value value) {
        return new TemplateException("a " + Value.typeName(value) + " is not JSON serializable");
    }

    private static String real(double number) {
        if (Double.isNaN(number)) {
            return "NaN";
        }
        return Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : PythonText.real(number);
    }

    private void list(List<Value> items) {
        out.append('[');
        depth++;
        boolean first = true;
        for (Value item : items) {
            separate(first);
            first = false;
            append(item);
        }
        depth--;
        if (!first) {
            newLine();
        }
        out.append(']');
    }

    private void dict(Collection<Dict.Entry> entries) {
        Collection<Dict.Entry> ordered = entries;
        if (layout.sortKeys()) {
            Comparison comparison = new Comparison(limits);
            ordered = entries.stream()
                    .sorted((a, b) -> comparison.compare(a.key(), b.key()))
                    .toList();
        }
        out.append('{');
        depth++;
        boolean first = true;
        for (Dict.Entry entry : ordered) {
            separate(first);
            first = false;
            quote(key(entry.key()));
            out.append(layout.keySeparator());
            append(entry.value());
        }
        depth--;
        if (!first) {
            newLine();
        }
        out.append('}');
    }

    private static String key(Value key) {
        return switch (key) {
            case Value.Text(String text, boolean unusedText) -> text;
            case Value.Bool(boolean flag) -> String.valueOf(flag);
            case Value.Int(BigInteger number) -> number.toString();
            case Value.Real(double number) -> real(number);
            case Value.None none -> "null";
            case Value other -> throw new TemplateException("a " + Value.typeName(other) + " cannot be a JSON key");
        };
    }

    private void separate(boolean first) {
        if (!first) {
            out.append(layout.itemSeparator());
        }
        newLine();
    }

    private void newLine() {
        if (layout.indent().isPresent()) {
            String indent = layout.indent().get();
            limits.allocate((long) indent.length() * depth + 1);
            out.append('\n').append(indent.repeat(depth));
        }
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (c < ' ' || (layout.asciiOnly() && c > '~')) {
                        String hex = Integer.toHexString(c);
                        out.append("\\u").append("0".repeat(4 - hex.length())).append(hex);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
