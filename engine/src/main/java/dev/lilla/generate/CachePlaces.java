package dev.lilla.generate;

import dev.lilla.generate.PrefixCache.Match;
import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.KvLayout;
import dev.lilla.model.BatchEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Who has a place in the cache: lets waiting texts in, and takes places back where blocks run out.
///
/// A text gets a place when there are blocks for all it holds and one more for each that runs already; so a text that
/// has just lost its place does not push another out at once. Not safe for use by several threads.
final class CachePlaces {
    private final ServedModel model;
    private final FairQueue queue;
    private final PrefixCache cache;
    private final int runningMax;
    private final List<ServedText> running = new ArrayList<>();
    private long preemptions;

    CachePlaces(ServedModel model, FairQueue queue, int runningMax) {
        this.model = model;
        this.queue = queue;
        this.cache = new PrefixCache(model.cache());
        this.runningMax = runningMax;
    }

    PrefixCache cache() {
        return cache;
    }

    /// Those with a place, in the order they came by it; not to be changed.
    List<ServedText> running() {
        return running;
    }

    long preemptions() {
        return preemptions;
    }

    /// What happens to the texts that are let in.
    interface Admission {
        /// What the sequence of a text is written under.
        SequenceTerms terms(ServedText text);

        /// A text has got a place.
        void placed(ServedText text, Match match);

        /// A text could not be given its place.
        void failed(ServedText text, RuntimeException cause);
    }

    /// Gives places to waiting texts in turn, as long as there are any.
    void admit(Admission admission) {
        for (Optional<ServedText> next = queue.first(); next.isPresent(); next = queue.first()) {
            ServedText text = next.get();
            Match match = text.find(cache, model);
            while (!fits(text, match)) {
                if (!preemptPaused()) {
                    return;
                }
                match = text.find(cache, model);
            }
            queue.start(text);
            running.add(text);
            try {
                text.place(cache, match, admission.terms(text));
                admission.placed(text, match);
            } catch (RuntimeException e) {
                admission.failed(text, e);
            }
        }
    }

    private boolean fits(ServedText text, Match match) {
        if (running.isEmpty()) {
            return true;
        }
        int needed = Math.ceilDiv(text.length() + 1, KvLayout.BLOCK_TOKENS) - match.inUse();
        return running.size() < runningMax && cache.available() >= needed + running.size();
    }

    /// Takes the place of a text whose reader is behind.
    private boolean preemptPaused() {
        Optional<ServedText> paused = running.stream()
                .filter(text -> text.stream().isFull())
                .max(Comparator.comparingLong(text -> text.arrival().number()));
        paused.ifPresent(this::preempt);
        return paused.isPresent();
    }

    private void preempt(ServedText text) {
        running.remove(text);
        text.leave();
        queue.await(text);
        preemptions++;
    }

    /// The next entry of a text. Where the cache has no block left for it, those whose readers are behind give up their
    /// places, then those who came last, the text itself at worst.
    ///
    /// @param planned those that are in the step already, who keep their places
    /// @return empty if the text has lost its place
    /// @throws CapacityException if there is no memory even for this text alone
    Optional<BatchEntry> entry(ServedText text, int rows, Set<ServedText> planned) {
        while (true) {
            try {
                return Optional.of(text.sequence().next(rows));
            } catch (CapacityException full) {
                ServedText victim = victim(text, planned).orElse(text);
                if (victim == text && running.size() == 1) {
                    throw full;
                }
                preempt(victim);
                if (victim == text) {
                    return Optional.empty();
                }
            }
        }
    }

    private Optional<ServedText> victim(ServedText beneficiary, Set<ServedText> planned) {
        return running.stream()
                .filter(text -> text != beneficiary && !planned.contains(text))
                .max(Comparator.<ServedText, Boolean>comparing(
                                text -> text.stream().isFull())
                        .thenComparingLong(text -> text.arrival().number())
                        .thenComparingInt(ServedText::choice));
    }

    /// Takes note that a text has ended and given its blocks back.
    void remove(ServedText text) {
        running.remove(text);
    }
}
