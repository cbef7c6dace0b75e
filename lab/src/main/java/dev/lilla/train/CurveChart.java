package dev.lilla.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A chart of curves over steps, as inline SVG whose colors come from the page.
final class CurveChart {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 280;
    private static final int LEFT = 64;
    private static final int RIGHT = 14;
    private static final int TOP = 12;
    private static final int BOTTOM = 34;
    private static final int TICKS = 5;
    /// More points than this lie within a pixel of each other.
    private static final int POINTS_MAX = 1000;

    private final List<Curve> curves;

    /// @param points `[step, value]`
    /// @param style class of the page's style sheet
    record Curve(String name, String style, List<double[]> points) {
        Curve {
            points = points.stream().filter(point -> Double.isFinite(point[1])).toList();
        }

        /// Every so many of its points, the last one always.
        List<double[]> thinned() {
            int every = Math.ceilDiv(points.size(), POINTS_MAX);
            List<double[]> kept = new ArrayList<>();
            for (int i = 0; i < points.size(); i++) {
                if (i % every == 0 || i == points.size() - 1) {
                    kept.add(points.get(i));
                }
            }
            return kept;
        }
    }

    CurveChart(List<Curve> curves) {
        this.curves = List.copyOf(curves);
    }

    String svg(String label) {
        Range steps = range(0);
        Range values = range(1);
        StringBuilder svg = new StringBuilder();
        svg.append("<svg viewBox=\"0 0 ").append(WIDTH).append(' ').append(HEIGHT);
        svg.append("\" role=\"img\" aria-label=\"").append(label).append("\">\n");
        for (double tick : values.ticks()) {
            double y = y(values, tick);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
                    LEFT,
                    WIDTH - RIGHT,
                    y,
                    y));
            svg.append(String.format(
                    Locale.ROOT, "<text class=\"end\" x=\"%d\" y=\"%.1f\">%s</text>\n", LEFT - 8, y + 4, text(tick)));
        }
        for (double tick : steps.ticks()) {
            if (tick == Math.rint(tick)) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<text class=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>\n",
                        x(steps, tick),
                        HEIGHT - BOTTOM + 18,
                        text(tick)));
            }
        }
        for (Curve curve : curves) {
            draw(svg, curve, steps, values);
        }
        return svg.append("</svg>\n").toString();
    }

    private void draw(StringBuilder svg, Curve curve, Range steps, Range values) {
        List<double[]> points = curve.thinned();
        if (points.isEmpty()) {
            return;
        }
        svg.append("<polyline class=\"").append(curve.style()).append("\" points=\"");
        for (double[] point : points) {
            svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(steps, point[0]), y(values, point[1])));
        }
        svg.append("\"/>\n");
        if (points.size() <= 60) {
            for (double[] point : points) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"><title>step %d: %s</title></circle>\n",
                        curve.style(),
                        x(steps, point[0]),
                        y(values, point[1]),
                        (long) point[0],
                        text(point[1])));
            }
        }
    }

    private Range range(int index) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (Curve curve : curves) {
            for (double[] point : curve.points()) {
                least = Math.min(least, point[index]);
                most = Math.max(most, point[index]);
            }
        }
        return least > most ? new Range(0, 1) : Range.around(least, most);
    }

    private static double x(Range range, double value) {
        return LEFT + (WIDTH - LEFT - RIGHT) * range.share(value);
    }

    private static double y(Range range, double value) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * range.share(value);
    }

    private record Range(double from, double to) {
        static Range around(double least, double most) {
            double room = most > least ? 0 : Math.max(Math.abs(most) * 0.1, 1e-9);
            // From zero where that does not flatten the curve.
            double from = least > 0 && least < most / 2 ? 0 : least - room;
            return new Range(from, most + room);
        }

        double share(double value) {
            return (value - from) / (to - from);
        }

        /// Round numbers: 1, 2 or 5 times a power of ten apart.
        List<Double> ticks() {
            double raw = (to - from) / TICKS;
            double power = Math.pow(10, Math.floor(Math.log10(raw)));
            double factor = raw / power;
            double distance = power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
            List<Double> ticks = new ArrayList<>();
            for (long i = (long) Math.ceil(from / distance); i * distance <= to; i++) {
                ticks.add(i * distance);
            }
            return ticks;
        }
    }

    /// Short, without exponents where they can be avoided.
    static String text(double value) {
        double size = Math.abs(value);
        if (size != 0 && size < 0.001) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        return size >= 1000 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.3f", value);
    }
}
