package dev.lilla.serve.host;

import java.time.Duration;

/// How a [ModelPool] shares memory among models.
///
/// @param memoryBytes of all models together
/// @param keepAlive how long a model stays that nobody uses
/// @param loadWait how long a request waits while its model is loaded
public record PoolOptions(long memoryBytes, Duration keepAlive, Duration loadWait) {
    public PoolOptions {
        if (memoryBytes < 1 || keepAlive.isNegative() || loadWait.isNegative()) {
            throw new IllegalArgumentException("memory must be above 0 and times not below it, found " + memoryBytes
                    + " bytes, " + keepAlive + " and " + loadWait);
        }
    }
}
