package dev.lilla.grammar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Follows an automaton byte by byte, from all places a text may be at to all places after the byte. What it finds it
/// keeps, up to a bound. Not safe for use by several threads.
final class Configurations {
    /// Kept ones; each takes some 200 bytes and a reference for each class of bytes.
    private static final int KEPT_MAX = 1 << 15;

    private final Automaton automaton;
    private final Map<Configuration, Configuration> known = new HashMap<>();
    private final Map<FrameKey, Frame> frames = new HashMap<>();
    private final Configuration start;
    private long frameIds;
    private long workLeft = GrammarLimits.MASK_WORK_MAX;

    // The places that are being collected.
    private int[] states = new int[16];
    private @Nullable Frame[] stacks = new @Nullable Frame[16];
    private int count;
    private boolean complete;

    private record FrameKey(int returnState, long parent) {}

    Configurations(Automaton automaton) {
        this.automaton = automaton;
        begin();
        add(automaton.start(), null);
        complete = automaton.acceptsEmpty();
        start = finish();
    }

    Automaton automaton() {
        return automaton;
    }

    /// Before the first byte.
    Configuration start() {
        return start;
    }

    /// Allows as much work again as a mask may take.
    void allowWork() {
        workLeft = GrammarLimits.MASK_WORK_MAX;
    }

    /// A state alone, as the outermost rule, with neither its calls nor its end followed.
    Configuration only(int state) {
        return keep(new Configuration(
                new int[] {state},
                new @Nullable Frame[1],
                false,
                automaton.classes().count()));
    }

    /// After a byte, which may be [Configuration#DEAD].
    Configuration after(Configuration before, int unsignedByte) {
        if (before.isLast()) {
            return Configuration.DEAD;
        }
        int byteClass = automaton.classes().classOf()[unsignedByte];
        Configuration known = before.next(byteClass);
        if (known != null) {
            return known;
        }
        begin();
        for (int place = 0; place < before.size(); place++) {
            int next = automaton.next(before.state(place), byteClass);
            if (next >= 0) {
                add(next, before.frame(place));
            }
        }
        Configuration found = finish();
        before.next(byteClass, found);
        return found;
    }

    /// After the end of the rule above a frame.
    Configuration popped(Frame frame) {
        Configuration known = frame.popped();
        if (known == null) {
            begin();
            add(frame.returnState(), frame.parent());
            known = finish();
            frame.popped(known);
        }
        return known;
    }

    private void begin() {
        count = 0;
        complete = false;
    }

    /// Adds a place, and all that are reached from there without a byte.
    private void add(int state, @Nullable Frame frame) {
        int from = count;
        put(state, frame);
        for (int place = from; place < count; place++) {
            int at = states[place];
            Frame stack = stacks[place];
            if (automaton.isAccepting(at)) {
                if (stack == null) {
                    complete = true;
                } else {
                    put(stack.returnState(), stack.parent());
                }
            }
            int[] calls = automaton.calls(at);
            for (int i = 0; i < calls.length; i += 2) {
                // Nothing is left to do in a rule that ends with a call.
                boolean isTail = automaton.isAccepting(calls[i + 1]) && automaton.isLast(calls[i + 1]);
                put(calls[i], isTail ? stack : frame(calls[i + 1], stack));
            }
        }
    }

    private void put(int state, @Nullable Frame frame) {
        workLeft -= count + 1;
        if (workLeft < 0) {
            throw new GrammarException("the grammar is too ambiguous: one token can be read in too many ways. "
                    + "Let alternatives begin differently.");
        }
        for (int place = 0; place < count; place++) {
            if (states[place] == state && stacks[place] == frame) {
                return;
            }
        }
        if (count == GrammarLimits.HEADS_MAX) {
            throw new GrammarException("the grammar is too ambiguous: a text can be at more than "
                    + GrammarLimits.HEADS_MAX + " places of it at once. Let alternatives begin differently.");
        }
        if (count == states.length) {
            states = Arrays.copyOf(states, 2 * count);
            stacks = Arrays.copyOf(stacks, 2 * count);
        }
        states[count] = state;
        stacks[count++] = frame;
    }

    private Frame frame(int returnState, @Nullable Frame parent) {
        if (frames.size() >= KEPT_MAX) {
            frames.clear();
        }
        FrameKey key = new FrameKey(returnState, parent == null ? 0 : parent.id());
        return frames.computeIfAbsent(key, _ -> new Frame(returnState, parent, ++frameIds));
    }

    private Configuration finish() {
        int live = 0;
        for (int place = 0; place < count; place++) {
            if (!automaton.isLast(states[place])) {
                states[live] = states[place];
                stacks[live++] = stacks[place];
            }
        }
        if (live == 0 && !complete) {
            return Configuration.DEAD;
        }
        sort(live);
        return keep(new Configuration(
                Arrays.copyOf(states, live),
                Arrays.copyOf(stacks, live),
                complete,
                automaton.classes().count()));
    }

    /// By state, then frame; there are few.
    private void sort(int live) {
        for (int i = 1; i < live; i++) {
            int state = states[i];
            Frame frame = stacks[i];
            int at = i;
            while (at > 0 && isAfter(at - 1, state, frame)) {
                states[at] = states[at - 1];
                stacks[at] = stacks[at - 1];
                at--;
            }
            states[at] = state;
            stacks[at] = frame;
        }
    }

    private boolean isAfter(int place, int state, @Nullable Frame frame) {
        Frame other = stacks[place];
        return states[place] > state
                || (states[place] == state && (other == null ? 0 : other.id()) > (frame == null ? 0 : frame.id()));
    }

    private Configuration keep(Configuration configuration) {
        if (known.size() >= KEPT_MAX) {
            known.clear();
        }
        Configuration same = known.putIfAbsent(configuration, configuration);
        return same == null ? configuration : same;
    }
}
