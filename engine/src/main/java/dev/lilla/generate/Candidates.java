package dev.lilla.generate;

import dev.lilla.grammar.TokenMask;
import java.util.Arrays;

/// The tokens that may come next, with their logits: what the steps of a sampler narrow down.
///
/// Starts with the whole vocabulary. Works without sorting it: the top tokens of 256,000 are selected through a
/// heap. Passes over all of it branch where hardly any logit takes the branch, and add or compare in no chain that each
/// would wait for. Reused from token to token; not safe for use by several threads.
public final class Candidates {
    /// Candidates whose probabilities are added up together.
    private static final int BLOCK = 512;

    /// How far below the largest logit the first search for the most likely candidates goes, `exp(-8)`; the next
    /// twice as far.
    private static final float FIRST_DEPTH = 8;

    /// Each its own index from [#changed] on, whatever is a candidate.
    private final int[] ids;

    private final float[] logits;

    /// What the last blocks added up to.
    private final double[] blockMass;

    private int count;

    /// How many ids from the first on may be others than their index.
    private int changed;

    /// Whether ids rise: until the likely ones were brought forward.
    private boolean isRising;

    /// Room for a vocabulary of `vocab` tokens.
    public Candidates(int vocab) {
        ids = new int[vocab];
        changed = vocab;
        logits = new float[vocab];
        blockMass = new double[Math.ceilDiv(vocab, BLOCK)];
    }

    /// Starts anew with every token of `source [vocab]`.
    public void reset(float[] source) {
        if (source.length != logits.length) {
            throw new IllegalArgumentException(
                    "room for " + logits.length + " tokens, found " + source.length + " logits");
        }
        count = source.length;
        isRising = true;
        System.arraycopy(source, 0, logits, 0, count);
        for (int i = 0; i < changed; i++) {
            ids[i] = i;
        }
        changed = 0;
    }

    /// Starts anew with the tokens of `source [vocab]` that a mask allows.
    void reset(float[] source, TokenMask mask) {
        if (source.length != logits.length) {
            throw new IllegalArgumentException(
                    "room for " + logits.length + " tokens, found " + source.length + " logits");
        }
        count = 0;
        isRising = true;
        for (int id = mask.next(0); id >= 0 && id < source.length; id = mask.next(id + 1)) {
            ids[count] = id;
            logits[count++] = source[id];
        }
        changed = Math.max(changed, count);
    }

    public int count() {
        return count;
    }

    public int id(int index) {
        return ids[index];
    }

    public float logit(int index) {
        return logits[index];
    }

    /// Where a token is among the candidates, or -1.
    int indexOf(int id) {
        if (id >= 0 && id < count && ids[id] == id) {
            return id;
        }
        if (isRising) {
            return Math.max(-1, Arrays.binarySearch(ids, 0, count, id));
        }
        for (int i = 0; i < count; i++) {
            if (ids[i] == id) {
                return i;
            }
        }
        return -1;
    }

    /// Replaces the logit of one candidate.
    public void setLogit(int index, float logit) {
        logits[index] = logit;
    }

    /// Multiplies every logit by `factor`.
    public void scale(double factor) {
        for (int i = 0; i < count; i++) {
            logits[i] = (float) (logits[i] * factor);
        }
    }

    /// The largest logit; negative infinity if there is no candidate, not a number if one is none.
    public float max() {
        return count == 0 ? Float.NEGATIVE_INFINITY : logits[argmax()];
    }

    /// The sum of `exp(logit - max)` over all candidates.
    public double mass(float max) {
        double sum = 0;
        for (int block = 0; block * BLOCK < count; block++) {
            blockMass[block] = mass(block * BLOCK, Math.min(count, (block + 1) * BLOCK), max);
            sum += blockMass[block];
        }
        return sum;
    }

    /// Of candidates `from` to `to`, in two sums, so that an addition need not wait for the last.
    private double mass(int from, int to, float max) {
        double even = 0;
        double odd = 0;
        int i = from;
        for (; i < to - 1; i += 2) {
            even += Exponential.of(logits[i] - max);
            odd += Exponential.of(logits[i + 1] - max);
        }
        return i < to ? even + odd + Exponential.of(logits[i] - max) : even + odd;
    }

    /// Index of a candidate drawn by chance: that one at which the probabilities, added up in order, pass `share`.
    ///
    /// @param share from 0 to 1, evenly distributed
    int draw(double share, float max) {
        double left = share * mass(max);
        int block = 0;
        while ((block + 1) * BLOCK < count && left >= blockMass[block]) {
            left -= blockMass[block++];
        }
        int chosen = -1;
        for (int i = block * BLOCK; i < count; i++) {
            double weight = Exponential.of(logits[i] - max);
            left -= weight;
            if (weight > 0) {
                chosen = i;
                if (left < 0) {
                    break;
                }
            }
        }
        return chosen < 0 ? argmax() : chosen;
    }

