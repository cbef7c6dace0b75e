package dev.lilla.template;

import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.time.temporal.WeekFields;
import java.util.Locale;

/// C's `strftime` in English, as far as it does not depend on a locale.
final class DateFormat {
    private DateFormat() {}

    static String format(String format, ZonedDateTime time) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
            i += unpadded ? 2 : 1;
            String field = field(format.charAt(i), time);
            out.append(unpadded ? withoutZeros(field) : field);
        }
        return out.toString();
    }

    private static String withoutZeros(String field) {
        int start = 0;
        while (start < field.length() - 1 && (field.charAt(start) == '0' || field.charAt(start) == ' ')) {
            start++;
        }
        return field.substring(start);
    }

    private static String field(char letter, ZonedDateTime time) {
        return switch (letter) {
            case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.US);
            case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.US);
            case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.US);
            case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.US);
            case 'c' -> format("%a %b %e %H:%M:%S %Y", time);
            case 'd' -> digits(time.getDayOfMonth(), 2, '0');
            case 'e' -> digits(time.getDayOfMonth(), 2, ' ');
            case 'D', 'x' -> format("%m/%d/%y", time);
            case 'F' -> format("%Y-%m-%d", time);
            case 'f' -> digits(time.get(ChronoField.MICRO_OF_SECOND), 6, '0');
            case 'G' -> String.valueOf(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'H' -> digits(time.getHour(), 2, '0');
            case 'I' -> digits(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2, '0');
            case 'j' -> digits(time.getDayOfYear(), 3, '0');
            case 'm' -> digits(time.getMonthValue(), 2, '0');
            case 'M' -> digits(time.getMinute(), 2, '0');
            case 'n' -> "\n";
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'R' -> format("%H:%M", time);
            case 's' -> String.valueOf(time.toEpochSecond());
            case 'S' -> digits(time.getSecond(), 2, '0');
            case 't' -> "\t";
            case 'T', 'X' -> format("%H:%M:%S", time);
            case 'u' -> String.valueOf(time.getDayOfWeek().getValue());
            case 'U' -> digits((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7, 2, '0');
            case 'V' -> digits(time.get(WeekFields.ISO.weekOfWeekBasedYear()), 2, '0');
            case 'w' -> String.valueOf(time.getDayOfWeek().getValue() % 7);
            case 'W' -> digits((time.getDayOfYear() + 6 - (time.getDayOfWeek().getValue() + 6) % 7) / 7, 2, '0');
            case 'y' -> digits(time.getYear() % 100, 2, '0');
            case 'Y' -> String.valueOf(time.getYear());
            // Python's now() knows no zone.
            case 'z', 'Z' -> "";
            case '%' -> "%";
            default -> "%" + letter;
        };
    }

    private static String digits(int value, int width, char fill) {
        String digits = String.valueOf(value);
        return String.valueOf(fill).repeat(Math.max(0, width - digits.length())) + digits;
    }
}
