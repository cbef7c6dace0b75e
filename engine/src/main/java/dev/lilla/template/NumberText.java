package dev.lilla.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;

/// Numbers to text and back as Python does.
final class NumberText {
    /// Digits behind the point; Python allows more, templates need fewer.
    static final int PRECISION_MAX = 1000;

    private static final int INTEGER_DIGITS_MAX = 4300;

    private NumberText() {}

    /// One of the styles `f e g` and their capitals, without a sign for a positive number.
    static String real(double value, char style, int precision, boolean keepZeros) {
        if (precision > PRECISION_MAX) {
            throw new TemplateException("precision " + precision + " is above " + PRECISION_MAX);
        }
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            String name = Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
            return Character.isUpperCase(style) ? name.toUpperCase(java.util.Locale.ROOT) : name;
        }
        String sign = value < 0 || (value == 0 && 1 / value < 0) ? "-" : "";
        BigDecimal magnitude = new BigDecimal(Math.abs(value));
        String text = switch (Character.toLowerCase(style)) {
            case 'f' -> magnitude.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
            case 'e' -> scientific(magnitude, precision, keepZeros || precision > 0);
            default -> general(magnitude, Math.max(1, precision), keepZeros);
        };
        return sign + (Character.isUpperCase(style) ? text.toUpperCase(java.util.Locale.ROOT) : text);
    }

    private static String scientific(BigDecimal magnitude, int precision, boolean keepZeros) {
        BigDecimal rounded = magnitude.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        int exponent = exponent(rounded);
        String digits = rounded.unscaledValue().toString();
        StringBuilder text = new StringBuilder(digits);
        while (text.length() < precision + 1) {
            text.append('0');
        }
        text.setLength(precision + 1);
        if (precision > 0) {
            text.insert(1, '.');
        }
        String mantissa = keepZeros ? text.toString() : withoutZeros(text.toString());
        return mantissa + (exponent < 0 ? "e-" : "e+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    private static String general(BigDecimal magnitude, int precision, boolean keepZeros) {
        BigDecimal rounded = magnitude.round(new MathContext(precision, RoundingMode.HALF_EVEN));
        int exponent = exponent(rounded);
        if (exponent < -4 || exponent >= precision) {
            return scientific(magnitude, precision - 1, keepZeros);
        }
        String text = magnitude
                .setScale(precision - 1 - exponent, RoundingMode.HALF_EVEN)
                .toPlainString();
        return keepZeros ? text : withoutZeros(text);
    }

    private static int exponent(BigDecimal value) {
        return value.signum() == 0 ? 0 : value.precision() - value.scale() - 1;
    }

    private static String withoutZeros(String text) {
        if (text.indexOf('.') < 0) {
            return text;
        }
        int end = text.length();
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        return text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
    }

    /// `value` in groups of three digits in front of the point.
    static String grouped(String digits, char separator) {
        int point = 0;
        while (point < digits.length() && Character.isDigit(digits.charAt(point))) {
            point++;
        }
        StringBuilder grouped = new StringBuilder(digits);
        for (int at = point - 3; at > 0; at -= 3) {
            grouped.insert(at, separator);
        }
        return grouped.toString();
    }

    /// Python's `int(text, radix)`, or nothing where it raises.
    static Optional<BigInteger> parseInteger(String text, int radix) {
        String digits = Characters.strip(text).toLowerCase(java.util.Locale.ROOT);
        boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        String prefix = radix == 16 ? "0x" : radix == 8 ? "0o" : radix == 2 ? "0b" : "";
        if (!prefix.isEmpty() && digits.startsWith(prefix)) {
            digits = digits.substring(2);
        }
        boolean separated = digits.startsWith("_") || digits.endsWith("_") || digits.contains("__");
        String plain = digits.replace("_", "");
        if (separated || plain.isEmpty() || plain.length() > INTEGER_DIGITS_MAX || radix < 2 || radix > 36) {
            return Optional.empty();
        }
        if (!plain.codePoints().allMatch(c -> Character.digit(c, radix) >= 0)) {
            return Optional.empty();
        }
        BigInteger value = new BigInteger(plain, radix);
        return Optional.of(negative ? value.negate() : value);
    }

    /// Python's `float(text)`, or nothing where it raises.
    static Optional<Double> parseReal(String text) {
        String plain = Characters.strip(text).toLowerCase(java.util.Locale.ROOT);
        String unsigned = plain.startsWith("-") || plain.startsWith("+") ? plain.substring(1) : plain;
        double sign = plain.startsWith("-") ? -1 : 1;
        return switch (unsigned) {
            case "inf", "infinity" -> Optional.of(sign * Double.POSITIVE_INFINITY);
            case "nan" -> Optional.of(Double.NaN);
            default -> {
                String digits = withoutSeparators(unsigned);
                yield isDecimal(digits) ? Optional.of(sign * Double.parseDouble(digits)) : Optional.empty();
            }
        };
    }

    /// Drops underscores between digits; others stay and make the text no number.
    private static String withoutSeparators(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            boolean between = text.charAt(i) == '_'
                    && i > 0
                    && i + 1 < text.length()
                    && Character.isDigit(text.charAt(i - 1))
                    && Character.isDigit(text.charAt(i + 1));
            if (!between) {
                kept.append(text.charAt(i));
            }
        }
        return kept.toString();
    }

    private static boolean isDecimal(String text) {
        int at = digitsEnd(text, 0);
        int digits = at;
        if (at < text.length() && text.charAt(at) == '.') {
            int end = digitsEnd(text, at + 1);
            digits += end - at - 1;
            at = end;
        }
        if (digits == 0) {
            return false;
        }
        if (at < text.length() && text.charAt(at) == 'e') {
            int exponent = at + 1 < text.length() && (text.charAt(at + 1) == '-' || text.charAt(at + 1) == '+')
                    ? at + 2
                    : at + 1;
            at = digitsEnd(text, exponent);
            return at > exponent && at == text.length();
        }
        return at == text.length();
    }

    private static int digitsEnd(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }
}
