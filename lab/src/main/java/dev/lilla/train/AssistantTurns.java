package dev.lilla.train;

import dev.lilla.generate.ModelText;
import dev.lilla.model.family.ChatDefaults;
import dev.lilla.template.TemplateException;
import dev.lilla.tokenizer.SpecialTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the tokens that the assistant wrote in a conversation, with the model's own chat template.
///
/// A turn begins where the conversation before it, rendered with the prompt for generation, ends; it
/// ends where the conversation up to it, rendered without, ends. Both are compared as texts with the
/// whole conversation and then as tokens, so a token that reaches over a border belongs to the
/// assistant. Templates that write earlier turns differently when later ones follow fail the
/// comparison; then the turn's own text is marked and looked for.
///
/// A turn ends with the token that stops generation, since that is how the model learns to stop. What
/// a template writes after it (a line break) is not part of the turn; where it writes no such token,
/// and the next role's begins with one (ChatGLM3), that is the turn's last.
final class AssistantTurns {
    /// Around the content of a turn while it is looked for; Unicode keeps them for internal use.
    private static final char BEGINS = '\uFDD2';

    private static final char ENDS = '\uFDD3';
    private static final String CONTENT = "content";
    private static final String PROMPT = "add_generation_prompt";

    private final ModelText text;
    private final List<Map<String, Object>> messages;
    private final Map<String, Object> variables;
    private final int[] tokens;
    private final String whole;

    private AssistantTurns(ModelText text, List<Map<String, Object>> messages, Map<String, Object> variables) {
        this.text = text;
        this.messages = messages;
        this.variables = new HashMap<>(variables);
        this.variables.put(PROMPT, false);
        this.tokens = text.conversation(messages, this.variables);
        this.whole = text.render(messages, this.variables);
    }

    /// A conversation's tokens, and which of them its assistant wrote.
    ///
    /// @param learned one for each token
    record Marked(int[] tokens, boolean[] learned) {}

    /// Marks the assistant's turns, but those whose `weight` is 0.
    ///
    /// @throws IllegalArgumentException if a turn cannot be found
    /// @throws TemplateException if the template refuses the conversation
    static Marked mark(ModelText text, List<Map<String, Object>> messages, Map<String, Object> variables) {
        return new AssistantTurns(text, messages, variables).mark();
    }

    private Marked mark() {
        boolean[] learned = new boolean[tokens.length];
        int[] marked = tokens;
        for (int turn = 0; turn < messages.size(); turn++) {
            if (isLearned(messages.get(turn))) {
                int from = start(turn);
                int end = end(turn);
                if (from >= end) {
                    throw new IllegalArgumentException("the chat template leaves nothing of message " + (turn + 1));
                }
                int last = stop(from, end);
                Arrays.fill(learned, from, last, true);
                if (last == tokens.length && !text.stopTokens().contains(tokens[last - 1])) {
                    marked = withEnd();
                }
            }
        }
        if (marked.length > tokens.length) {
            learned = Arrays.copyOf(learned, marked.length);
            learned[marked.length - 1] = true;
        }
        return new Marked(marked, learned);
    }

    private static boolean isLearned(Map<String, Object> message) {
        boolean isMasked = message.get("weight") instanceof Number weight && weight.doubleValue() == 0;
        return "assistant".equals(message.get("role")) && !isMasked;
    }

    /// The first token of a turn.
    private int start(int turn) {
        List<Map<String, Object>> before = messages.subList(0, turn);
        if (isPrefix(before, true)) {
            return common(conversation(before, true));
        }
        String prefix = whole.substring(0, contentOf(turn)[0]);
        return common(prefixTokens(prefix));
    }

    /// Behind the last token of a turn, with what the template writes after it.
    private int end(int turn) {
        List<Map<String, Object>> upTo = messages.subList(0, turn + 1);
        if (turn == messages.size() - 1) {
            return tokens.length;
        }
        int[] prefix = isPrefix(upTo, false)
                ? conversation(upTo, false)
                : prefixTokens(whole.substring(0, contentOf(turn)[1]));
        int common = common(prefix);
        return Math.min(tokens.length, common < prefix.length ? common + 1 : common);
    }

    /// Behind the token that ends a turn: the last stop token in it, or the one right after it.
    private int stop(int from, int end) {
        for (int last = end - 1; last >= from; last--) {
            if (text.stopTokens().contains(tokens[last])) {
                return last + 1;
            }
        }
        return end < tokens.length && text.stopTokens().contains(tokens[end]) ? end + 1 : end;
    }

    /// The conversation with the end of text that its template leaves out.
    private int[] withEnd() {
        if (text.tokenizer().endOfText().isEmpty()) {
            return tokens;
        }
        int[] ended = Arrays.copyOf(tokens, tokens.length + 1);
        ended[tokens.length] = text.tokenizer().endOfText().getAsInt();
        return ended;
    }

    private boolean isPrefix(List<Map<String, Object>> part, boolean prompt) {
        try {
            return whole.startsWith(text.render(part, with(prompt)));
        } catch (TemplateException refused) {
            // Some templates want a user's turn first, or refuse to end with one role or another.
            return false;
        }
    }

    private int[] conversation(List<Map<String, Object>> part, boolean prompt) {
        return text.conversation(part, with(prompt));
    }

    private Map<String, Object> with(boolean prompt) {
        Map<String, Object> all = new HashMap<>(variables);
        all.put(PROMPT, prompt);
        return all;
    }

    private int common(int[] prefix) {
        int mismatch = Arrays.mismatch(prefix, tokens);
        return mismatch < 0 ? tokens.length : mismatch;
    }

    private int[] prefixTokens(String prefix) {
        if (text.chat().content() == ChatDefaults.Content.PLAIN) {
            throw new IllegalArgumentException(
                    "the chat template writes earlier turns differently when later ones follow");
        }
        return text.begun(text.tokenizer().encode(prefix, SpecialTokens.PARSE));
    }

    /// Where the content of a turn begins and ends in the whole text.
    private int[] contentOf(int turn) {
        if (messages.get(turn).get(CONTENT) instanceof String content) {
            for (String attempt : List.of(content, content.strip())) {
                Optional<int[]> place = place(turn, attempt);
                if (place.isPresent()) {
                    return place.get();
                }
            }
        }
        throw new IllegalArgumentException(
                "message " + (turn + 1) + " cannot be found in what the chat template makes of the conversation");
    }

    private Optional<int[]> place(int turn, String content) {
        List<Map<String, Object>> changed = new ArrayList<>(messages);
        Map<String, Object> message = new HashMap<>(messages.get(turn));
        message.put(CONTENT, BEGINS + content + ENDS);
        changed.set(turn, message);
        String rendered = text.render(changed, variables);
        int begin = rendered.indexOf(BEGINS);
        int end = rendered.indexOf(ENDS);
        if (begin < 0 || end < begin) {
            return Optional.empty();
        }
        String clean = rendered.substring(0, begin) + rendered.substring(begin + 1, end) + rendered.substring(end + 1);
        return clean.equals(whole) ? Optional.of(new int[] {begin, end - 1}) : Optional.empty();
    }
}
