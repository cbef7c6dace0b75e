package dev.lilla.template;

import dev.lilla.template.Expression.Operator;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Python's arithmetic operators: integers without bound up to [Limits#INTEGER_BITS_MAX], floats, and what `+`, `*` and
/// `%` do with texts and lists.
final class Arithmetic {
    private final Limits limits;
    private final PercentFormat percentFormat;

    Arithmetic(Limits limits, PythonText text) {
        this.limits = limits;
        this.percentFormat = new PercentFormat(limits, text);
    }

    Value apply(Operator operator, Value left, Value right) {
        if (left instanceof Value.Undefined(String problem)) {
            throw new TemplateException(problem);
        }
        if (operator == Operator.MODULO && left instanceof Value.Text(String format, boolean markup)) {
            return new Value.Text(percentFormat.format(format, markup ? HtmlText.argument(right) : right), markup);
        }
        if (right instanceof Value.Undefined(String problem)) {
            throw new TemplateException(problem);
        }
        Value joined = operator == Operator.ADD ? join(left, right) : null;
        Value repeated = operator == Operator.MULTIPLY ? repeat(left, right) : null;
        if (joined != null) {
            return joined;
        }
        if (repeated != null) {
            return repeated;
        }
        BigInteger a = integer(left);
        BigInteger b = integer(right);
        if (a != null && b != null) {
            return integers(operator, a, b);
        }
        if (isNumber(left) && isNumber(right)) {
            return new Value.Real(reals(operator, real(left), real(right)));
        }
        throw new TemplateException("unsupported operands for " + operator.sign() + ": " + Value.typeName(left)
                + " and " + Value.typeName(right));
    }

    Value negate(Value operand) {
        BigInteger integer = integer(requireNumber(operand, "-"));
        return integer != null ? new Value.Int(integer.negate()) : new Value.Real(-real(operand));
    }

    Value plus(Value operand) {
        BigInteger integer = integer(requireNumber(operand, "+"));
        return integer != null ? new Value.Int(integer) : operand;
    }

    private static Value requireNumber(Value operand, String sign) {
        if (operand instanceof Value.Undefined(String problem)) {
            throw new TemplateException(problem);
        }
        if (!isNumber(operand)) {
            throw new TemplateException("unsupported operand for " + sign + ": " + Value.typeName(operand));
        }
        return operand;
    }

    static boolean isNumber(Value value) {
        return value instanceof Value.Int || value instanceof Value.Real || value instanceof Value.Bool;
    }

    /// The integer that an int or a bool is, else null.
    static @Nullable BigInteger integer(Value value) {
        return switch (value) {
            case Value.Int(BigInteger number) -> number;
            case Value.Bool(boolean flag) -> flag ? BigInteger.ONE : BigInteger.ZERO;
            case Value other -> null;
        };
    }

    /// A number as a float.
    static double real(Value number) {
        if (number instanceof Value.Real(double real)) {
            return real;
        }
        BigInteger integer = integer(number);
        if (integer == null) {
            throw new TemplateException("a " + Value.typeName(number) + " is no number");
        }
        double real = integer.doubleValue();
        if (Double.isInfinite(real)) {
            throw new TemplateException("an int is too large to become a float");
        }
        return real;
    }

    private @Nullable Value join(Value left, Value right) {
        if (left instanceof Value.Text a && right instanceof Value.Text b) {
            boolean markup = a.markup() || b.markup();
            limits.allocate((markup ? 6L : 1L) * (a.value().length() + b.value().length()));
            return markup ? new Value.Text(a.escaped() + b.escaped(), true) : new Value.Text(a.value() + b.value());
        }
        if (left instanceof Value.Sequence(List<Value> a) && right instanceof Value.Sequence(List<Value> b)) {
            return new Value.Sequence(joined(a, b));
        }
        if (left instanceof Value.Tuple a && right instanceof Value.Tuple b) {
            return new Value.Tuple(joined(a.items(), b.items()), List.of());
        }
        return null;
    }

    private List<Value> joined(List<Value> a, List<Value> b) {
        limits.allocateItems((long) a.size() + b.size());
        List<Value> all = new ArrayList<>(a.size() + b.size());
        all.addAll(a);
        all.addAll(b);
        return all;
    }

