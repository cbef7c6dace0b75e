package dev.lilla.search;

import dev.lilla.evaluate.task.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Successive halving (Jamieson and Talwalkar, arXiv 1502.07943): all variants answer a few validation examples, the
/// worse half goes, those that stay answer more, until few are left or the examples are at an end.
///
/// Of variants that are as good, the smaller stays: those go first that another one beats in both quality and size.
final class Screening {
    /// Examples of the first round.
    static final int FIRST = 24;

    private final Task task;
    private final int examplesMax;
    private final Asking asking;

    /// Asks a variant.
    interface Asking {
        /// Asks it validation examples from one index to before another, and adds them to its standing.
        ///
        /// @return whether that came to an end
        boolean ask(Standing standing, int from, int to) throws InterruptedException;
    }

    /// @param examplesMax validation examples there are
    Screening(Task task, int examplesMax, Asking asking) {
        this.task = task;
        this.examplesMax = examplesMax;
        this.asking = asking;
    }

    /// Those that stay, best first. Without examples all stay.
    ///
    /// @param keep at most so many
    List<Standing> run(List<Standing> contestants, int keep) throws InterruptedException {
        List<Standing> left = new ArrayList<>(contestants);
        int examples = Math.min(FIRST, examplesMax);
        while (examples > 0) {
            for (Standing standing : left) {
                if (standing.examples() < examples && !asking.ask(standing, standing.examples(), examples)) {
                    return left;
                }
            }
            boolean isLast = examples >= examplesMax || left.size() <= keep;
            int staying = isLast ? keep : Math.max(keep, Math.ceilDiv(left.size(), 2));
            left = new Round(examples, left).best(staying);
            if (isLast) {
                break;
            }
            examples = Math.min(2 * examples, examplesMax);
        }
        return List.copyOf(left);
    }

    /// All who answered the same examples.
    private final class Round {
        private final List<Ranked> bestFirst;

        /// @param bytes of its weights, which are read for every token
        private record Ranked(Standing standing, double quality, long bytes) {
            boolean isBeatenBy(Ranked other) {
                boolean isAsGood = other.quality >= quality && other.bytes <= bytes;
                return isAsGood && (other.quality > quality || other.bytes < bytes);
            }
        }

        Round(int examples, List<Standing> standings) {
            bestFirst = standings.stream()
                    .map(standing -> new Ranked(standing, standing.quality(task, examples), standing.diskBytes()))
                    .sorted(Comparator.<Ranked>comparingDouble(ranked -> -ranked.quality())
                            .thenComparingLong(Ranked::bytes))
                    .toList();
        }

        List<Standing> best(int count) {
            List<Ranked> left = new ArrayList<>(bestFirst);
            for (Ranked worst : bestFirst.reversed()) {
                if (left.size() > count && left.stream().anyMatch(worst::isBeatenBy)) {
                    left.remove(worst);
                }
            }
            return left.stream().limit(count).map(Ranked::standing).toList();
        }
    }
}
