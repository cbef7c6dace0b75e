package dev.lilla.serve.text;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.template.ChatTemplate;
import dev.lilla.template.TemplateException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A conversation as a chat template takes it.
///
/// @param messages each with `role`, `content` and what else it has
/// @param templateArguments further variables, `tools` among them
public record ChatPrompt(List<Map<String, Object>> messages, Map<String, Object> templateArguments) {
    /// A conversation that wants its next turn.
    public static ChatPrompt of(List<Map<String, Object>> messages, Map<String, Object> templateArguments) {
        Map<String, Object> arguments = new HashMap<>(templateArguments);
        arguments.put("add_generation_prompt", true);
        return new ChatPrompt(messages, arguments);
    }

    /// The same with a text in front of what the system says, or of what the user says first where the model's template
    /// has no system.
    public ChatPrompt withInstruction(String text, HostedModel model) {
        ChatPrompt bySystem = withInstruction(text, "system");
        try {
            bySystem.text(model);
            return bySystem;
        } catch (HttpFailure e) {
            boolean mayDoWithout = messages.stream().noneMatch(message -> "system".equals(message.get("role")))
                    && "user".equals(messages.getFirst().get("role"));
            return mayDoWithout ? withInstruction(text, "user") : bySystem;
        }
    }

    private ChatPrompt withInstruction(String text, String role) {
        List<Map<String, Object>> changed = new ArrayList<>(messages);
        boolean isThere = role.equals(messages.getFirst().get("role"));
        String after = isThere ? "\n\n" + messages.getFirst().get("content") : "";
        Map<String, Object> first = Map.of("role", role, "content", text + after);
        if (isThere) {
            changed.set(0, first);
        } else {
            changed.addFirst(first);
        }
        return new ChatPrompt(changed, templateArguments);
    }

    /// Its tokens.
    ///
    /// @throws HttpFailure 400 if the model has no chat template, or it refuses the conversation
    public int[] tokens(HostedModel model) {
        requireTemplate(model);
        try {
            return model.text().conversation(told(model), templateArguments);
        } catch (TemplateException e) {
            throw refused(e);
        }
    }

    /// The text that the template makes of it.
    ///
    /// @throws HttpFailure 400 if the model has no chat template, or it refuses the conversation
    public String text(HostedModel model) {
        requireTemplate(model);
        try {
            return model.text().render(told(model), templateArguments);
        } catch (TemplateException e) {
            throw refused(e);
        }
    }

    /// The messages as the template takes them.
    private List<Map<String, Object>> told(HostedModel model) {
        if (!ToolChoice.knowsCalls(model)) {
            return ToolWords.plain(messages);
        }
        String template = model.text().template().map(ChatTemplate::source).orElse("");
        if (CallNotation.isFenced(template)) {
            return FencedCalls.in(messages);
        }
        return ShortCallIds.areWantedBy(template) ? ShortCallIds.in(messages) : messages;
    }

    private static void requireTemplate(HostedModel model) {
        if (model.text().template().isEmpty()) {
            throw HttpFailure.invalid(
                    "model", "model " + model.entry().name() + " has no chat template; ask it to complete texts");
        }
    }

    private static HttpFailure refused(TemplateException e) {
        return HttpFailure.invalid("messages", "the model's chat template refuses the conversation: " + e.getMessage());
    }
}
