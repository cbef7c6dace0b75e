package dev.lilla.serve.ollama;

import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.http.JsonFields;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// The field `keep_alive`: how long the model stays in memory after the request, in seconds or as Go writes durations
/// (`5m`, `1h30m`); below zero is for ever.
final class KeepAlive {
    private static final Pattern PART = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)(ns|us|µs|ms|s|m|h)");
    private static final Pattern WHOLE = Pattern.compile("([+-]?)((?:" + PART.pattern() + ")+|0)");
    /// Longer than anybody waits, and short enough to count with.
    private static final double SECONDS_MAX = 1e12;

    private KeepAlive() {}

    /// @return empty if the request leaves it to the server
    static Optional<Duration> read(JsonFields fields) {
        Optional<JsonNode> given = fields.any("keep_alive");
        if (given.isEmpty()) {
            return Optional.empty();
        }
        if (given.get().isNumber()) {
            double seconds =
                    fields.number("keep_alive", -SECONDS_MAX, SECONDS_MAX).orElse(0);
            return Optional.of(bounded(BigDecimal.valueOf(seconds).multiply(nanos("s"))));
        }
        String text = fields.text("keep_alive").orElse("");
        Matcher whole = WHOLE.matcher(text);
        if (!whole.matches()) {
            throw fields.invalid(
                    "keep_alive", "must be seconds, or a duration such as 5m or -1s, found \"" + text + "\"");
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(whole.group(2));
        while (part.find()) {
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(nanos(part.group(2))));
        }
        return Optional.of(bounded(whole.group(1).equals("-") ? nanos.negate() : nanos));
    }

    private static BigDecimal nanos(String unit) {
        return BigDecimal.valueOf(
                switch (unit) {
                    case "ns" -> 1L;
                    case "us", "µs" -> 1_000L;
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "m" -> 60_000_000_000L;
                    case "h" -> 3_600_000_000_000L;
                    default -> throw new IllegalStateException("the pattern lets no unit " + unit + " through");
                });
    }

    private static Duration bounded(BigDecimal nanos) {
        boolean isEndless = nanos.signum() < 0 || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) >= 0;
        return isEndless
                ? ModelHost.FOREVER
                : Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).longValueExact());
    }
}
