package dev.lilla.evaluate.metric;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Strengths from pairwise comparisons, on the scale of chess: 400 points are odds of ten to one, 1000 is the mean.
/// Definitions of FastChat's `rating_systems.py`.
public final class Ratings {
    private static final double START = 1000;
    private static final double SCALE = 400;
    private static final double GRADIENT_MAX = 1e-12;
    private static final int STEPS_MAX = 200;

    private Ratings() {}

    /// Online Elo, in the order of the matches.
    ///
    /// @param step how far one match moves a rating, K
    /// @return in the order in which the models appear
    public static Map<String, Double> elo(List<Match> matches, double step) {
        Map<String, Double> ratings = new LinkedHashMap<>();
        for (Match match : matches) {
            double first = ratings.getOrDefault(match.first(), START);
            double second = ratings.getOrDefault(match.second(), START);
            double expected = 1 / (1 + Math.pow(10, (second - first) / SCALE));
            double change = step * (match.outcome() - expected);
            ratings.put(match.first(), first + change);
            ratings.put(match.second(), second - change);
        }
        return ratings;
    }

    /// The strengths under which the matches are likeliest (Bradley and Terry, 1952); a tie is half a win for both.
    ///
    /// @return in the order in which the models appear, with a mean of 1000
    /// @throws IllegalArgumentException if there is no such maximum: some models never lost to any of the others
    public static Map<String, Double> bradleyTerry(List<Match> matches) {
        return bradleyTerry(matches, matches.stream().mapToDouble(_ -> 1).toArray());
    }

    /// The same with matches that count several times or not at all.
    ///
    /// @param weights one a match
    public static Map<String, Double> bradleyTerry(List<Match> matches, double[] weights) {
        Map<String, Integer> models = new LinkedHashMap<>();
        int[] firsts = new int[matches.size()];
        int[] seconds = new int[matches.size()];
        for (int i = 0; i < matches.size(); i++) {
            firsts[i] = models.computeIfAbsent(matches.get(i).first(), _ -> models.size());
            seconds[i] = models.computeIfAbsent(matches.get(i).second(), _ -> models.size());
        }
        int count = models.size();
        double[][] wins = new double[count][count];
        for (int i = 0; i < matches.size(); i++) {
            Match match = matches.get(i);
            wins[firsts[i]][seconds[i]] += weights[i] * match.outcome();
            wins[seconds[i]][firsts[i]] += weights[i] * (1 - match.outcome());
        }
        requireMaximum(new ArrayList<>(models.keySet()), wins);
        double[] strengths = maximize(wins);
        Map<String, Double> ratings = new LinkedHashMap<>();
        models.forEach((name, index) -> ratings.put(name, START + strengths[index] * SCALE / Math.log(10)));
        return ratings;
    }

    /// Moves all ratings so that one model has a given one.
    public static Map<String, Double> anchored(Map<String, Double> ratings, String model, double rating) {
        Double found = ratings.get(model);
        if (found == null) {
            throw new IllegalArgumentException("no rating of '" + model + "'; there are " + ratings.keySet());
        }
        Map<String, Double> moved = new LinkedHashMap<>();
        ratings.forEach((name, value) -> moved.put(name, value + rating - found));
        return moved;
    }

    /// Every model must be reachable from every other by wins (Ford, 1957).
    private static void requireMaximum(List<String> names, double[][] wins) {
        for (int start = 0; start < wins.length; start++) {
            boolean[] reached = new boolean[wins.length];
            reached[start] = true;
            for (int round = 0; round < wins.length; round++) {
                for (int i = 0; i < wins.length; i++) {
                    for (int j = 0; j < wins.length; j++) {
                        reached[j] |= reached[i] && wins[i][j] > 0;
                    }
                }
            }
            for (int i = 0; i < wins.length; i++) {
                if (!reached[i]) {
                    throw new IllegalArgumentException("no Bradley-Terry ratings: " + names.get(start)
                            + " has not won against " + names.get(i)
                            + " even by way of others, so the gap between them has no end. Compare more often.");
                }
            }
        }
    }

    /// Newton's method on the log-likelihood, with the mean held at 0. The log-likelihood is concave; steps are halved
    /// until it grows.
    private static double[] maximize(double[][] wins) {
        int count = wins.length;
        double[] strengths = new double[count];
        for (int step = 0; step < STEPS_MAX; step++) {
            double[] gradient = new double[count];
            double[][] curvature = new double[count][count];
            double largest = 0;
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < count; j++) {
                    double games = wins[i][j] + wins[j][i];
                    double share = 1 / (1 + Math.exp(strengths[j] - strengths[i]));
                    gradient[i] += wins[i][j] - games * share;
                    curvature[i][i] += games * share * (1 - share);
                    curvature[i][j] += -games * share * (1 - share) + 1.0 / count;
                }
                largest = Math.max(largest, Math.abs(gradient[i]));
            }
            if (largest < GRADIENT_MAX) {
                break;
            }
            double[] move = LinearSystem.solve(curvature, gradient);
            double size = 1;
            double before = logLikelihood(wins, strengths);
            double[] next = moved(strengths, move, size);
            while (size > 1e-6 && logLikelihood(wins, next) < before) {
                size /= 2;
                next = moved(strengths, move, size);
            }
            strengths = next;
        }
        return strengths;
    }

    private static double[] moved(double[] from, double[] move, double size) {
        double[] to = from.clone();
        double mean = 0;
        for (int i = 0; i < to.length; i++) {
            to[i] += size * move[i];
            mean += to[i] / to.length;
        }
        for (int i = 0; i < to.length; i++) {
            to[i] -= mean;
        }
        return to;
    }

    private static double logLikelihood(double[][] wins, double[] strengths) {
        double sum = 0;
        for (int i = 0; i < wins.length; i++) {
            for (int j = 0; j < wins.length; j++) {
                sum -= wins[i][j] == 0 ? 0 : wins[i][j] * Math.log1p(Math.exp(strengths[j] - strengths[i]));
            }
        }
        return sum;
    }
}
