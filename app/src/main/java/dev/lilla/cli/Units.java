package dev.lilla.cli;

import java.time.Duration;
import java.util.Locale;

/// Quantities as people read them.
final class Units {
    private Units() {}

    /// Bytes in steps of 1000, three digits: `4.37 GB`.
    static String bytes(long bytes) {
        return bytes < 1000 ? bytes + " B" : scaled((double) bytes, new String[] {"kB", "MB", "GB", "TB"});
    }

    /// Counts in steps of 1000, three digits: `1.10 B` for a billion.
    static String count(long count) {
        return count < 1000 ? Long.toString(count) : scaled((double) count, new String[] {"k", "M", "B", "T"});
    }

    /// `0:07`, `12:30`, `1:05:00`.
    static String time(Duration time) {
        long seconds = time.toSeconds();
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    private static String scaled(double value, String[] units) {
        int unit = -1;
        double scaled = value;
        while (scaled >= 999.5 && unit < units.length - 1) {
            scaled /= 1000;
            unit++;
        }
        int decimals = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + decimals + "f %s", scaled, units[Math.max(unit, 0)]);
    }
}
