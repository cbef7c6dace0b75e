package dev.lilla.remote;

import java.time.Duration;

/// How long is waited for a provider, and how often it is asked.
///
/// @param connect time to reach it
/// @param silence longest time in which nothing arrives, before the answer or within it
/// @param answer longest time of a whole answer
/// @param attempts how often a request is sent that did not come through
/// @param firstPause before the second attempt; each next one is twice as long
/// @param pauseMax longest pause, also where the provider asks for more
public record RemoteOptions(
        Duration connect, Duration silence, Duration answer, int attempts, Duration firstPause, Duration pauseMax) {
    /// Models that think first may be silent for long.
    public static final RemoteOptions DEFAULT = new RemoteOptions(
            Duration.ofSeconds(20),
            Duration.ofMinutes(2),
            Duration.ofMinutes(10),
            6,
            Duration.ofSeconds(1),
            Duration.ofMinutes(1));

    public RemoteOptions {
        if (attempts < 1) {
            throw new IllegalArgumentException("a request is sent at least once, found attempts " + attempts);
        }
    }

    /// The pause after an attempt.
    ///
    /// @param attempt that failed, from 1
    Duration pause(int attempt) {
        Duration pause = firstPause.multipliedBy(1L << Math.min(attempt - 1, 20));
        return pause.compareTo(pauseMax) < 0 ? pause : pauseMax;
    }
}
