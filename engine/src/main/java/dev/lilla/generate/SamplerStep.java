package dev.lilla.generate;

import dev.lilla.chat.SamplerOptions;
import java.util.Arrays;
import java.util.Map;

/// One step from logits to the choice of a token. A sampler is a list of them, in the order they act.
///
/// Each follows the processor of the same name in Hugging Face Transformers, whose outputs are the tests' oracle.
public sealed interface SamplerStep {
    /// Changes logits or removes candidates; at least one stays.
    ///
    /// @param history the sequence so far, prompt included
    void apply(Candidates candidates, TokenHistory history);

    /// Adds to the logits of single tokens.
    record LogitBias(Map<Integer, Float> bias) implements SamplerStep {
        public LogitBias {
            bias = Map.copyOf(bias);
        }

        @Override
        public void apply(Candidates candidates, TokenHistory history) {
            bias.forEach((token, added) -> {
                int i = candidates.indexOf(token);
                if (i >= 0) {
                    candidates.setLogit(i, candidates.logit(i) + added);
                }
            });
        }
    }

    /// Makes tokens of the last few less likely: logits above zero are divided by `repetition` and others
    /// multiplied (Keskar et al., arXiv 1909.05858), then `presence` and `frequency` times the count are taken off.
    record Penalize(SamplerOptions.Penalties penalties) implements SamplerStep {
        @Override
        public void apply(Candidates candidates, TokenHistory history) {
            history.counts(penalties.window()).forEach((token, occurrences) -> {
                int i = candidates.indexOf(token);
                if (i >= 0) {
                    double logit = candidates.logit(i);
                    double repeated = logit > 0 ? logit / penalties.repetition() : logit * penalties.repetition();
                    candidates.setLogit(
                            i, (float) (repeated - penalties.presence() - penalties.frequency() * occurrences));
                }
            });
        }
    }

    /// Forbids every token that would repeat a sequence of `size` tokens.
    record NoRepeatNgram(int size) implements SamplerStep {
        public NoRepeatNgram {
            requireCount("size of the n-gram", size);
        }

        @Override
        public void apply(Candidates candidates, TokenHistory history) {
            for (int banned : history.followersOfLast(size - 1)) {
                int i = candidates.indexOf(banned);
                if (i >= 0) {
                    candidates.setLogit(i, Float.NEGATIVE_INFINITY);
                }
            }
        }
    }

    /// Divides logits by `temperature`: below 1 sharper, above 1 flatter.
    record Temperature(double temperature) implements SamplerStep {
        public Temperature {
            if (!(temperature > 0)) {
                throw new IllegalArgumentException("temperature must be above 0, found " + temperature);
            }
        }

        @Override
        public void apply(Candidates candidates, TokenHistory history) {
            candidates.scale(1 / temperature);
        }
    }

    /// Keeps the `k` most likely tokens, and those as likely as the last of them (Fan et al., arXiv 1805.04833).
    record TopK(int k) implements SamplerStep {
        public TopK {
            requireCount("top-k", k);
        }

        @Override
        public void apply(Candidates candidates, TokenHistory history) {
            candidates.keepLargest(k);
        }
    }

    /// Keeps the fewest tokens whose probabilities add up to `p` (Holtzman et al., arXiv 1904.09751).
    record TopP(double p) implements SamplerStep {
        public TopP {
            requireProbability("top-p", p);
        }

        @Override
        public void apply(Candidates candidates, TokenHistory history) {
            float max = candidates.max();
            candidates.truncate(candidates.bringForward(p * candidates.mass(max), max));
        }
    }

    /// Keeps tokens at least `p` times as likely as the most likely one (Nguyen et al., arXiv 2407.01082).
    record MinP(double p) implements SamplerStep {
        public MinP {
            requireProbability("min-p", p);
        }

        @Override
        public void apply(Candidates candidates, TokenHistory history) {
            candidates.keepFrom((float) (candidates.max() + Math.log(p)));
        }
    }

    /// Keeps tokens whose probability is at least `epsilon`, or the most likely one (Hewitt et al., arXiv
    /// 2210.15191).
    record Epsilon(double epsilon) implements SamplerStep {
        public Epsilon {
            requireProbability("epsilon", epsilon);
        }

        @Override
        public void apply(Candidates candidates, TokenHistory history) {
            float max = candidates.max();
            double limit = max + Math.log(epsilon * candidates.mass(max));
            candidates.keepFrom((float) Math.min(limit, max));
        }
    }

    /// Keeps the tokens whose surprise is nearest to the expected one, up to a mass of `p` (Meister et al.,
    /// arXiv 2202.00666).
    record Typical(double p) implements SamplerStep {
        public Typical {
            requireProbability("typical-p", p);
        }

        @Override
        public void apply(Candidates candidates, TokenHistory history) {
            int count = candidates.count();
            float max = candidates.max();
            double logMass = Math.log(candidates.mass(max)) + max;
            double entropy = 0;
            for (int i = 0; i < count; i++) {
                double logProbability = candidates.logit(i) - logMass;
                double probability = Math.exp(logProbability);
                entropy -= probability > 0 ? probability * logProbability : 0;
            }
            double[] distances = new double[count];
            Integer[] order = new Integer[count];
            for (int i = 0; i < count; i++) {
                distances[i] = Math.abs(logMass - candidates.logit(i) - entropy);
                order[i] = i;
            }
            Arrays.sort(order, (a, b) -> Double.compare(distances[a], distances[b]));
            double mass = 0;
            int last = 0;
            while (last < count - 1 && (mass += Math.exp(candidates.logit(order[last]) - logMass)) < p) {
                last++;
            }
            double limit = distances[order[last]];
            for (int i = 0; i < count; i++) {
                if (distances[i] > limit) {
                    candidates.setLogit(i, Float.NEGATIVE_INFINITY);
                }
            }
            candidates.keepFrom(-Float.MAX_VALUE);
        }
    }

    private static void requireProbability(String name, double value) {
        if (!(value > 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be above 0 and at most 1, found " + value);
        }
    }

    private static void requireCount(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, found " + value);
        }
    }
}
