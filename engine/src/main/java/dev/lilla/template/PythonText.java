package dev.lilla.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;

/// Values as Python prints them: `str` and `repr`.
final class PythonText {
    private final Limits limits;

    PythonText(Limits limits) {
        this.limits = limits;
    }

    /// Python's `str(value)`; what `{{ value }}` prints.
    String str(Value value) {
        if (value instanceof Value.Text(String text, boolean unusedText)) {
            return text;
        }
        return value instanceof Value.Undefined ? "" : repr(value);
    }

    /// Python's `repr(value)`.
    String repr(Value value) {
        StringBuilder out = new StringBuilder();
        append(value, out);
        return out.toString();
    }

    private void append(Value value, StringBuilder out) {
        limits.step();
        limits.enter();
        int before = out.length();
        switch (value) {
            case Value.None none -> out.append("None");
            case Value.Undefined undefined -> out.append("Undefined");
            case Value.Bool(boolean flag) -> out.append(flag ? "True" : "False");
            case Value.Int(BigInteger number) -> out.append(number);
            case Value.Real(double number) -> out.append(real(number));
            case Value.Text(String text, boolean markup) -> {
                out.append(markup ? "Markup(" : "");
                quote(text, out);
                out.append(markup ? ")" : "");
            }
            case Value.Sequence(List<Value> items) -> list(items, '[', ']', out);
            case Value.Tuple(List<Value> items, List<String> names) -> {
                list(items, '(', ')', out);
                if (items.size() == 1) {
                    out.insert(out.length() - 1, ',');
                }
            }
            case Value.Mapping(Dict entries) -> dict(entries.entries(), out);
            case Value.View(String type, List<Value> items) -> {
                out.append(type).append('(');
                list(items, '[', ']', out);
                out.append(')');
            }
            case Value.Range range -> range(range, out);
            case Value.Function(String name, Value.Callable body) ->
                out.append("<function ").append(name).append('>');
            case Value.Generator generator -> out.append("<generator object>");
            case Value.Stateful stateful -> out.append(stateful);
        }
        switch (value) {
            case Value.Sequence sequence -> {}
            case Value.Tuple tuple -> {}
            case Value.Mapping mapping -> {}
            case Value other -> limits.allocate(out.length() - before);
        }
        limits.leave();
    }

    private void list(List<Value> items, char open, char close, StringBuilder out) {
        out.append(open);
        String separator = "";
        for (Value item : items) {
            out.append(separator);
            append(item, out);
            separator = ", ";
        }
        out.append(close);
    }

    private void dict(Collection<Dict.Entry> entries, StringBuilder out) {
        out.append('{');
        String separator = "";
        for (Dict.Entry entry : entries) {
            out.append(separator);
            append(entry.key(), out);
            out.append(": ");
            append(entry.value(), out);
            separator = ", ";
        }
        out.append('}');
    }

    private static void range(Value.Range range, StringBuilder out) {
        out.append("range(").append(range.start()).append(", ").append(range.stop());
        if (range.step() != 1) {
            out.append(", ").append(range.step());
        }
        out.append(')');
    }

    private static void quote(String text, StringBuilder out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (Characters.isPrintable(c)) {
                        out.appendCodePoint(c);
                    } else if (c < 0x100) {
                        out.append("\\x").append(hexadecimal(c, 2));
                    } else if (c < 0x10000) {
                        out.append("\\u").append(hexadecimal(c, 4));
                    } else {
                        out.append("\\U").append(hexadecimal(c, 8));
                    }
                }
            }
        });
        out.append(quote);
    }

    private static String hexadecimal(int value, int digits) {
        String hex = Integer.toHexString(value);
        return "0".repeat(digits - hex.length()) + hex;
    }

    /// Java writes at least two digits, also where one is enough: the smallest floats.
    private static BigDecimal shortest(double value) {
        BigDecimal written = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        BigDecimal shorter = written.round(new java.math.MathContext(1));
        return written.precision() == 2 && shorter.doubleValue() == value ? shorter.stripTrailingZeros() : written;
    }

    /// Python's `repr` of a float: the shortest digits that read back equal, with an exponent below 1e-4 and from 1e16.
    static String real(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = shortest(value);
        String digits = shortest.unscaledValue().abs().toString();
        int exponent = digits.length() - shortest.scale() - 1;
        String sign = value < 0 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            String size = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : "" + Math.abs(exponent);
            return sign + digits.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + size;
        }
        String plain = shortest.abs().toPlainString();
        return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }
}
