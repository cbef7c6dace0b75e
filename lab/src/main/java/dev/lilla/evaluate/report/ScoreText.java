package dev.lilla.evaluate.report;

import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.run.Measured;
import dev.lilla.evaluate.statistics.PowerEstimate;
import java.util.Locale;
import java.util.Optional;

/// Scores as people read them.
public final class ScoreText {
    /// Half an interval of more points is called wide.
    static final int POINTS_WANTED = 5;

    private ScoreText() {}

    /// `92.5 %`, `48.53`, `1.27e+06`.
    public static String of(double value, Scale scale) {
        if (Double.isNaN(value)) {
            return "-";
        }
        return switch (scale) {
            case SHARE -> String.format(Locale.ROOT, "%.1f %%", 100 * value);
            case ERROR, CORRELATION -> String.format(Locale.ROOT, "%.3f", value);
            case HUNDRED -> String.format(Locale.ROOT, "%.2f", value);
            case LOSS ->
                Math.abs(value) >= 1e6
                        ? String.format(Locale.ROOT, "%.3g", value)
                        : String.format(Locale.ROOT, "%.4g", value);
        };
    }

    /// `92.5 % (86.4 to 96.0)`.
    public static String withInterval(Measured measured) {
        Scale scale = measured.score().scale();
        return of(measured.value(), scale) + " (" + end(measured.interval().low(), scale) + " to "
                + end(measured.interval().high(), scale) + ")";
    }

    private static String end(double value, Scale scale) {
        return of(value, scale).replace(" %", "");
    }

    /// A proportion that few examples leave open.
    ///
    /// @param halfPoints half of its interval, in points
    /// @param examplesNeeded for one of [#POINTS_WANTED]
    record Wide(double halfPoints, long examplesNeeded) {}

    /// Whether it is one.
    static Optional<Wide> wide(Measured measured) {
        double half = measured.interval().width() / 2;
        if (measured.score().scale() != Scale.SHARE || half <= POINTS_WANTED / 100.0) {
            return Optional.empty();
        }
        return Optional.of(new Wide(
                100 * half,
                PowerEstimate.forProportion(Math.clamp(measured.value(), 0.05, 0.95), POINTS_WANTED / 100.0)));
    }
}
