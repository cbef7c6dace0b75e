package dev.lilla.template;

import java.util.List;

/// Python's `'…{}…'.format(…)`, with the attributes and items that the sandbox allows.
final class BraceFormat {
    private static final int NESTING_MAX = 2;

    private final Interpreter interpreter;
    private final Arguments arguments;
    private int automatic;
    private boolean numbersFields;

    BraceFormat(Interpreter interpreter, Arguments arguments) {
        this.interpreter = interpreter;
        this.arguments = arguments;
    }

    String format(String format) {
        return format(format, NESTING_MAX);
    }

    private String format(String format, int nesting) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            if ((c == '{' || c == '}') && format.startsWith(String.valueOf(c), at + 1)) {
                out.append(c);
                at += 2;
            } else if (c == '}') {
                throw new TemplateException("single '}' in a format");
            } else if (c == '{') {
                int end = fieldEnd(format, at);
                String field = field(format.substring(at + 1, end), nesting);
                interpreter.limits().allocate(field.length());
                out.append(field);
                at = end + 1;
            } else {
                out.append(c);
                at++;
            }
        }
        return out.toString();
    }

    private static int fieldEnd(String format, int begin) {
        int open = 0;
        for (int i = begin; i < format.length(); i++) {
            open += format.charAt(i) == '{' ? 1 : format.charAt(i) == '}' ? -1 : 0;
            if (open == 0) {
                return i;
            }
        }
        throw new TemplateException("a field of the format has no '}'");
    }

    private String field(String field, int nesting) {
        if (nesting == 0) {
            throw new TemplateException("fields of a format nest too deep");
        }
        int colon = field.indexOf(':');
        String selector = colon < 0 ? field : field.substring(0, colon);
        String layout = colon < 0 ? "" : field.substring(colon + 1);
        int mark = selector.indexOf('!');
        String path = mark < 0 ? selector : selector.substring(0, mark);
        Value value = value(path);
        if (mark >= 0) {
            value = new Value.Text(
                    switch (selector.substring(mark + 1)) {
                        case "s" -> interpreter.text().str(value);
                        case "r", "a" -> interpreter.text().repr(value);
                        default -> throw new TemplateException("unknown conversion '" + selector.substring(mark) + "'");
                    });
        }
        return laidOut(value, layout.indexOf('{') < 0 ? layout : format(layout, nesting - 1));
    }

    private Value value(String path) {
        int end = 0;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        Value value = argument(path.substring(0, end));
        int at = end;
        while (at < path.length()) {
            boolean item = path.charAt(at) == '[';
            int next = item ? path.indexOf(']', at) : at + 1;
            if (next < 0) {
                throw new TemplateException("a field of the format has no ']'");
            }
            while (!item && next < path.length() && path.charAt(next) != '.' && path.charAt(next) != '[') {
                next++;
            }
            String name = path.substring(at + 1, next);
            value = item
                    ? interpreter.attributes().item(value, key(name))
                    : interpreter.attributes().attribute(value, name);
            at = item ? next + 1 : next;
        }
        return value;
    }

    private static Value key(String name) {
        return NumberText.parseInteger(name, 10).<Value>map(Value.Int::new).orElseGet(() -> new Value.Text(name));
    }

    private Value argument(String name) {
        boolean numbered = !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!name.isEmpty() && !numbered) {
            Value value = arguments.named().get(name);
            if (value == null) {
                throw new TemplateException("the format names '" + name + "', which is missing");
            }
            return value;
        }
        numbersFields |= numbered;
        if (numbersFields && (!numbered || automatic > 0)) {
            throw new TemplateException("a format numbers all of its fields or none");
        }
        List<Value> positional = arguments.positional();
        int index = !numbered ? automatic++ : name.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(name);
        if (index >= positional.size()) {
            throw new TemplateException("the format names argument " + index + ", there are " + positional.size());
        }
        return positional.get(index);
    }

    private String laidOut(Value value, String layout) {
        if (layout.isEmpty()) {
            return interpreter.text().str(value);
        }
        boolean number = Arithmetic.isNumber(value);
        FieldFormat format = parse(layout, value);
        interpreter.limits().allocate(format.width());
        String refused = !number ? "dbcoxXneEfFgG%" : value instanceof Value.Real ? "sdbcoxXn" : "s";
        if (refused.indexOf(format.type()) >= 0) {
            throw new TemplateException("a " + Value.typeName(value) + " cannot be laid out as '" + layout + "'");
        }
        return number && format.type() != 's'
                ? format.number(value)
                : format.text(interpreter.text().str(value));
    }

    private static FieldFormat parse(String layout, Value value) {
        boolean number = Arithmetic.isNumber(value);
        int at = 0;
        String fill = " ";
        char align = number ? '>' : '<';
        int first = layout.codePointAt(0);
        int afterFirst = Character.charCount(first);
        if (afterFirst < layout.length() && "<>^=".indexOf(layout.charAt(afterFirst)) >= 0) {
            fill = Character.toString(first);
            align = layout.charAt(afterFirst);
            at = afterFirst + 1;
        } else if ("<>^=".indexOf(layout.charAt(0)) >= 0) {
            align = layout.charAt(0);
            at = 1;
        }
        Spec spec = new Spec(layout, at);
        char sign = spec.oneOf("+- ", '-');
        boolean alternate = spec.oneOf("#", (char) 0) != 0;
        if (spec.oneOf("0", (char) 0) != 0 && at == 0) {
            fill = "0";
            align = number ? '=' : align;
        }
        int width = Math.max(0, spec.number());
        char grouping = spec.oneOf(",_", (char) 0);
        int precision = spec.oneOf(".", (char) 0) != 0 ? spec.number() : -1;
        char type = spec.oneOf("sdbcoxXneEfFgG%", (char) 0);
        if (spec.at < layout.length()) {
            throw new TemplateException("invalid layout '" + layout + "' in a format");
        }
        if (type == 0) {
            boolean real = value instanceof Value.Real;
            type = !number ? 's' : real ? 'g' : 'd';
            precision = real && precision < 0 ? 12 : precision;
        }
        return new FieldFormat(fill, align, sign, alternate, width, grouping, precision, type);
    }

    /// Reads the parts of a layout from left to right.
    private static final class Spec {
        private final String layout;
        private int at;

        Spec(String layout, int at) {
            this.layout = layout;
            this.at = at;
        }

        char oneOf(String characters, char fallback) {
            return at < layout.length() && characters.indexOf(layout.charAt(at)) >= 0 ? layout.charAt(at++) : fallback;
        }

        int number() {
            int start = at;
            while (at < layout.length() && layout.charAt(at) >= '0' && layout.charAt(at) <= '9') {
                at++;
            }
            if (at - start > 6) {
                throw new TemplateException("a width in the format is above " + FieldFormat.WIDTH_MAX);
            }
            return at == start ? -1 : Integer.parseInt(layout.substring(start, at));
        }
    }
}
