package dev.lilla.model;

import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.Projection.HeadLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What a spec means, written down a second time: whole sequences, no cache, no batch, every number a double.
final class PlainDecoder {
    private final DecoderSpec spec;
    private final Function<String, float[]> weights;

    PlainDecoder(DecoderSpec spec, Function<String, float[]> weights) {
        this.spec = spec;
        this.weights = weights;
    }

    /// The logits of every token, `[tokens, vocab]`, for a sequence whose first `promptTokens` tokens are its prompt.
    double[][] logits(int[] tokens, int promptTokens) {
        double[][] stream = new double[tokens.length][spec.hidden()];
        float[] table = weights.apply(spec.embedding().table());
        for (int t = 0; t < tokens.length; t++) {
            for (int i = 0; i < spec.hidden(); i++) {
                stream[t][i] = (double) table[tokens[t] * spec.hidden() + i]
                        * spec.embedding().scale();
            }
        }
        for (LayerSpec layer : spec.layers()) {
            Attention attention = (Attention) layer.mixer();
            double[][] mixed = attention(attention, norm(attention.norm(), stream), promptTokens);
            double[][] afterMixing = sum(stream, mixed);
            double[][] read = switch (layer.order()) {
                case SEQUENTIAL -> afterMixing;
                case PARALLEL -> stream;
            };
            stream = sum(
                    afterMixing,
                    feedForward(layer.feedForward(), norm(layer.feedForward().norm(), read)));
        }
        double[][] logits = linear(spec.head().weight(), norm(spec.norm(), stream));
        for (double[] row : logits) {
            for (int i = 0; i < row.length; i++) {
                row[i] = cap(row[i], spec.head().softCap());
            }
        }
        return logits;
    }

    private double[][] attention(Attention attention, double[][] x, int promptTokens) {
        Projection projection = attention.projection();
        double[][] columns = new double[x.length][0];
        for (Linear part : projection.parts()) {
            double[][] more = linear(part, x);
            for (int t = 0; t < x.length; t++) {
                columns[t] = concatenated(columns[t], more[t]);
            }
        }
        Optional<Norm> queryNorm = attention.headNorms().map(Attention.HeadNorms::query);
        Optional<Norm> keyNorm = attention.headNorms().map(Attention.HeadNorms::key);
        double[][] mixed = new double[x.length][projection.query().width()];
        int shared = projection.query().heads() / projection.key().heads();
        for (int head = 0; head < projection.query().heads(); head++) {
            double[][] queries = head(columns, projection.query(), head, queryNorm);
            double[][] keys = head(columns, projection.key(), head / shared, keyNorm);
            double[][] values = head(columns, projection.value(), head / shared, Optional.empty());
            for (int t = 0; t < x.length; t++) {
                if (attention.rotary().isPresent()) {
                    queries[t] = rotated(queries[t], t, attention.rotary().get(), promptTokens);
                    keys[t] = rotated(keys[t], t, attention.rotary().get(), promptTokens);
                }
                int place = t + 1;
                if (attention.lognContext().isPresent()
                        && place > attention.lognContext().getAsInt()) {
                    double factor =
                            Math.log(place) / Math.log(attention.lognContext().getAsInt());
                    queries[t] = scaled(queries[t], factor);
                }
            }
            for (int t = 0; t < x.length; t++) {
                double[] sum = attend(attention, queries[t], keys, values, t);
                System.arraycopy(sum, 0, mixed[t], head * sum.length, sum.length);
            }
        }
        double[][] output = linear(attention.output(), mixed);
        return attention.postNorm().map(norm -> norm(norm, output)).orElse(output);
    }

    private double[][] head(double[][] columns, HeadLayout layout, int head, Optional<Norm> norm) {
        double[][] x = new double[columns.length][layout.headDim()];
        for (int t = 0; t < x.length; t++) {
            System.arraycopy(columns[t], layout.offset() + head * layout.stride(), x[t], 0, layout.headDim());
        }
        return norm.map(weights -> norm(weights, x)).orElse(x);
    }

