package dev.lilla.template;

import java.math.BigInteger;
import java.util.Locale;

/// How one value is laid out: what `%…` and `{:…}` have in common. `precision` is -1 where none is given; `sign` is
/// '-' for negative numbers only, '+' or ' '; `align` is one of `< > ^ =`; `grouping` is 0, ',' or '_'.
record FieldFormat(
        String fill, char align, char sign, boolean alternate, int width, char grouping, int precision, char type) {
    static final int WIDTH_MAX = 1 << 20;

    /// The digits of a number in this type, signed and padded.
    String number(Value value) {
        BigInteger integer = Arithmetic.integer(value);
        String digits =
                integer != null && "dioxXbucn".indexOf(type) >= 0 ? integer(integer) : real(Arithmetic.real(value));
        boolean negative = digits.startsWith("-");
        String magnitude = negative ? digits.substring(1) : digits;
        String signText = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
        if (align != '=') {
            return padded(signText + magnitude);
        }
        int missing = width - Characters.length(signText) - Characters.length(magnitude);
        return signText + fill.repeat(Math.max(0, missing)) + magnitude;
    }

    private String integer(BigInteger value) {
        String sign = value.signum() < 0 ? "-" : "";
        BigInteger magnitude = value.abs();
        String digits = switch (type) {
            case 'x' -> (alternate ? "0x" : "") + magnitude.toString(16);
            case 'X' -> (alternate ? "0X" : "") + magnitude.toString(16).toUpperCase(Locale.ROOT);
            case 'o' -> (alternate ? "0o" : "") + magnitude.toString(8);
            case 'b' -> (alternate ? "0b" : "") + magnitude.toString(2);
            default -> magnitude.toString();
        };
        String grouped = grouping == 0 ? digits : NumberText.grouped(digits, grouping);
        return sign + "0".repeat(Math.max(0, Math.min(precision, WIDTH_MAX) - grouped.length())) + grouped;
    }

    private String real(double value) {
        boolean percent = type == '%';
        char style = percent ? 'f' : type;
        String digits = NumberText.real(percent ? value * 100 : value, style, precision < 0 ? 6 : precision, alternate);
        boolean negative = digits.startsWith("-");
        String magnitude = negative ? digits.substring(1) : digits;
        String grouped = grouping == 0 ? magnitude : NumberText.grouped(magnitude, grouping);
        return (negative ? "-" : "") + grouped + (percent ? "%" : "");
    }

    /// Text cut to the precision and padded to the width.
    String padded(String text) {
        int missing = Math.max(0, width - Characters.length(text));
        return switch (align) {
            case '<' -> text + fill.repeat(missing);
            case '^' -> fill.repeat(missing / 2) + text + fill.repeat(missing - missing / 2);
            default -> fill.repeat(missing) + text;
        };
    }

    String text(String text) {
        boolean cut = precision >= 0 && Characters.length(text) > precision;
        return padded(cut ? Characters.slice(text, 0, precision) : text);
    }
}
