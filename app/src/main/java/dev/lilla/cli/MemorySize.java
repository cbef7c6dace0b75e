package dev.lilla.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `4g`, `512m` or a number of bytes.
final class MemorySize implements ITypeConverter<Long> {
    private static final String UNITS = "kmgt";

    @Override
    public Long convert(String text) {
        String lower = text.toLowerCase(java.util.Locale.ROOT);
        int unit = lower.isEmpty() ? -1 : UNITS.indexOf(lower.charAt(lower.length() - 1));
        String digits = unit < 0 ? lower : lower.substring(0, lower.length() - 1);
        if (!digits.matches("[0-9]{1,12}")) {
            throw new TypeConversionException("\"" + text + "\" is no size; write 512m or 4g");
        }
        return Math.multiplyExact(Long.parseLong(digits), 1L << (10 * (unit + 1)));
    }
}
