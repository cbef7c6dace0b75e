package dev.lilla.evaluate.report;

import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.run.Measured;
import dev.lilla.evaluate.statistics.PowerEstimate;
import java.util.Locale;
import java.util.Optional;

/// Scores as people read them.
public final class ScoreText {
    /// Half an interval wider than this many hundredths is called wide.
    private static final double WIDE = 0.05;

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

    /// What to say of a proportion that few examples leave open.
    public static Optional<String> tooWide(Measured measured, int examples) {
        double half = measured.interval().width() / 2;
        if (measured.score().scale() != Scale.SHARE || half <= WIDE) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "With %d examples %s is known to within %.1f points either way; about %d would make it %.0f.",
                examples,
                measured.metric(),
                100 * half,
                PowerEstimate.forProportion(Math.clamp(measured.value(), 0.05, 0.95), WIDE),
                100 * WIDE));
    }
}
