package dev.lilla.kernel;

import java.util.Arrays;

/// One plain loop per derivative, with sums in double: the definition of each, as [ReferenceKernels] are of the
/// operations themselves. Never tuned.
final class ReferenceGradientKernels implements GradientKernels {
    @Override
    public void linearInput(HostWeight weight, HostMatrix dy, HostMatrix dx, Share share) {
        float[] row = share.scratch().floats(weight.in());
        double[][] sums = new double[share.to() - share.from()][dx.columns()];
        for (int r = 0; r < weight.out(); r++) {
            weight.copyRow(r, row);
            for (int t = share.from(); t < share.to(); t++) {
                double factor = dy.get(t, r);
                double[] sum = sums[t - share.from()];
                for (int k = 0; k < sum.length; k++) {
                    sum[k] += factor * row[k];
                }
            }
        }
        for (int t = share.from(); t < share.to(); t++) {
            addTo(dx, t, sums[t - share.from()]);
        }
    }

    @Override
    public void linearWeight(float scale, HostMatrix dy, HostMatrix x, HostMatrix dWeight, Share share) {
        double[] sum = new double[x.columns()];
        for (int r = share.from(); r < share.to(); r++) {
            Arrays.fill(sum, 0);
            for (int t = 0; t < dy.rows(); t++) {
                double factor = (double) scale * dy.get(t, r);
                for (int k = 0; k < sum.length; k++) {
                    sum[k] += factor * x.get(t, k);
                }
            }
            addTo(dWeight, r, sum);
        }
    }

    private static void addTo(HostMatrix target, int row, double[] sum) {
        for (int k = 0; k < sum.length; k++) {
            target.set(row, k, (float) (target.get(row, k) + sum[k]));
        }
    }

    @Override
    public void columnSums(HostMatrix y, HostMatrix sums, Share share) {
        for (int i = share.from(); i < share.to(); i++) {
            double sum = 0;
            for (int t = 0; t < y.rows(); t++) {
                sum += y.get(t, i);
            }
            sums.set(0, i, (float) (sums.get(0, i) + sum));
        }
    }

    /// With `n = x * f` and `f = 1 / sqrt(mean(x²) + epsilon)`: `dx = f * (g - n * mean(g * n))`, `g = dy * weight`.
    @Override
    public void rmsNorm(HostMatrix x, NormWeights norm, HostMatrix dy, HostMatrix dx, NormedRows rows, Share share) {
        int columns = x.columns();
        for (int t = share.from(); t < share.to(); t++) {
            double squares = 0;
            double product = 0;
            for (int i = 0; i < columns; i++) {
                squares += (double) x.get(t, i) * x.get(t, i);
                product += (double) dy.get(t, i) * norm.weight().get(i) * x.get(t, i);
            }
            double factor = 1 / Math.sqrt(squares / columns + norm.epsilon());
            double along = product * factor * factor / columns;
            for (int i = 0; i < columns; i++) {
                double gradient =
                        factor * ((double) dy.get(t, i) * norm.weight().get(i) - x.get(t, i) * along);
                dx.set(t, i, (float) (dx.get(t, i) + gradient));
            }
            rows.factors()[t] = factor;
        }
    }

    /// As [#rmsNorm] with `n = (x - mean) * f`; what a shift of the whole row would do is taken away as well:
    /// `dx = f * (g - mean(g) - n * mean(g * n))`.
    @Override
    public void layerNorm(HostMatrix x, NormWeights norm, HostMatrix dy, HostMatrix dx, NormedRows rows, Share share) {
        int columns = x.columns();
        for (int t = share.from(); t < share.to(); t++) {
            double sum = 0;
            for (int i = 0; i < columns; i++) {
                sum += x.get(t, i);
            }
            double mean = sum / columns;
            double squares = 0;
            double gradients = 0;
            double product = 0;
            for (int i = 0; i < columns; i++) {
                double centered = x.get(t, i) - mean;
                double gradient = (double) dy.get(t, i) * norm.weight().get(i);
                squares += centered * centered;
                gradients += gradient;
                product += gradient * centered;
            }
            double factor = 1 / Math.sqrt(squares / columns + norm.epsilon());
            double along = product * factor * factor / columns;
            double shift = gradients / columns;
            for (int i = 0; i < columns; i++) {
                double gradient = (double) dy.get(t, i) * norm.weight().get(i);
                double change = factor * (gradient - shift - (x.get(t, i) - mean) * along);
                dx.set(t, i, (float) (dx.get(t, i) + change));
            }
            if (rows.means() != null) {
                rows.means()[t] = mean;
            }
            rows.factors()[t] = factor;
        }
    }

