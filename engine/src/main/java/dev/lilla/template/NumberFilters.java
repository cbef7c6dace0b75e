package dev.lilla.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;

/// Filters that make or change numbers.
final class NumberFilters {
    private static final int ROUND_DIGITS_MAX = 400;

    static final Map<String, Filter> ALL = Map.of(
            "int", NumberFilters::toInteger,
            "float", NumberFilters::toReal,
            "abs", NumberFilters::absolute,
            "round", NumberFilters::round,
            "filesizeformat", NumberFilters::fileSize);

    private NumberFilters() {}

    private static Value toInteger(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("int", 0, "default", "base");
        refuseUndefined(input);
        Value fallback = bound.or("default", Value.Int.of(0));
        Optional<BigInteger> integer = switch (input) {
            case Value.Text(String text, boolean unusedText) -> {
                interpreter.limits().read(text.length());
                yield NumberText.parseInteger(text, bound.integer("base", 10))
                        .or(() -> NumberText.parseReal(text).flatMap(NumberFilters::truncated));
            }
            case Value.Real(double real) -> truncated(real);
            case Value other -> Optional.ofNullable(Arithmetic.integer(other));
        };
        return integer.<Value>map(Value.Int::new).orElse(fallback);
    }

    private static Optional<BigInteger> truncated(double real) {
        return Double.isNaN(real) || Double.isInfinite(real)
                ? Optional.empty()
                : Optional.of(new BigDecimal(real).toBigInteger());
    }

    private static Value toReal(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("float", 0, "default");
        refuseUndefined(input);
        Value fallback = bound.or("default", new Value.Real(0));
        if (input instanceof Value.Text(String text, boolean unusedText)) {
            interpreter.limits().read(text.length());
            return NumberText.parseReal(text).<Value>map(Value.Real::new).orElse(fallback);
        }
        return Arithmetic.isNumber(input) ? new Value.Real(Arithmetic.real(input)) : fallback;
    }

    private static Value absolute(Value input, Arguments arguments, Interpreter interpreter) {
        arguments.none("abs");
        BigInteger integer = Arithmetic.integer(requireNumber(input, "abs"));
        return integer != null ? new Value.Int(integer.abs()) : new Value.Real(Math.abs(Arithmetic.real(input)));
    }

    private static Value round(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("round", 0, "precision", "method");
        String method = bound.text("method", "common");
        int precision = bound.integer("precision", 0);
        if (Math.abs((long) precision) > ROUND_DIGITS_MAX) {
            throw new TemplateException("round() to more than " + ROUND_DIGITS_MAX + " digits");
        }
        BigInteger integer = Arithmetic.integer(requireNumber(input, "round"));
        double scale = Math.pow(10, precision);
        return switch (method) {
            case "common" -> integer != null ? rounded(integer, precision) : rounded(Arithmetic.real(input), precision);
            case "ceil" -> new Value.Real(Math.ceil(Arithmetic.real(input) * scale) / scale);
            case "floor" -> new Value.Real(Math.floor(Arithmetic.real(input) * scale) / scale);
            default -> throw new TemplateException("round() knows common, ceil and floor, found '" + method + "'");
        };
    }

    private static Value rounded(BigInteger integer, int precision) {
        return precision >= 0
                ? new Value.Int(integer)
                : new Value.Int(new BigDecimal(integer)
                        .setScale(precision, RoundingMode.HALF_EVEN)
                        .toBigInteger());
    }

    private static Value rounded(double real, int precision) {
        if (Double.isNaN(real) || Double.isInfinite(real)) {
            return new Value.Real(real);
        }
        double rounded =
                new BigDecimal(real).setScale(precision, RoundingMode.HALF_EVEN).doubleValue();
        return new Value.Real(Math.copySign(rounded, real));
    }

    private static Value fileSize(Value input, Arguments arguments, Interpreter interpreter) {
        boolean binary = arguments.bind("filesizeformat", 0, "binary").flag("binary");
        Value number = toReal(input, Arguments.NONE, interpreter);
        double bytes = Arithmetic.real(number);
        double base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return new Value.Text("1 Byte");
        }
        if (bytes < base) {
            return new Value.Text(new BigDecimal(bytes).toBigInteger() + " Bytes");
        }
        String[] units = binary
                ? new String[] {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"}
                : new String[] {"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
        double unit = base * base;
        int index = 0;
        while (index < units.length - 1 && bytes >= unit) {
            unit *= base;
            index++;
        }
        return new Value.Text(NumberText.real(base * bytes / unit, 'f', 1, true) + " " + units[index]);
    }

    private static Value requireNumber(Value input, String filter) {
        refuseUndefined(input);
        if (!Arithmetic.isNumber(input)) {
            throw new TemplateException(filter + " needs a number, found " + Value.typeName(input));
        }
        return input;
    }

    private static void refuseUndefined(Value input) {
        if (input instanceof Value.Undefined(String problem)) {
            throw new TemplateException(problem);
        }
    }
}
