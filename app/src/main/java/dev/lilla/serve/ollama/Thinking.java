package dev.lilla.serve.ollama;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.AnswerForm;
import dev.lilla.serve.text.Unsupported;
import dev.lilla.template.ChatTemplate;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The field `think`: whether the model thinks before it answers, if its template leaves that open.
final class Thinking {
    /// What chat templates call it.
    static final String ARGUMENT = "enable_thinking";

    private Thinking() {}

    /// What the template is told.
    ///
    /// @throws dev.lilla.serve.http.HttpFailure 400 if the model is to think and cannot
    static Map<String, Object> templateArguments(JsonFields fields, HostedModel model) {
        Optional<JsonNode> think = fields.any("think");
        if (think.isEmpty()) {
            return Map.of();
        }
        boolean isWanted = think.get().isBoolean() ? fields.flag("think") : level(fields);
        boolean isKnown =
                model.text().template().map(ChatTemplate::source).orElse("").contains(ARGUMENT);
        if (isWanted && !isKnown && !AnswerForm.mayThink(model)) {
            throw Unsupported.because(fields, "think", "is not supported: this model does not think before it answers");
        }
        return isKnown ? Map.of(ARGUMENT, isWanted) : Map.of();
    }

    private static boolean level(JsonFields fields) {
        String level = fields.text("think").orElse("");
        return switch (level) {
            case "low", "medium", "high", "max" -> true;
            default -> throw fields.invalid("think", "must be true, false, low, medium, high or max, found " + level);
        };
    }
}