    private @Nullable Value repeat(Value left, Value right) {
        BigInteger count = integer(right);
        Value repeated = left;
        if (count == null) {
            count = integer(left);
            repeated = right;
        }
        if (count == null) {
            return null;
        }
        // A count that does not fit is refused by the limit on characters.
        long times = count.signum() <= 0 ? 0 : count.bitLength() > 31 ? Integer.MAX_VALUE : count.longValue();
        return switch (repeated) {
            case Value.Text(String text, boolean markup) -> {
                limits.allocate(text.length() * times);
                yield new Value.Text(text.isEmpty() ? "" : text.repeat((int) times), markup);
            }
            case Value.Sequence(List<Value> items) -> new Value.Sequence(repeat(items, times));
            case Value.Tuple(List<Value> items, List<String> names) -> new Value.Tuple(repeat(items, times), List.of());
            case Value other -> null;
        };
    }

    private List<Value> repeat(List<Value> items, long times) {
        limits.allocateItems(items.size() * times);
        List<Value> all = new ArrayList<>();
        for (long i = 0; i < times && !items.isEmpty(); i++) {
            all.addAll(items);
        }
        return all;
    }

    private Value integers(Operator operator, BigInteger a, BigInteger b) {
        return switch (operator) {
            case ADD -> limited(a.add(b));
            case SUBTRACT -> limited(a.subtract(b));
            case MULTIPLY -> limited(a.multiply(b));
            case DIVIDE -> new Value.Real(divide(real(new Value.Int(a)), real(new Value.Int(b))));
            case FLOOR_DIVIDE -> limited(floorDivide(a, b));
            case MODULO -> limited(a.subtract(floorDivide(a, b).multiply(b)));
            case POWER -> power(a, b);
        };
    }

    private static BigInteger floorDivide(BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            throw new TemplateException("integer division by zero");
        }
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean down = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        return down ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private Value power(BigInteger base, BigInteger exponent) {
        if (exponent.signum() < 0) {
            return new Value.Real(power(real(new Value.Int(base)), real(new Value.Int(exponent))));
        }
        boolean small = base.abs().compareTo(BigInteger.ONE) <= 0;
        if (small) {
            return new Value.Int(
                    exponent.signum() == 0 ? BigInteger.ONE : exponent.testBit(0) ? base : base.multiply(base));
        }
        if (exponent.bitLength() > 31 || (base.bitLength() - 1L) * exponent.longValue() > Limits.INTEGER_BITS_MAX) {
            throw tooLarge();
        }
        limits.work(64);
        return limited(base.pow(exponent.intValue()));
    }

    private static Value limited(BigInteger result) {
        if (result.bitLength() > Limits.INTEGER_BITS_MAX) {
            throw tooLarge();
        }
        return new Value.Int(result);
    }

    private static TemplateException tooLarge() {
        return new TemplateException("an integer grows beyond " + Limits.INTEGER_BITS_MAX + " bits");
    }

    private static double reals(Operator operator, double a, double b) {
        return switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> divide(a, b);
            case FLOOR_DIVIDE -> Math.floor((a - modulo(a, b)) / b + 0.5);
            case MODULO -> modulo(a, b);
            case POWER -> power(a, b);
        };
    }

    private static double divide(double a, double b) {
        if (b == 0) {
            throw new TemplateException("division by zero");
        }
        return a / b;
    }

    private static double modulo(double a, double b) {
        if (b == 0) {
            throw new TemplateException("float modulo by zero");
        }
        double remainder = a % b;
        return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
    }

    private static double power(double a, double b) {
        if (a == 0 && b < 0) {
            throw new TemplateException("0.0 cannot be raised to a negative power");
        }
        double result = Math.pow(a, b);
        if (Double.isNaN(result) && !Double.isNaN(a) && !Double.isNaN(b)) {
            throw new TemplateException("a negative number to a fractional power is complex, which is not supported");
        }
        if (Double.isInfinite(result) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
            throw new TemplateException("the power is too large for a float");
        }
        return result;
    }
}
