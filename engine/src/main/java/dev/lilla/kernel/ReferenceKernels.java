package dev.lilla.kernel;

import org.jspecify.annotations.Nullable;

/// One plain loop per operation, with sums in double: the definition of each, the oracle of the fast ones, and the
/// fallback where they cannot run. Never tuned.
final class ReferenceKernels implements Kernels {
    @Override
    public String description() {
        return "reference";
    }

    @Override
    public void matmul(HostWeight weight, @Nullable HostWeight bias, LinearInput input, HostMatrix y, Share share) {
        HostMatrix x = input.rows();
        float[] row = share.scratch().floats(weight.in());
        for (int r = share.from(); r < share.to(); r++) {
            weight.copyRow(r, row);
            float added = bias == null ? 0 : bias.get(r);
            for (int t = 0; t < x.rows(); t++) {
                y.set(t, r, (float) (dot(row, x, t) + added));
            }
        }
    }

    @Override
    public void matmulAdd(HostWeight weight, float scale, LinearInput input, HostMatrix y, Share share) {
        HostMatrix x = input.rows();
        float[] row = share.scratch().floats(weight.in());
        for (int r = share.from(); r < share.to(); r++) {
            weight.copyRow(r, row);
            for (int t = 0; t < x.rows(); t++) {
                y.set(t, r, (float) (y.get(t, r) + scale * dot(row, x, t)));
            }
        }
    }

    private static double dot(float[] row, HostMatrix x, int t) {
        double sum = 0;
        for (int k = 0; k < x.columns(); k++) {
            sum += (double) row[k] * x.get(t, k);
        }
        return sum;
    }

