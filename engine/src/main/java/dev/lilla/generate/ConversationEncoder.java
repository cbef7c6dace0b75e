package dev.lilla.generate;

import dev.lilla.model.family.ChatDefaults;
import dev.lilla.template.ChatTemplate;
import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Conversations to the text and the tokens that a model was trained on.
///
/// @param template of the model
/// @param chat what its family knows beyond the template
public record ConversationEncoder(ChatTemplate template, Tokenizer tokenizer, ChatDefaults chat) {
    /// Enclose what somebody said while it goes through the template; Unicode keeps them for internal use.
    private static final char CONTENT_BEGINS = '\uFDD0';

    private static final char CONTENT_ENDS = '\uFDD1';
    private static final String CONTENT = "content";

    /// The text that the template makes of a conversation.
    ///
    /// @param variables `messages`, `add_generation_prompt` and whatever else the template may ask for
    /// @throws dev.lilla.template.TemplateException if the template refuses the conversation
    public String render(Map<String, ?> variables) {
        Map<String, Object> all = new HashMap<>(variables);
        all.putIfAbsent("bos_token", token(tokenizer.beginOfText()));
        all.putIfAbsent("eos_token", token(tokenizer.endOfText()));
        return template.render(all);
    }

    /// The tokens of a conversation, without those the tokenizer would add around a text.
    ///
    /// @param messages each with `role`, `content` and whatever else the template may ask for
    /// @param variables further ones for the template
    public int[] encode(List<? extends Map<String, ?>> messages, Map<String, ?> variables) {
        Map<String, Object> all = new HashMap<>(variables);
        return switch (chat.content()) {
            case PARSED -> {
                all.put("messages", messages);
                yield tokenizer.encode(render(all), SpecialTokens.PARSE);
            }
            case PLAIN -> {
                all.put(
                        "messages",
                        messages.stream().map(ConversationEncoder::marked).toList());
                yield encodeMarked(render(all));
            }
        };
    }

    private String token(OptionalInt id) {
        return id.isPresent() ? tokenizer.token(id.getAsInt()) : "";
    }

    private static Map<String, Object> marked(Map<String, ?> message) {
        Map<String, Object> marked = new HashMap<>(message);
        if (message.get(CONTENT) instanceof String content) {
            String clean = content.replace(CONTENT_BEGINS, '\uFFFD').replace(CONTENT_ENDS, '\uFFFD');
            marked.put(CONTENT, CONTENT_BEGINS + clean + CONTENT_ENDS);
        }
        return marked;
    }

    /// Encodes the template's own text with its special tokens, and what somebody said as plain text, each piece on
    /// its own.
    private int[] encodeMarked(String prompt) {
        List<int[]> pieces = new ArrayList<>();
        int from = 0;
        for (int begin = prompt.indexOf(CONTENT_BEGINS); begin >= 0; begin = prompt.indexOf(CONTENT_BEGINS, from)) {
            int end = prompt.indexOf(CONTENT_ENDS, begin);
            pieces.add(tokenizer.encode(withoutPrefixSpace(prompt.substring(from, begin)), SpecialTokens.PARSE));
            pieces.add(tokenizer.encode(prompt.substring(begin + 1, end), SpecialTokens.NONE));
            from = end + 1;
        }
        pieces.add(tokenizer.encode(prompt.substring(from), SpecialTokens.PARSE));
        return pieces.stream().flatMapToInt(Arrays::stream).toArray();
    }

    /// A template writes a space before the content where the tokenizer begins every text with one.
    private String withoutPrefixSpace(String text) {
        boolean prefixes = text.endsWith(" ")
                && tokenizer.encode("x", SpecialTokens.NONE).length > 0
                && tokenizer.token(tokenizer.encode("x", SpecialTokens.NONE)[0]).startsWith("\u2581");
        return prefixes ? text.substring(0, text.length() - 1) : text;
    }
}
