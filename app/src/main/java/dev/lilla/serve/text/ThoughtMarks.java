package dev.lilla.serve.text;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.template.ChatTemplate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What stands around the thoughts of models that think before they answer.
///
/// @param opening begins a thought
/// @param closing ends it
record ThoughtMarks(String opening, String closing) {
    /// DeepSeek R1, Qwen 3 and most others; Mistral's reasoning models; Gemma 4; Command A.
    private static final List<ThoughtMarks> KNOWN = List.of(
            new ThoughtMarks("<think>", "</think>"),
            new ThoughtMarks("[THINK]", "[/THINK]"),
            new ThoughtMarks("<|channel>thought", "<channel|>"),
            new ThoughtMarks("<|START_THINKING|>", "<|END_THINKING|>"));

    /// Longer than any opening, in tokens of a byte.
    private static final int OPENING_TOKENS = 24;

    /// The marks that a model's chat template has.
    static Optional<ThoughtMarks> of(HostedModel model) {
        String template = model.text().template().map(ChatTemplate::source).orElse("");
        return KNOWN.stream()
                .filter(marks -> template.contains(marks.opening) || template.contains(marks.closing))
                .findFirst();
    }

    /// Whether a prompt ends within a thought that it has begun itself, as some templates do.
    boolean isBegunBy(int[] prompt, HostedModel model) {
        int[] last = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - OPENING_TOKENS), prompt.length);
        return model.text().tokenizer().decode(last).stripTrailing().endsWith(opening);
    }
}