    @Override
    public void normWeight(HostMatrix x, NormedRows rows, HostMatrix dy, HostMatrix dWeight, Share share) {
        for (int i = share.from(); i < share.to(); i++) {
            double sum = 0;
            for (int t = 0; t < x.rows(); t++) {
                sum += dy.get(t, i) * (x.get(t, i) - rows.mean(t)) * rows.factors()[t];
            }
            dWeight.set(0, i, (float) (dWeight.get(0, i) + sum));
        }
    }

    @Override
    public void attend(AttentionGradient step, Share share) {
        int kvHeads = step.keys().heads();
        for (int task = share.from(); task < share.to(); task++) {
            new SpanGradient(step, step.spans().get(task / kvHeads), task % kvHeads).compute();
        }
    }

    /// What one K/V head of one sequence does: the heads that read it, one after the other.
    ///
    /// With the probabilities `p = softmax(s)` of a query: `dv[j] += p[j] * do`, `dp[j] = do · v[j]`,
    /// `ds[j] = p[j] * (dp[j] - do · o)`, then back through the soft cap and the scale to `dq` and `dk`.
    private record SpanGradient(AttentionGradient step, Span span, int kvHead) {
        void compute() {
            int headDim = step.keys().headDim();
            double[][] dKeys = new double[span.count()][headDim];
            double[][] dValues = new double[span.count()][headDim];
            int group = step.queries().heads() / step.keys().heads();
            for (int head = kvHead * group; head < (kvHead + 1) * group; head++) {
                for (int query = 0; query < span.count(); query++) {
                    addQuery(head, query, dKeys, dValues);
                }
            }
            for (int key = 0; key < span.count(); key++) {
                write(step.dKeys(), kvHead, key, dKeys[key]);
                write(step.dValues(), kvHead, key, dValues[key]);
            }
        }

        private void addQuery(int head, int query, double[][] dKeys, double[][] dValues) {
            float[] q = read(step.queries(), head, query);
            HostMatrix output = (HostMatrix) step.output();
            HostMatrix dOutput = (HostMatrix) step.dOutput();
            int headDim = q.length;
            int row = span.row() + query;
            float[] dOut = new float[headDim];
            double along = 0;
            for (int i = 0; i < headDim; i++) {
                dOut[i] = dOutput.get(row, head * headDim + i);
                along += (double) dOut[i] * output.get(row, head * headDim + i);
            }
            AttentionMask mask = step.mask();
            int first = Math.max(0, query - mask.window() + 1);
            double[] scores = new double[query + 1 - first];
            double max = Double.NEGATIVE_INFINITY;
            for (int key = first; key <= query; key++) {
                double score = mask.scale() * dot(q, read(step.keys(), kvHead, key));
                scores[key - first] = mask.softCap() > 0 ? mask.softCap() * Math.tanh(score / mask.softCap()) : score;
                max = Math.max(max, scores[key - first]);
            }
            double total = 0;
            for (double score : scores) {
                total += Math.exp(score - max);
            }
            double[] dQuery = new double[headDim];
            for (int key = first; key <= query; key++) {
                double score = scores[key - first];
                double probability = Math.exp(score - max) / total;
                double dScore = probability * (dot(dOut, read(step.values(), kvHead, key)) - along);
                if (mask.softCap() > 0) {
                    double ratio = score / mask.softCap();
                    dScore *= 1 - ratio * ratio;
                }
                dScore *= mask.scale();
                float[] k = read(step.keys(), kvHead, key);
                for (int i = 0; i < headDim; i++) {
                    dQuery[i] += dScore * k[i];
                    dKeys[key][i] += dScore * q[i];
                    dValues[key][i] += probability * dOut[i];
                }
            }
            write(step.dQueries(), head, query, dQuery);
        }

        private float[] read(Heads heads, int head, int index) {
            HostMatrix data = (HostMatrix) heads.data();
            float[] values = new float[heads.headDim()];
            for (int i = 0; i < values.length; i++) {
                values[i] = data.get(span.row() + index, heads.offset() + head * heads.stride() + i);
            }
            return values;
        }

        private void write(Heads heads, int head, int index, double[] values) {
            HostMatrix data = (HostMatrix) heads.data();
            for (int i = 0; i < values.length; i++) {
                data.set(span.row() + index, heads.offset() + head * heads.stride() + i, (float) values[i]);
            }
        }

        private static double dot(float[] a, float[] b) {
            double sum = 0;
            for (int i = 0; i < a.length; i++) {
                sum += (double) a[i] * b[i];
            }
            return sum;
        }
    }

    @Override
    public void gate(
            ActivationFunction function,
            HostMatrix gate,
            HostMatrix up,
            HostMatrix dy,
            HostMatrix dGate,
            HostMatrix dUp,
            Share share) {
        for (int t = share.from(); t < share.to(); t++) {
            for (int i = 0; i < gate.columns(); i++) {
                double g = gate.get(t, i);
                double gradient = dy.get(t, i);
                double factor = up.get(t, i);
                dUp.set(t, i, (float) (gradient * ReferenceKernels.activate(function, g)));
                dGate.set(t, i, (float) (gradient * factor * derivative(function, g)));
            }
        }
    }

