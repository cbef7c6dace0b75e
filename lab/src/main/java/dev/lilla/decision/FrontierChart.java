package dev.lilla.decision;

import dev.lilla.evaluate.report.Html;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;

/// Quality against what it takes, as inline SVG: a numbered dot for each variant, its interval, and a line along those
/// that no other one beats in these two.
///
/// @param title what is shown, the text alternative with all figures
/// @param quality what the vertical axis is
/// @param takes what the horizontal axis is, with its unit
/// @param minimum quality that the goal asks for
/// @param limit of the goal on what it takes
/// @param local writes figures as the language has them
record FrontierChart(
        String title,
        Quality quality,
        String takes,
        List<Point> points,
        OptionalDouble minimum,
        OptionalDouble limit,
        UnaryOperator<String> local) {
    private static final int WIDTH = 460;
    private static final int HEIGHT = 340;
    private static final int LEFT = 52;
    private static final int RIGHT = 18;
    private static final int TOP = 28;
    private static final int BOTTOM = 54;
    private static final int DOT = 10;
    /// Of a digit on an axis, and a little air.
    private static final int DIGIT = 8;
    private static final double ROOM = 0.08;
    private static final int SPACES_MIN = 4;
    private static final List<Double> STEPS = List.of(1.0, 2.0, 2.5, 5.0);

    FrontierChart {
        points = List.copyOf(points);
    }

    /// The vertical axis.
    ///
    /// @param text with its unit
    /// @param times what values from 0 to 1 are multiplied with
    record Quality(String text, double times) {}

    /// A variant.
    ///
    /// @param number by which the table names it
    /// @param x what it takes
    /// @param style class of its dot: `chosen`, `meets` or `misses`
    /// @param text for those who point at it
    record Point(int number, double x, double quality, double low, double high, String style, String text) {}

    String svg() {
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n<title>%s</title>%n",
                WIDTH,
                HEIGHT,
                Html.escaped(alternative()),
                Html.escaped(title)));
        axes(svg);
        goal(svg);
        frontier(svg);
        points.forEach(point -> interval(svg, point));
        points.stream()
                .sorted(Comparator.comparing(point -> point.style().equals("chosen")))
                .forEach(point -> dot(svg, point));
        return svg.append("</svg>\n").toString();
    }

    private void axes(StringBuilder svg) {
        for (Tick tick : ticks(bottom(), top(), quality.times())) {
            double height = tick.value();
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                            + "<text class=\"end\" x=\"%d\" y=\"%.1f\">%s</text>%n",
                    LEFT,
                    WIDTH - RIGHT,
                    y(height),
                    y(height),
                    LEFT - 6,
                    y(height) + 4,
                    Html.escaped(local.apply(tick.text()))));
        }
        List<Tick> below = ticks(0, right(), 1);
        int every = labelEvery(below, WIDTH - LEFT - RIGHT);
        for (int i = 0; i < below.size(); i++) {
            double taken = below.get(i).value();
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
                            + "<text class=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>%n",
                    x(taken),
                    x(taken),
                    TOP,
                    HEIGHT - BOTTOM,
                    x(taken),
                    HEIGHT - BOTTOM + DOT + 14,
                    i % every == 0 ? Html.escaped(local.apply(below.get(i).text())) : ""));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"strong\" x=\"%d\" y=\"%d\">%s</text>%n",
                LEFT - 30,
                TOP - 14,
                Html.escaped(quality.text())));
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"middle strong\" x=\"%d\" y=\"%d\">%s</text>%n",
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 8,
                Html.escaped(takes)));
    }

    /// A mark on an axis.
    ///
    /// @param text the number in the unit of the axis, with a point between whole and part
    record Tick(double value, String text) {}

    /// Round numbers between two, with as many digits as tell them apart: the largest step of 1, 2, 2.5 or 5 times a
    /// power of ten that makes four spaces or more, at most eight.
    ///
    /// @param unit that values are shown in, as so many of it are 1
    static List<Tick> ticks(double from, double to, double unit) {
        double raw = (to - from) * unit / SPACES_MIN;
        int exponent = (int) Math.floor(Math.log10(raw) + 1e-9);
        double power = Math.pow(10, exponent);
        double digit = STEPS.stream()
                .filter(step -> step * power <= raw * (1 + 1e-9))
                .reduce((_, larger) -> larger)
                .orElse(1.0);
        double step = digit * power;
        int decimals = Math.max(0, (digit == 2.5 ? 1 : 0) - exponent);
        List<Tick> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(from * unit / step - 1e-9); i * step <= to * unit + 1e-9 * step; i++) {
            ticks.add(new Tick(i * step / unit, String.format(Locale.ROOT, "%." + decimals + "f", i * step)));
        }
        return ticks;
    }

    /// How many marks a text stands for, such that texts beside each other on an axis of this length do not touch.
    static int labelEvery(List<Tick> ticks, int length) {
        int longest =
                ticks.stream().mapToInt(tick -> tick.text().length()).max().orElse(0);
        int spaces = Math.max(1, ticks.size() - 1);
        return (int) Math.max(1, Math.ceil((longest + 1.0) * DIGIT * spaces / length));
    }

    /// What the goal leaves out, shaded.
    private void goal(StringBuilder svg) {
        minimum.ifPresent(value -> shade(svg, LEFT, y(value), WIDTH - RIGHT, HEIGHT - BOTTOM));
        limit.ifPresent(value -> shade(svg, x(value), TOP, WIDTH - RIGHT, HEIGHT - BOTTOM));
    }

    private static void shade(StringBuilder svg, double left, double top, double right, double bottom) {
        double x = Math.clamp(left, LEFT, right);
        double y = Math.clamp(top, TOP, bottom);
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"outside\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>%n",
                x,
                y,
                right - x,
                bottom - y));
    }

    private void frontier(StringBuilder svg) {
        List<Point> line = new ArrayList<>();
        double best = Double.NEGATIVE_INFINITY;
        for (Point point : points.stream()
                .sorted(Comparator.comparingDouble(Point::x).thenComparingDouble(point -> -point.quality()))
                .toList()) {
            if (point.quality() > best) {
                line.add(point);
                best = point.quality();
            }
        }
        StringBuilder path = new StringBuilder();
        for (Point point : line) {
            path.append(
                    path.isEmpty()
                            ? String.format(Locale.ROOT, "M%.1f %.1f", x(point.x()), y(point.quality()))
                            : String.format(Locale.ROOT, "H%.1fV%.1f", x(point.x()), y(point.quality())));
        }
        svg.append(String.format(Locale.ROOT, "<path class=\"frontier\" d=\"%s\"/>%n", path));
    }

    private void interval(StringBuilder svg, Point point) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"interval thin\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
                x(point.x()),
                x(point.x()),
                y(point.low()),
                y(point.high())));
    }

    private void dot(StringBuilder svg, Point point) {
        svg.append(String.format(
                Locale.ROOT,
                "<g class=\"%s\"><circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"><title>%s</title></circle>"
                        + "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">%d</text></g>%n",
                point.style(),
                x(point.x()),
                y(point.quality()),
                DOT,
                Html.escaped(point.text()),
                x(point.x()),
                y(point.quality()) + 4,
                point.number()));
    }

    private String alternative() {
        StringBuilder text = new StringBuilder(title).append(": ");
        points.forEach(point -> text.append(point.text()).append("; "));
        return text.toString();
    }

    private double top() {
        double high = points.stream().mapToDouble(Point::high).max().orElse(1);
        return Math.min(1, high + ROOM * Math.max(0.1, high));
    }

    private double bottom() {
        double low = Math.min(
                points.stream().mapToDouble(Point::low).min().orElse(0), minimum.orElse(Double.POSITIVE_INFINITY));
        return low < 0 ? low - ROOM : low - ROOM < top() / 2 ? 0 : low - ROOM;
    }

    private double right() {
        double most = points.stream().mapToDouble(Point::x).max().orElse(1);
        return most > 0 ? most * (1 + ROOM) : 1;
    }

    private double x(double taken) {
        return LEFT + Math.min(taken / right(), 1) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double quality) {
        double share = (quality - bottom()) / (top() - bottom());
        return HEIGHT - BOTTOM - Math.clamp(share, 0, 1) * (HEIGHT - TOP - BOTTOM);
    }
}
