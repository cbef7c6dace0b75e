package dev.lilla.train;

import dev.lilla.generate.ModelText;
import dev.lilla.template.TemplateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Turns examples into tokens and weights.
final class ExampleEncoder {
    private final ModelText text;
    private final EncodingOptions options;

    ExampleEncoder(ModelText text, EncodingOptions options) {
        this.text = text;
        this.options = options;
    }

    /// What became of an example.
    sealed interface Outcome {
        /// @param examples one, or several windows of a text
        record Kept(List<EncodedExample> examples) implements Outcome {}

        /// @param reason why it is left out, as the report has it
        record Dropped(String reason) implements Outcome {}
    }

    Outcome encode(Example example) {
        try {
            return switch (example) {
                case Example.Conversation chat -> conversation(chat.line(), chat.messages(), chat.variables());
                case Example.Completion pair -> completion(pair);
                case Example.Text whole -> text(whole);
            };
        } catch (TemplateException | IllegalArgumentException e) {
            return new Outcome.Dropped(String.valueOf(e.getMessage()));
        }
    }

    private Outcome completion(Example.Completion pair) {
        if (options.prompts() == EncodingOptions.Prompts.TEMPLATE
                && text.template().isPresent()) {
            List<Map<String, Object>> messages = new ArrayList<>();
            pair.system().ifPresent(system -> messages.add(message("system", system)));
            messages.add(message("user", pair.prompt()));
            messages.add(message("assistant", pair.completion()));
            return conversation(pair.line(), messages, Map.of());
        }
        String prompt = pair.system().map(system -> system + "\n").orElse("") + pair.prompt();
        int[] whole = ended(text.text(prompt + pair.completion()));
        int mismatch = Arrays.mismatch(text.text(prompt), whole);
        boolean[] learned = new boolean[whole.length];
        Arrays.fill(learned, mismatch < 0 ? whole.length : mismatch, whole.length, true);
        return weighted(pair.line(), whole, learned);
    }

    private static Map<String, Object> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    private Outcome conversation(int line, List<Map<String, Object>> messages, Map<String, Object> variables) {
        if (text.template().isEmpty()) {
            return new Outcome.Dropped("the model has no chat template");
        }
        if (messages.stream().noneMatch(message -> "assistant".equals(message.get("role")))) {
            return new Outcome.Dropped("no turn of the assistant");
        }
        Map<String, Object> all = new HashMap<>(options.variables());
        all.putAll(variables);
        AssistantTurns.Marked marked = AssistantTurns.mark(text, messages, all);
        return weighted(line, marked.tokens(), marked.learned());
    }

    private Outcome weighted(int line, int[] tokens, boolean[] learned) {
        boolean isLong = tokens.length > options.maxLength();
        if (isLong && options.tooLong() == EncodingOptions.TooLong.DROP) {
            return new Outcome.Dropped("longer than " + options.maxLength() + " tokens");
        }
        int length = Math.min(tokens.length, options.maxLength());
        float[] weights = new float[length];
        boolean hasLearned = false;
        for (int i = 1; i < length; i++) {
            weights[i] = learned[i] ? 1 : options.promptWeight();
            hasLearned |= learned[i];
        }
        if (!hasLearned) {
            return new Outcome.Dropped(
                    isLong
                            ? "the first " + options.maxLength() + " tokens hold none to learn"
                            : "holds no token to learn");
        }
        return new Outcome.Kept(List.of(new EncodedExample(line, Arrays.copyOf(tokens, length), weights, isLong)));
    }

    /// Windows of a text; each begins with the last token of the one before, so that every token is predicted
    /// once.
    private Outcome text(Example.Text example) {
        if (example.text().isBlank()) {
            return new Outcome.Dropped("an empty text");
        }
        int[] tokens = ended(text.text(example.text()));
        List<EncodedExample> windows = new ArrayList<>();
        for (int from = 0; from < tokens.length - 1; from += options.maxLength() - 1) {
            int[] window = Arrays.copyOfRange(tokens, from, Math.min(tokens.length, from + options.maxLength()));
            float[] weights = new float[window.length];
            Arrays.fill(weights, 1, weights.length, 1);
            windows.add(new EncodedExample(example.line(), window, weights, false));
        }
        return windows.isEmpty() ? new Outcome.Dropped("holds no token to learn") : new Outcome.Kept(windows);
    }

    /// With the token that ends a text, where the vocabulary has one and the tokenizer did not add it.
    private int[] ended(int[] tokens) {
        if (text.tokenizer().endOfText().isEmpty()) {
            return tokens;
        }
        int end = text.tokenizer().endOfText().getAsInt();
        if (tokens.length > 0 && tokens[tokens.length - 1] == end) {
            return tokens;
        }
        int[] ended = Arrays.copyOf(tokens, tokens.length + 1);
        ended[tokens.length] = end;
        return ended;
    }
}
