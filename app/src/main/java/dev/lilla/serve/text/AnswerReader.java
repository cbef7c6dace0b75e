package dev.lilla.serve.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Takes an answer apart while it is written: thoughts, text, and calls of tools. What might still become a mark is
/// held back, and a call until it is whole; what turns out to be no call is text. Owned by the thread that answers.
final class AnswerReader {
    private final AnswerForm form;
    private final StringBuilder held = new StringBuilder();
    private final List<AnswerPart> parts = new ArrayList<>();
    private State state;
    /// Whether white space in front is to be left out.
    private boolean isTrimming;
    /// Whether nothing but white space was said yet.
    private boolean isAtStart = true;
    /// What may still stand behind a call that has just been read, in this order.
    private List<String> closings = List.of();
    /// What the text in `held` stood behind, while it may be a call.
    private String opening = "";
    /// White space in front of that, which is left out before a call.
    private String space = "";

    private enum State {
        START,
        THOUGHT,
        CONTENT,
        CALL
    }

    AnswerReader(AnswerForm form) {
        this.form = form;
        boolean isThought = form.beginsInThought();
        this.state = isThought ? State.THOUGHT : form.thoughts().isPresent() ? State.START : State.CONTENT;
        this.isTrimming = isThought;
    }

    /// Whether it is not yet known if the answer begins with a thought.
    boolean isUndecided() {
        return state == State.START;
    }

    boolean isThinking() {
        return state == State.THOUGHT;
    }

    /// Takes a piece of the answer.
    ///
    /// @return the parts that it completes
    List<AnswerPart> add(String piece) {
        held.append(piece);
        return read(false);
    }

    /// Takes the end of the answer.
    ///
    /// @return what was held back
    List<AnswerPart> end() {
        return read(true);
    }

    private List<AnswerPart> read(boolean isEnd) {
        boolean goesOn = true;
        while (goesOn) {
            goesOn = switch (state) {
                case START -> readStart(isEnd);
                case THOUGHT -> readThought(isEnd);
                case CONTENT -> readContent(isEnd);
                case CALL -> readCall(isEnd);
            };
        }
        List<AnswerPart> read = List.copyOf(parts);
        parts.clear();
        return read;
    }

    /// @return whether what is held can be read further
    private boolean readStart(boolean isEnd) {
        String mark = form.thoughts().map(ThoughtMarks::opening).orElseThrow();
        String text = held.toString().stripLeading();
        if (text.startsWith(mark)) {
            drop(held.length() - text.length() + mark.length());
            state = State.THOUGHT;
            isTrimming = true;
            return true;
        }
        if (!isEnd && mark.startsWith(text)) {
            return false;
        }
        state = State.CONTENT;
        return true;
    }

    private boolean readThought(boolean isEnd) {
        trim();
        String mark = form.thoughts().map(ThoughtMarks::closing).orElseThrow();
        int at = held.indexOf(mark);
        if (at >= 0) {
            emitThought(held.substring(0, at).stripTrailing());
            drop(at + mark.length());
            state = State.CONTENT;
            isTrimming = true;
            return true;
        }
        int certain = isEnd ? held.length() : certain(List.of(mark));
        emitThought(held.substring(0, certain));
        drop(certain);
        return false;
    }

    private boolean readContent(boolean isEnd) {
        trim();
        if (!readClosings(isEnd)) {
            return false;
        }
        if (form.calls().isEmpty()) {
            emitText(held.toString());
            held.setLength(0);
            return false;
        }
        CallNotation notation = form.calls().get().notation();
        if (isAtStart && !notation.bare().isEmpty()) {
            String text = held.toString().stripLeading();
            if (text.startsWith(notation.bare())) {
                space = "";
                beginCall("", 0);
                return true;
            }
            if (!isEnd && notation.bare().startsWith(text)) {
                return false;
            }
        }
        Optional<String> first = notation.openings().stream()
                .filter(mark -> held.indexOf(mark) >= 0)
                .min((left, right) -> Integer.compare(held.indexOf(left), held.indexOf(right)));
        if (first.isPresent()) {
            int at = held.indexOf(first.get());
            String text = held.substring(0, at).stripTrailing();
            emitText(text);
            space = held.substring(text.length(), at);
            beginCall(first.get(), at);
            return true;
        }
        int certain = isEnd ? held.length() : certain(notation.openings());
        emitText(held.substring(0, certain));
        drop(certain);
        return false;
    }

    /// @return false if more text has to come before it is known whether a mark stands there
    private boolean readClosings(boolean isEnd) {
        while (!closings.isEmpty()) {
            String closing = closings.getFirst();
            if (held.indexOf(closing) == 0) {
                drop(closing.length());
                isTrimming = true;
                trim();
            } else if (!isEnd && closings.stream().anyMatch(mark -> mark.startsWith(held.toString()))) {
                return false;
            }
            closings = closings.subList(1, closings.size());
        }
        return true;
    }

    private void beginCall(String mark, int at) {
        drop(at + mark.length());
        opening = mark;
        state = State.CALL;
    }

    private boolean readCall(boolean isEnd) {
        FreeCalls calls = form.calls().orElseThrow();
        CallText.Outcome outcome =
                CallText.read(held.toString(), calls.notation().body());
        if (outcome instanceof CallText.Outcome.Unfinished && !isEnd) {
            return false;
        }
        state = State.CONTENT;
        int end = outcome instanceof CallText.Outcome.Whole whole ? whole.end() : 0;
        Optional<List<AnswerPart.Call>> valid =
                outcome instanceof CallText.Outcome.Whole whole ? calls.valid(whole.calls()) : Optional.empty();
        if (valid.isPresent()) {
            parts.addAll(valid.get());
            isAtStart = false;
            closings = calls.notation().closings();
            isTrimming = true;
        } else {
            // A text without an opening has to go on by at least a character, or it would be read again.
            end = Math.max(end, opening.isEmpty() ? Math.min(1, held.length()) : 0);
            emitText(space + opening + held.substring(0, end));
        }
        drop(end);
        return true;
    }

    private void trim() {
        if (isTrimming) {
            String text = held.toString().stripLeading();
            drop(held.length() - text.length());
            isTrimming = text.isEmpty();
        }
    }

    /// How much of what is held is no part of a mark, and no white space that a mark may follow.
    private int certain(List<String> marks) {
        int certain = held.length();
        for (String mark : marks) {
            for (int length = Math.min(mark.length() - 1, held.length()); length > 0; length--) {
                if (mark.startsWith(held.substring(held.length() - length))) {
                    certain = Math.min(certain, held.length() - length);
                }
            }
        }
        return held.substring(0, certain).stripTrailing().length();
    }

    private void drop(int length) {
        held.delete(0, length);
    }

    private void emitThought(String text) {
        if (!text.isEmpty()) {
            parts.add(new AnswerPart.Thought(text));
        }
    }

    private void emitText(String text) {
        if (!text.isEmpty()) {
            isAtStart &= text.isBlank();
            parts.add(new AnswerPart.Text(text));
        }
    }
}