    /// Index of the candidate with the largest logit, the lowest id among equals; of one that is not a number if
    /// there is one.
    public int argmax() {
        int best = 0;
        float largest = logits[0];
        for (int i = 1; i < count; i++) {
            float logit = logits[i];
            if (!(logit < largest)) {
                if (logit != largest) {
                    best = Float.isNaN(largest) ? best : i;
                } else if (ids[i] < ids[best]) {
                    best = i;
                }
                largest = logits[best];
            }
        }
        return best;
    }

    /// Keeps the candidates whose logit is at least `limit`.
    public void keepFrom(float limit) {
        keepFrom(limit, count);
    }

    /// Keeps those of the first candidates; the others have lower logits.
    private void keepFrom(float limit, int first) {
        int kept = 0;
        for (int i = 0; i < first; i++) {
            if (logits[i] >= limit) {
                ids[kept] = ids[i];
                logits[kept++] = logits[i];
            }
        }
        count = kept;
        changed = Math.max(changed, kept);
    }

    /// Keeps the `k` candidates with the largest logits, and those that equal the last of them.
    ///
    /// @param k from 1 on
    public void keepLargest(int k) {
        int size = Math.min(k, count);
        float[] largest = heap(size);
        int perhaps = size;
        // What a heap of the largest so far refuses is refused in the end.
        for (int i = size; i < count; i++) {
            float logit = logits[i];
            if (logit >= largest[0]) {
                ids[perhaps] = ids[i];
                logits[perhaps++] = logit;
                replaceSmallest(largest, logit);
            }
        }
        changed = Math.max(changed, perhaps);
        keepFrom(largest[0], perhaps);
    }

    /// Keeps the first `kept` candidates.
    public void truncate(int kept) {
        count = Math.min(count, kept);
    }

    /// A heap of the first logits, the smallest at its root.
    private float[] heap(int size) {
        float[] heap = Arrays.copyOf(logits, size);
        for (int i = size / 2 - 1; i >= 0; i--) {
            siftSmallestUp(heap, i);
        }
        return heap;
    }

    private static void replaceSmallest(float[] heap, float logit) {
        heap[0] = logit;
        siftSmallestUp(heap, 0);
    }

    /// Moves the most likely candidates to the front, in falling order, until they reach a mass.
    ///
    /// @param target mass to reach, in units of `exp(logit - max)`
    /// @return how many candidates it took; the others follow in no order
    public int bringForward(double target, float max) {
        isRising = false;
        changed = Math.max(changed, count);
        int likely = 0;
        double likelyMass = 0;
        for (float depth = FIRST_DEPTH; likely < count && (likely == 0 || likelyMass < target); depth *= 2) {
            for (int i = likely; i < count; i++) {
                if (logits[i] >= max - depth) {
                    likelyMass += Exponential.of(logits[i] - max);
                    swap(i, likely++);
                }
            }
        }
        return sortForward(likely, target, max);
    }

    /// The same among the first `likely` candidates, which are likelier than all others.
    private int sortForward(int likely, double target, float max) {
        for (int i = likely / 2 - 1; i >= 0; i--) {
            siftLargestUp(i, likely);
        }
        double mass = 0;
        int taken = 0;
        // The heap shrinks from the end; what is taken gathers there, largest last.
        while (taken < likely && (taken == 0 || mass < target)) {
            mass += Exponential.of(logits[0] - max);
            int last = likely - 1 - taken++;
            swap(0, last);
            siftLargestUp(0, last);
        }
        for (int i = 0; i < likely / 2; i++) {
            swap(i, likely - 1 - i);
        }
        return taken;
    }

    private void siftLargestUp(int root, int size) {
        int parent = root;
        while (2 * parent + 1 < size) {
            int child = 2 * parent + 1;
            if (child + 1 < size && precedes(child + 1, child)) {
                child++;
            }
            if (!precedes(child, parent)) {
                return;
            }
            swap(child, parent);
            parent = child;
        }
    }

    private boolean precedes(int a, int b) {
        return logits[a] > logits[b] || (logits[a] == logits[b] && ids[a] < ids[b]);
    }

    private void swap(int a, int b) {
        int id = ids[a];
        ids[a] = ids[b];
        ids[b] = id;
        float logit = logits[a];
        logits[a] = logits[b];
        logits[b] = logit;
    }

    private static void siftSmallestUp(float[] heap, int root) {
        int parent = root;
        while (2 * parent + 1 < heap.length) {
            int child = 2 * parent + 1;
            if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[parent] <= heap[child]) {
                return;
            }
            float value = heap[parent];
            heap[parent] = heap[child];
            heap[child] = value;
            parent = child;
        }
    }
}
