package dev.lilla.template;

import java.math.BigInteger;
import java.util.List;

/// Python's `'…%s…' % values`.
final class PercentFormat {
    private final Limits limits;
    private final PythonText python;

    PercentFormat(Limits limits, PythonText python) {
        this.limits = limits;
        this.python = python;
    }

    String format(String format, Value values) {
        Reader reader = new Reader(format, values);
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (int at = format.indexOf('%'); at >= 0; at = format.indexOf('%', from)) {
            out.append(format, from, at);
            reader.position = at + 1;
            String field = field(reader);
            limits.allocate((long) field.length() + at - from);
            out.append(field);
            from = reader.position;
        }
        boolean indexed = values instanceof Value.Mapping || values instanceof Value.Sequence;
        if (!indexed && reader.taken < reader.positional.size()) {
            throw new TemplateException("not all arguments are used by the format");
        }
        return out.append(format, from, format.length()).toString();
    }

    /// The place in the format and among the values.
    private static final class Reader {
        private final String format;
        private final Value values;
        private final List<Value> positional;
        private int position;
        private int taken;

        Reader(String format, Value values) {
            this.format = format;
            this.values = values;
            this.positional = values instanceof Value.Tuple tuple ? tuple.items() : List.of(values);
        }

        char next() {
            if (position >= format.length()) {
                throw new TemplateException("the format ends within a '%' field");
            }
            return format.charAt(position++);
        }

        Value take() {
            if (taken >= positional.size()) {
                throw new TemplateException("not enough arguments for the format");
            }
            return positional.get(taken++);
        }

        Value named() {
            int close = format.indexOf(')', position);
            if (close < 0 || !(values instanceof Value.Mapping(Dict entries))) {
                throw new TemplateException("'%(name)' in a format needs a dict");
            }
            String name = format.substring(position, close);
            position = close + 1;
            return entries.find(name)
                    .orElseThrow(() -> new TemplateException("the format names '" + name + "', which is missing"));
        }

        /// A number written in the format, or '*' for one among the values; -1 where there is neither.
        int number() {
            if (position < format.length() && format.charAt(position) == '*') {
                position++;
                return new Arguments(List.of(take()), java.util.Map.of())
                        .bind("*", 1, "width")
                        .integer("width", 0);
            }
            int start = position;
            while (position < format.length() && format.charAt(position) >= '0' && format.charAt(position) <= '9') {
                position++;
            }
            if (position - start > 7) {
                throw new TemplateException("a width in the format is above " + FieldFormat.WIDTH_MAX);
            }
            return position == start ? -1 : Integer.parseInt(format.substring(start, position));
        }
    }

    private String field(Reader reader) {
        char c = reader.next();
        Value named = null;
        if (c == '(') {
            named = reader.named();
            c = reader.next();
        }
        StringBuilder flags = new StringBuilder();
        while ("#0- +".indexOf(c) >= 0) {
            flags.append(c);
            c = reader.next();
        }
        reader.position--;
        int width = reader.number();
        int precision = -1;
        c = reader.next();
        if (c == '.') {
            precision = Math.max(0, reader.number());
            c = reader.next();
        }
        while (c == 'h' || c == 'l' || c == 'L') {
            c = reader.next();
        }
        if (c == '%') {
            return "%";
        }
        FieldFormat layout = layout(flags.toString(), width, precision, c);
        limits.allocate(layout.width());
        Value value = named != null ? named : reader.take();
        return switch (c) {
            case 's' -> layout.text(python.str(value));
            case 'r', 'a' -> layout.text(python.repr(value));
            case 'c' -> layout.text(character(value));
            case 'd', 'i', 'u' -> layout.number(whole(value, c));
            case 'o', 'x', 'X' -> layout.number(integral(value, c));
            case 'e', 'E', 'f', 'F', 'g', 'G' -> layout.number(number(value, c));
            default -> throw new TemplateException("unsupported format character '" + c + "'");
        };
    }

    private static FieldFormat layout(String flags, int width, int precision, char type) {
        if (width > FieldFormat.WIDTH_MAX) {
            throw new TemplateException("a width in the format is above " + FieldFormat.WIDTH_MAX);
        }
        boolean numeric = "sracs".indexOf(type) < 0;
        boolean left = flags.indexOf('-') >= 0;
        boolean zeros = numeric && flags.indexOf('0') >= 0 && !left;
        char sign = flags.indexOf('+') >= 0 ? '+' : flags.indexOf(' ') >= 0 ? ' ' : '-';
        char align = left ? '<' : zeros ? '=' : '>';
        return new FieldFormat(
                zeros ? "0" : " ", align, sign, flags.indexOf('#') >= 0, Math.max(0, width), (char) 0, precision, type);
    }

    private static Value number(Value value, char type) {
        if (!Arithmetic.isNumber(value)) {
            throw new TemplateException("%" + type + " needs a number, found " + Value.typeName(value));
        }
        return value;
    }

    private static Value integral(Value value, char type) {
        if (Arithmetic.integer(value) == null) {
            throw new TemplateException("%" + type + " needs an int, found " + Value.typeName(value));
        }
        return value;
    }

    private static Value whole(Value value, char type) {
        if (!(number(value, type) instanceof Value.Real(double real))) {
            return value;
        }
        if (Double.isNaN(real) || Double.isInfinite(real)) {
            throw new TemplateException("%" + type + " needs a finite number");
        }
        return new Value.Int(new java.math.BigDecimal(real).toBigInteger());
    }

    private static String character(Value value) {
        if (value instanceof Value.Text(String text, boolean unusedText) && Characters.length(text) == 1) {
            return text;
        }
        BigInteger integer = Arithmetic.integer(value);
        if (integer == null || integer.bitLength() > 31 || !Character.isValidCodePoint(integer.intValue())) {
            throw new TemplateException("format type c needs a character or its number");
        }
        return Character.toString(integer.intValue());
    }
}
