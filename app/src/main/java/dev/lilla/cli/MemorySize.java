package dev.lilla.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `4g`, `512m` or a number of bytes.
final class MemorySize implements ITypeConverter<Long> {
    private static final String UNITS = "kmgt";
    private static final long BYTES_MAX = 1L << 60;

    @Override
    public Long convert(String text) {
        String lower = text.toLowerCase(java.util.Locale.ROOT);
        int unit = lower.isEmpty() ? -1 : UNITS.indexOf(lower.charAt(lower.length() - 1));
        String digits = unit < 0 ? lower : lower.substring(0, lower.length() - 1);
        if (!digits.matches("[0-9]{1,12}")) {
            throw new TypeConversionException("\"" + text + "\" is no size; write 512m or 4g");
        }
        long bytes = Long.parseLong(digits);
        long factor = 1L << (10 * (unit + 1));
        if (bytes < 1 || bytes > BYTES_MAX / factor) {
            throw new TypeConversionException("\"" + text + "\" is no size of a memory, which is 1 to 1048576t");
        }
        return bytes * factor;
    }
}
