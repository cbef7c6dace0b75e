package dev.lilla.serve.text;

import dev.lilla.generate.GrammarTrigger;
import dev.lilla.serve.host.HostedModel;
import java.util.List;
import java.util.Optional;

/// What an answer consists of beside its text.
///
/// @param thoughts how the model marks thoughts; empty if it has none
/// @param beginsInThought whether the prompt has begun one
/// @param calls of tools that it may make; empty for none
/// @param triggers grammars of these
public record AnswerForm(
        Optional<ThoughtMarks> thoughts,
        boolean beginsInThought,
        Optional<FreeCalls> calls,
        List<GrammarTrigger> triggers) {
    /// Text alone.
    public static final AnswerForm PLAIN = new AnswerForm(Optional.empty(), false, Optional.empty(), List.of());

    /// Whether a model may think before it answers.
    public static boolean mayThink(HostedModel model) {
        return ThoughtMarks.of(model).isPresent();
    }

    /// The next turn of a conversation.
    ///
    /// @throws dev.lilla.serve.http.HttpFailure 400 if the schema of a tool is not supported
    public static AnswerForm of(HostedModel model, int[] prompt, ToolChoice tools, GenerationFields generation) {
        if (!generation.isFree()) {
            return PLAIN;
        }
        Optional<ThoughtMarks> thoughts = ThoughtMarks.of(model);
        Optional<FreeCalls> calls = tools.free().isEmpty()
                ? Optional.empty()
                : CallNotation.of(model).map(notation -> new FreeCalls(model, tools.free(), notation));
        // A grammar of the request's own says what is written, calls included.
        boolean isUnconstrained = generation.grammar().isEmpty();
        return new AnswerForm(
                thoughts,
                thoughts.map(marks -> marks.isBegunBy(prompt, model)).orElse(false),
                calls,
                calls.filter(_ -> isUnconstrained).map(FreeCalls::triggers).orElse(List.of()));
    }

    AnswerReader reader() {
        return new AnswerReader(this);
    }
}