    private static double[] attend(Attention attention, double[] query, double[][] keys, double[][] values, int at) {
        double[] weights = new double[at + 1];
        double total = 0;
        for (int j = 0; j <= at; j++) {
            if (at - j < attention.mask().window()) {
                double score = cap(
                        dot(query, keys[j]) * attention.mask().scale(),
                        attention.mask().softCap());
                weights[j] = Math.exp(score);
                total += weights[j];
            }
        }
        double[] sum = new double[values[0].length];
        for (int j = 0; j <= at; j++) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += weights[j] / total * values[j][i];
            }
        }
        return sum;
    }

    /// As complex numbers: pair `i` times `e^(i * position * frequency)`.
    private static double[] rotated(double[] x, int position, RotaryEmbedding rotary, int promptTokens) {
        double base = rotary.base();
        if (rotary.scaling() instanceof RotaryScaling.DynamicNtk(int trained) && promptTokens > trained) {
            int doublings = (int) Math.ceil(Math.log((double) promptTokens / trained) / Math.log(2)) + 1;
            double alpha = (1 << doublings) - 1;
            base *= Math.pow(alpha, (double) rotary.dim() / (rotary.dim() - 2));
        }
        double[] y = x.clone();
        int pairs = rotary.dim() / 2;
        for (int pair = 0; pair < pairs; pair++) {
            int first = rotary.style() == RotaryStyle.INTERLEAVED ? 2 * pair : pair;
            int second = rotary.style() == RotaryStyle.INTERLEAVED ? 2 * pair + 1 : pair + pairs;
            double angle = position / Math.pow(base, (double) pair / pairs);
            y[first] = x[first] * Math.cos(angle) - x[second] * Math.sin(angle);
            y[second] = x[first] * Math.sin(angle) + x[second] * Math.cos(angle);
        }
        return y;
    }

    private double[][] feedForward(FeedForward feedForward, double[][] x) {
        double[][] inner = switch (feedForward) {
            case FeedForward.Plain plain -> activated(plain.function(), linear(plain.up(), x));
            case FeedForward.Gated gated -> gated(gated, x);
        };
        double[][] output = linear(feedForward.down(), inner);
        return feedForward.postNorm().map(norm -> norm(norm, output)).orElse(output);
    }

    private double[][] gated(FeedForward.Gated gated, double[][] x) {
        List<double[][]> parts =
                gated.parts().stream().map(part -> linear(part, x)).toList();
        double[][] inner = new double[x.length][gated.ffn()];
        for (int t = 0; t < x.length; t++) {
            double[] columns = new double[0];
            for (double[][] part : parts) {
                columns = concatenated(columns, part[t]);
            }
            for (int i = 0; i < gated.ffn(); i++) {
                inner[t][i] =
                        activated(gated.function(), columns[gated.gateOffset() + i]) * columns[gated.upOffset() + i];
            }
        }
        return inner;
    }

    private double[][] linear(Linear map, double[][] x) {
        float[] weight = weights.apply(map.weight());
        float[] bias = map.bias().map(weights).orElse(new float[map.out()]);
        double[][] y = new double[x.length][map.out()];
        for (int t = 0; t < x.length; t++) {
            for (int out = 0; out < map.out(); out++) {
                double sum = bias[out];
                for (int in = 0; in < map.in(); in++) {
                    sum += x[t][in] * weight[out * map.in() + in];
                }
                y[t][out] = sum;
            }
        }
        return y;
    }

    private double[][] norm(Norm norm, double[][] x) {
        float[] weight = weights.apply(norm.weight());
        double[][] y = new double[x.length][x[0].length];
        for (int t = 0; t < x.length; t++) {
            double mean = 0;
            if (norm.kind() == Norm.Kind.LAYER) {
                for (double value : x[t]) {
                    mean += value / x[t].length;
                }
            }
            double square = 0;
            for (double value : x[t]) {
                square += (value - mean) * (value - mean) / x[t].length;
            }
            for (int i = 0; i < y[t].length; i++) {
                double bias =
                        norm.bias().isPresent() ? weights.apply(norm.bias().get())[i] : 0;
                y[t][i] = (x[t][i] - mean) / Math.sqrt(square + norm.epsilon()) * weight[i] + bias;
            }
        }
        return y;
    }

    private static double[][] activated(ActivationFunction function, double[][] x) {
        for (double[] row : x) {
            for (int i = 0; i < row.length; i++) {
                row[i] = activated(function, row[i]);
            }
        }
        return x;
    }

    private static double activated(ActivationFunction function, double x) {
        return switch (function) {
            case SILU -> x / (1 + Math.exp(-x));
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case GELU_ERF -> 0.5 * x * (1 + erf(x / Math.sqrt(2)));
        };
    }

    /// The series of the error function (Abramowitz and Stegun 7.1.5), exact for what activations are.
    private static double erf(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return Math.clamp(2 / Math.sqrt(Math.PI) * sum, -1.0, 1.0);
    }

    private static double cap(double x, double cap) {
        return cap > 0 ? cap * Math.tanh(x / cap) : x;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] scaled(double[] x, double factor) {
        double[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] *= factor;
        }
        return y;
    }

    private static double[][] sum(double[][] a, double[][] b) {
        double[][] c = new double[a.length][];
        for (int t = 0; t < a.length; t++) {
            c[t] = a[t].clone();
            for (int i = 0; i < c[t].length; i++) {
                c[t][i] += b[t][i];
            }
        }
        return c;
    }

    private static double[] concatenated(double[] a, double[] b) {
        double[] c = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, c, a.length, b.length);
        return c;
    }
}
