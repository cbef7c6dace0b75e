package dev.lilla.serve.metrics;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/// Counts of values by size. Safe for use by several threads; a reader may see some values and not yet others.
final class Histogram {
    private final double[] bounds;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    /// @param bounds upper ones, included, ascending; what is larger counts in a further bucket
    Histogram(double... bounds) {
        this.bounds = bounds.clone();
        this.counts = new LongAdder[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void add(double value) {
        int bucket = 0;
        while (bucket < bounds.length && value > bounds[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sum.add(value);
    }

    /// Writes its buckets, each with all that is in smaller ones.
    void write(PrometheusText text, String name, String... labels) {
        String[] withBound = new String[labels.length + 2];
        System.arraycopy(labels, 0, withBound, 0, labels.length);
        withBound[labels.length] = "le";
        long count = 0;
        for (int i = 0; i < counts.length; i++) {
            count += counts[i].sum();
            withBound[labels.length + 1] = i < bounds.length ? PrometheusText.number(bounds[i]) : "+Inf";
            text.sample(name + "_bucket", (double) count, withBound);
        }
        text.sample(name + "_sum", sum.sum(), labels);
        text.sample(name + "_count", (double) count, labels);
    }
}
