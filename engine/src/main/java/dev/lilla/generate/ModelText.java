package dev.lilla.generate;

import dev.lilla.model.family.ChatDefaults;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.template.ChatTemplate;
import dev.lilla.tokenizer.Tokenizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// How a model reads and writes text, without the model: what training needs to write the same tokens
/// that generation reads.
///
/// @param template the chat template of the files, or the one its family falls back to
/// @param chat what its family knows beyond the template
/// @param stopTokens ids that end an answer
public record ModelText(
        Tokenizer tokenizer, Optional<ChatTemplate> template, ChatDefaults chat, Set<Integer> stopTokens) {
    public ModelText {
        stopTokens = Set.copyOf(stopTokens);
    }

    /// Reads the files of a model.
    public static ModelText of(ModelDescription description) {
        Tokenizer tokenizer = LocalModel.tokenizer(description);
        return new ModelText(
                tokenizer,
                ChatTemplates.find(description),
                description.family().chat(),
                GenerationDefaults.of(description, tokenizer).stopTokens());
    }

    /// The tokens of a text that begins a sequence.
    public int[] text(String text) {
        return new PromptEncoder(tokenizer, chat.bos()).text(text);
    }

    /// The tokens of a conversation as generation has them, with what the template left out at the beginning.
    ///
    /// @param messages each with `role`, `content` and whatever else the template may ask for
    /// @param variables further ones for the template, `add_generation_prompt` above all
    /// @throws IllegalStateException if there is no template
    /// @throws dev.lilla.template.TemplateException if the template refuses the conversation
    public int[] conversation(List<? extends Map<String, ?>> messages, Map<String, ?> variables) {
        return begun(encoder().encode(messages, variables));
    }

    /// The text that the template makes of a conversation.
    public String render(List<? extends Map<String, ?>> messages, Map<String, ?> variables) {
        Map<String, Object> all = new HashMap<>(variables);
        all.put("messages", messages);
        return encoder().render(all);
    }

    /// Adds what a text begins with to tokens that a template made, where it left it out.
    public int[] begun(int[] tokens) {
        return new PromptEncoder(tokenizer, chat.bos()).conversation(tokens);
    }

    private ConversationEncoder encoder() {
        return new ConversationEncoder(
                template.orElseThrow(() -> new IllegalStateException("the model has no chat template")),
                tokenizer,
                chat);
    }
}