    @Override
    public void rmsNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share) {
        for (int t = share.from(); t < share.to(); t++) {
            double squares = 0;
            for (int i = 0; i < x.columns(); i++) {
                squares += (double) x.get(t, i) * x.get(t, i);
            }
            double factor = 1 / Math.sqrt(squares / x.columns() + norm.epsilon());
            for (int i = 0; i < x.columns(); i++) {
                y.set(t, i, (float) (x.get(t, i) * factor * norm.weight().get(i)));
            }
        }
    }

    @Override
    public void layerNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share) {
        HostWeight bias = norm.bias();
        for (int t = share.from(); t < share.to(); t++) {
            double sum = 0;
            for (int i = 0; i < x.columns(); i++) {
                sum += x.get(t, i);
            }
            double mean = sum / x.columns();
            double squares = 0;
            for (int i = 0; i < x.columns(); i++) {
                squares += (x.get(t, i) - mean) * (x.get(t, i) - mean);
            }
            double factor = 1 / Math.sqrt(squares / x.columns() + norm.epsilon());
            for (int i = 0; i < x.columns(); i++) {
                double scaled = (x.get(t, i) - mean) * factor * norm.weight().get(i);
                y.set(t, i, (float) (bias == null ? scaled : scaled + bias.get(i)));
            }
        }
    }

    @Override
    public void rotate(Heads x, RotaryAngles angles, Share share) {
        HostMatrix data = (HostMatrix) x.data();
        int pairs = angles.frequencies().inverse().length;
        for (int t = share.from(); t < share.to(); t++) {
            for (int head = 0; head < x.heads(); head++) {
                int start = x.offset() + head * x.stride();
                for (int pair = 0; pair < pairs; pair++) {
                    int first = start;
                    int second = start;
                    switch (angles.frequencies().style()) {
                        case HALF_SPLIT -> {
                            first += pair;
                            second += pair + pairs;
                        }
                        case INTERLEAVED -> {
                            first += 2 * pair;
                            second += 2 * pair + 1;
                        }
                    }
                    double cosine = angles.cosine(t, pair);
                    double sine = angles.sine(t, pair);
                    double a = data.get(t, first);
                    double b = data.get(t, second);
                    data.set(t, first, (float) (a * cosine - b * sine));
                    data.set(t, second, (float) (a * sine + b * cosine));
                }
            }
        }
    }

    @Override
    public void attend(AttentionStep step, Share share) {
        int heads = step.queries().heads();
        for (int index = share.from(); index < share.to(); index++) {
            Span span = Kernels.spanOf(step.spans(), index / heads);
            if (span != null) {
                attend(step, span, index / heads, index % heads);
            }
        }
    }

    private static void attend(AttentionStep step, Span span, int row, int head) {
        HostMatrix queries = step.queryData();
        AttentionMask mask = step.mask();
        int headDim = step.queries().headDim();
        int column = step.queries().offset() + head * step.queries().stride();
        int position = span.position() + row - span.row();
        int first = Math.max(0, position - mask.window() + 1);
        KvHead cached = new KvHead(step.cache(), step.layer(), head / step.group(), span.blocks());
        float[] cell = new float[headDim];
        double[] scores = new double[position + 1 - first];
        double max = Double.NEGATIVE_INFINITY;
        for (int key = first; key <= position; key++) {
            cached.readKey(key, cell);
            double score = 0;
            for (int i = 0; i < headDim; i++) {
                score += (double) queries.get(row, column + i) * cell[i];
            }
            score *= mask.scale();
            if (mask.softCap() > 0) {
                score = mask.softCap() * Math.tanh(score / mask.softCap());
            }
            scores[key - first] = score;
            max = Math.max(max, score);
        }
        double total = 0;
        double[] sums = new double[headDim];
        for (int key = first; key <= position; key++) {
            cached.readValue(key, cell);
            double share = Math.exp(scores[key - first] - max);
            total += share;
            for (int i = 0; i < headDim; i++) {
                sums[i] += share * cell[i];
            }
        }
        for (int i = 0; i < headDim; i++) {
            step.out().set(row, head * headDim + i, (float) (sums[i] / total));
        }
    }

    @Override
    public void gate(ActivationFunction function, HostMatrix gate, HostMatrix up, HostMatrix out, Share share) {
        for (int t = share.from(); t < share.to(); t++) {
            for (int i = 0; i < gate.columns(); i++) {
                out.set(t, i, (float) (activate(function, gate.get(t, i)) * up.get(t, i)));
            }
        }
    }

    @Override
    public void activate(ActivationFunction function, HostMatrix x, Share share) {
        for (int t = share.from(); t < share.to(); t++) {
            for (int i = 0; i < x.columns(); i++) {
                x.set(t, i, (float) activate(function, x.get(t, i)));
            }
        }
    }

    /// The functions as [ActivationFunction] defines them.
    static double activate(ActivationFunction function, double x) {
        return switch (function) {
            case SILU -> x / (1 + Math.exp(-x));
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case GELU_ERF -> 0.5 * x * (1 + erf(x / Math.sqrt(2)));
        };
    }

    /// `erf(x) = 2 / sqrt(pi) * exp(-x²) * sum_n 2^n x^(2n+1) / (1 * 3 * ... * (2n+1))`: all terms have one sign, so
    /// nothing cancels (Abramowitz and Stegun 7.1.6). From 6 on it is 1 to the last bit.
    static double erf(double x) {
        if (Double.isNaN(x) || Math.abs(x) >= 6) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > Math.abs(sum) * 0x1p-54; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    @Override
    public void add(HostMatrix x, HostMatrix y, Share share) {
        for (int t = share.from(); t < share.to(); t++) {
            for (int i = 0; i < x.columns(); i++) {
                y.set(t, i, y.get(t, i) + x.get(t, i));
            }
        }
    }

    @Override
    public void softCap(HostMatrix x, float cap, Share share) {
        for (int t = share.from(); t < share.to(); t++) {
            for (int i = 0; i < x.columns(); i++) {
                x.set(t, i, (float) (cap * Math.tanh((double) x.get(t, i) / cap)));
            }
        }
    }
}
