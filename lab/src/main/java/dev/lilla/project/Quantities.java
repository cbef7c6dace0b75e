package dev.lilla.project;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Amounts as people write them: `8GB`, `1.5 s`, `30m`.
public final class Quantities {
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?) ?([A-Za-z]{1,3})");
    private static final double BYTES_MAX = 1e18;
    private static final double SECONDS_MAX = 1e9;

    private Quantities() {}

    /// Bytes: `900MB` and `8GB` in steps of 1000, `8GiB` in steps of 1024.
    ///
    /// @throws IllegalArgumentException if it is no amount of memory
    public static long bytes(String text) {
        Matcher matcher = AMOUNT.matcher(text.strip());
        if (matcher.matches()) {
            double unit = switch (matcher.group(2).toUpperCase(Locale.ROOT)) {
                case "B" -> 1;
                case "KB" -> 1e3;
                case "MB" -> 1e6;
                case "GB" -> 1e9;
                case "TB" -> 1e12;
                case "KIB" -> 1L << 10;
                case "MIB" -> 1L << 20;
                case "GIB" -> 1L << 30;
                case "TIB" -> 1L << 40;
                default -> 0;
            };
            double bytes = Double.parseDouble(matcher.group(1)) * unit;
            if (bytes > 0 && bytes <= BYTES_MAX) {
                return Math.round(bytes);
            }
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is no amount of memory, expected a number and its unit, as" + " 900MB, 8GB or 8GiB");
    }

    /// A time: `800ms`, `2s`, `30m`, `2h`.
    ///
    /// @throws IllegalArgumentException if it is no time
    public static Duration duration(String text) {
        Matcher matcher = AMOUNT.matcher(text.strip());
        if (matcher.matches()) {
            double unit = switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
                case "ms" -> 1e-3;
                case "s", "sec" -> 1;
                case "m", "min" -> 60;
                case "h" -> 3600;
                case "d" -> 86_400;
                default -> 0;
            };
            double seconds = Double.parseDouble(matcher.group(1)) * unit;
            if (seconds > 0 && seconds <= SECONDS_MAX) {
                return Duration.ofNanos(Math.round(seconds * 1e9));
            }
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is no time, expected a number and its unit, as 800ms, 2s, 30m or 2h");
    }

    /// Bytes in steps of 1000 with three digits: `4.37 GB`.
    public static String text(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f %s", value, units[unit]);
    }

    /// Seconds with the digits that matter: `850 ms`, `2.1 s`, `2 min 5 s`.
    public static String text(Duration time) {
        double seconds = time.toNanos() / 1e9;
        if (seconds < 0.9995) {
            return String.format(Locale.ROOT, "%.0f ms", seconds * 1000);
        }
        if (seconds < 119.5) {
            return String.format(Locale.ROOT, seconds < 9.95 ? "%.1f s" : "%.0f s", seconds);
        }
        return String.format(Locale.ROOT, "%d min %d s", time.toMinutes(), time.toSecondsPart());
    }
}
