package dev.lilla.evaluate.run;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What a run used of the machine.
///
/// @param wallNanos time on the clock
/// @param cpuNanos time of all cores
/// @param peakBytes most memory resident; empty where the system does not say
/// @param joules of the processor packages; empty where the machine does not report it
public record Resources(long wallNanos, long cpuNanos, OptionalLong peakBytes, OptionalDouble joules) {
    /// Nothing yet.
    public static final Resources NONE = new Resources(0, 0, OptionalLong.empty(), OptionalDouble.empty());

    /// Both together, of runs one after the other.
    public Resources plus(Resources other) {
        OptionalLong peak = peakBytes.isPresent() && other.peakBytes.isPresent()
                ? OptionalLong.of(Math.max(peakBytes.getAsLong(), other.peakBytes.getAsLong()))
                : peakBytes.isPresent() ? peakBytes : other.peakBytes;
        OptionalDouble energy = wallNanos == 0
                ? other.joules
                : joules.isPresent() && other.joules.isPresent()
                        ? OptionalDouble.of(joules.getAsDouble() + other.joules.getAsDouble())
                        : OptionalDouble.empty();
        return new Resources(wallNanos + other.wallNanos, cpuNanos + other.cpuNanos, peak, energy);
    }
}
