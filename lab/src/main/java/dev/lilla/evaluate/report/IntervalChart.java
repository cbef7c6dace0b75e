package dev.lilla.evaluate.report;

import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/// Scores of several models as dots with the intervals in which they may lie, as inline SVG.
///
/// @param title what is shown, the text alternative with all figures
/// @param bars from the top
/// @param axis from where to where
public record IntervalChart(String title, List<Bar> bars, Axis axis) {
    private static final int WIDTH = 760;
    private static final int ROW = 38;
    private static final int LEFT = 220;
    private static final int RIGHT = 90;
    private static final int BOTTOM = 30;
    private static final int TOP = 8;
    private static final int LABEL_MAX = 28;

    public IntervalChart {
        bars = List.copyOf(bars);
    }

    /// One model.
    ///
    /// @param text the figure as people read it
    public record Bar(String label, double value, double low, double high, String text) {}

    /// @param ticks round numbers, each with its text
    public record Axis(double from, double to, List<Tick> ticks) {
        public Axis {
            ticks = List.copyOf(ticks);
        }

        /// The same with other texts.
        Axis with(UnaryOperator<String> wording) {
            return new Axis(
                    from,
                    to,
                    ticks.stream()
                            .map(tick -> new Tick(tick.value(), wording.apply(tick.text())))
                            .toList());
        }

        /// From 0 to 100 %.
        public static Axis shares() {
            return new Axis(
                    0,
                    1,
                    List.of(
                            new Tick(0, "0 %"),
                            new Tick(0.25, "25 %"),
                            new Tick(0.5, "50 %"),
                            new Tick(0.75, "75 %"),
                            new Tick(1, "100 %")));
        }

        /// Around what is shown.
        public static Axis around(List<Bar> bars) {
            double low = bars.stream().mapToDouble(Bar::low).min().orElse(0);
            double high = bars.stream().mapToDouble(Bar::high).max().orElse(1);
            double room = high > low ? (high - low) * 0.1 : Math.max(1e-9, Math.abs(high) * 0.1);
            return new Axis(low - room, high + room, List.of(tick(low), tick((low + high) / 2), tick(high)));
        }

        private static Tick tick(double value) {
            return new Tick(value, String.format(Locale.ROOT, "%.3g", value));
        }
    }

    /// A mark on the axis.
    public record Tick(double value, String text) {}

    public String svg() {
        int height = TOP + bars.size() * ROW + BOTTOM;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n<title>%s</title>%n",
                WIDTH,
                height,
                Html.escaped(alternative()),
                Html.escaped(title)));
        for (Tick tick : axis.ticks()) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$d\" y2=\"%3$d\"/>"
                            + "<text class=\"middle\" x=\"%1$.1f\" y=\"%4$d\">%5$s</text>%n",
                    x(tick.value()),
                    TOP,
                    height - BOTTOM,
                    height - 10,
                    Html.escaped(tick.text())));
        }
        for (int i = 0; i < bars.size(); i++) {
            bar(svg, bars.get(i), TOP + i * ROW + ROW / 2);
        }
        return svg.append("</svg>\n").toString();
    }

    private void bar(StringBuilder svg, Bar bar, int y) {
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"end strong\" x=\"%d\" y=\"%d\">%s</text>%n",
                LEFT - 14,
                y + 4,
                Html.escaped(shortened(bar.label()))));
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"interval\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
                        + "<circle class=\"dot\" cx=\"%.1f\" cy=\"%d\" r=\"6\"><title>%s</title></circle>%n",
                x(bar.low()),
                x(bar.high()),
                y,
                y,
                x(bar.value()),
                y,
                Html.escaped(bar.label() + ": " + bar.text())));
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"strong\" x=\"%d\" y=\"%d\">%s</text>%n",
                WIDTH - RIGHT + 14,
                y + 4,
                Html.escaped(bar.text())));
    }

    private static String shortened(String label) {
        return label.length() <= LABEL_MAX ? label : label.substring(0, LABEL_MAX - 1) + "…";
    }

    private String alternative() {
        StringBuilder text = new StringBuilder(title).append(": ");
        bars.forEach(
                bar -> text.append(bar.label()).append(' ').append(bar.text()).append("; "));
        return text.toString();
    }

    private double x(double value) {
        double share = (value - axis.from()) / (axis.to() - axis.from());
        return LEFT + Math.clamp(share, 0, 1) * (WIDTH - LEFT - RIGHT);
    }
}
