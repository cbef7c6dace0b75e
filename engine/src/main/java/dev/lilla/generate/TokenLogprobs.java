package dev.lilla.generate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// How likely the model itself found a token: before penalties, temperature and whatever else the sampler does.
///
/// @param token natural logarithm of the probability of the token written
/// @param top the likeliest tokens, the likeliest first
public record TokenLogprobs(double token, List<Alternative> top) {
    public TokenLogprobs {
        top = List.copyOf(top);
    }

    /// A token that might have been written.
    public record Alternative(int token, double logprob) {}

    /// @param logits of the whole vocabulary; negative infinity stands for no token
    /// @param topCount how many of the likeliest tokens to name
    static TokenLogprobs of(float[] logits, int token, int topCount) {
        return of(logits, token, topCount, logits.length);
    }

    /// The same, where rows of padding, which stand for no text, count as the model's makers count them: they have a
    /// part of the probability, and are never named.
    ///
    /// @param tokens ids that stand for text
    static TokenLogprobs of(float[] logits, int token, int topCount, int tokens) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double mass = 0;
        for (float logit : logits) {
            mass += Math.exp(logit - max);
        }
        double logMass = max + Math.log(mass);
        List<Alternative> top = new ArrayList<>();
        for (int id : likeliest(logits, topCount, Math.min(tokens, logits.length))) {
            top.add(new Alternative(id, logits[id] - logMass));
        }
        return new TokenLogprobs(logits[token] - logMass, top);
    }

    private static List<Integer> likeliest(float[] logits, int count, int tokens) {
        // Of equal logits the lower id counts as the likelier, as the greedy choice has it.
        Comparator<Integer> order =
                Comparator.<Integer>comparingDouble(id -> logits[id]).thenComparing(Comparator.reverseOrder());
        PriorityQueue<Integer> best = new PriorityQueue<>(order);
        for (int id = 0; id < tokens && count > 0; id++) {
            if (logits[id] > Float.NEGATIVE_INFINITY
                    && (best.size() < count || order.compare(id, best.element()) > 0)) {
                best.add(id);
                if (best.size() > count) {
                    best.remove();
                }
            }
        }
        List<Integer> ids = new ArrayList<>(best);
        ids.sort(order.reversed());
        return ids;
    }
}
