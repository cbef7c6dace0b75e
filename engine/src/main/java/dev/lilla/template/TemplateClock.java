package dev.lilla.template;

import java.time.Clock;
import java.time.ZonedDateTime;

/// What `strftime_now` tells a template.
@FunctionalInterface
public interface TemplateClock {
    /// The present time in C's `strftime` format.
    String now(String format);

    /// The time of `clock`, with English names.
    static TemplateClock of(Clock clock) {
        return format -> DateFormat.format(format, ZonedDateTime.now(clock));
    }
}