    @Override
    public void activate(ActivationFunction function, HostMatrix x, HostMatrix dy, Share share) {
        for (int t = share.from(); t < share.to(); t++) {
            for (int i = 0; i < x.columns(); i++) {
                dy.set(t, i, (float) (dy.get(t, i) * derivative(function, x.get(t, i))));
            }
        }
    }

    /// The derivative of [ReferenceKernels#activate].
    static double derivative(ActivationFunction function, double x) {
        return switch (function) {
            case SILU -> {
                double sigmoid = 1 / (1 + Math.exp(-x));
                yield sigmoid * (1 + x * (1 - sigmoid));
            }
            case GELU_TANH -> {
                double slope = Math.sqrt(2 / Math.PI);
                double tanh = Math.tanh(slope * (x + 0.044715 * x * x * x));
                yield 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * slope * (1 + 3 * 0.044715 * x * x);
            }
            case GELU_ERF ->
                0.5 * (1 + ReferenceKernels.erf(x / Math.sqrt(2)))
                        + x * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
        };
    }

    @Override
    public void softCap(HostMatrix y, float cap, HostMatrix dy, Share share) {
        for (int t = share.from(); t < share.to(); t++) {
            for (int i = 0; i < y.columns(); i++) {
                double ratio = y.get(t, i) / (double) cap;
                dy.set(t, i, (float) (dy.get(t, i) * (1 - ratio * ratio)));
            }
        }
    }

    @Override
    public void crossEntropy(HostMatrix logits, int[] labels, float[] weights, double[] losses, Share share) {
        for (int t = share.from(); t < share.to(); t++) {
            if (weights[t] == 0) {
                losses[t] = 0;
                for (int i = 0; i < logits.columns(); i++) {
                    logits.set(t, i, 0);
                }
                continue;
            }
            double max = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < logits.columns(); i++) {
                max = Math.max(max, logits.get(t, i));
            }
            double total = 0;
            for (int i = 0; i < logits.columns(); i++) {
                total += Math.exp(logits.get(t, i) - max);
            }
            losses[t] = Math.log(total) + max - logits.get(t, labels[t]);
            for (int i = 0; i < logits.columns(); i++) {
                double probability = Math.exp(logits.get(t, i) - max) / total;
                logits.set(t, i, (float) (weights[t] * (probability - (i == labels[t] ? 1 : 0))));
            }
        }
    }

    @Override
    public void dropout(HostMatrix x, float probability, long seed, HostMatrix y, Share share) {
        float kept = 1 / (1 - probability);
        for (int t = share.from(); t < share.to(); t++) {
            for (int i = 0; i < x.columns(); i++) {
                y.set(t, i, uniform(seed, t, i) < probability ? 0 : x.get(t, i) * kept);
            }
        }
    }

    /// A number in [0, 1) for a place in a matrix: the finalizer of SplitMix64 (Steele et al., OOPSLA 2014) over its
    /// coordinates.
    static float uniform(long seed, int row, int column) {
        long z = seed + 0x9E3779B97F4A7C15L * (((long) row << 32) + column + 1);
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >>> 40) * 0x1p-24f;
    }

    @Override
    public void addScaled(float scale, HostMatrix x, HostMatrix y, Share share) {
        for (int t = share.from(); t < share.to(); t++) {
            for (int i = 0; i < x.columns(); i++) {
                y.set(t, i, y.get(t, i) + scale * x.get(t, i));
            }
        }
    }

    @Override
    public void squares(HostMatrix x, double[] sums, Share share) {
        for (int t = share.from(); t < share.to(); t++) {
            double sum = 0;
            for (int i = 0; i < x.columns(); i++) {
                sum += (double) x.get(t, i) * x.get(t, i);
            }
            sums[t] = sum;
        }
    }

    @Override
    public void adamW(
            AdamStep step, HostMatrix values, HostMatrix gradient, HostMatrix first, HostMatrix second, Share share) {
        double correction1 = 1 - Math.pow(step.beta1(), step.step());
        double correction2 = 1 - Math.pow(step.beta2(), step.step());
        for (int t = share.from(); t < share.to(); t++) {
            for (int i = 0; i < values.columns(); i++) {
                double g = (double) gradient.get(t, i) * step.gradientScale();
                double m = step.beta1() * (double) first.get(t, i) + (1.0 - step.beta1()) * g;
                double v = step.beta2() * (double) second.get(t, i) + (1.0 - step.beta2()) * g * g;
                double direction = m / correction1 / (Math.sqrt(v / correction2) + step.epsilon());
                double value = values.get(t, i) * (1.0 - (double) step.rate() * step.decay());
                first.set(t, i, (float) m);
                second.set(t, i, (float) v);
                values.set(t, i, (float) (value - step.rate() * direction));
            }
        }
    }
}
