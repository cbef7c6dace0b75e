package dev.lilla.serve.openai;

import dev.lilla.generate.ServingRequest;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.template.ChatTemplate;
import dev.lilla.template.TemplateException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// The body of `POST /v1/chat/completions`.
///
/// @param messages as the chat template wants them
/// @param templateArguments further variables for it, `tools` among them
/// @param topLogprobs how many tokens to name in each place; empty where nobody asks how likely tokens are
record ChatCompletionRequest(
        List<Map<String, Object>> messages,
        Map<String, Object> templateArguments,
        OptionalInt topLogprobs,
        GenerationFields generation) {
    /// @throws HttpFailure 400 naming the field that is wrong
    static ChatCompletionRequest read(JsonFields fields, HostedModel model) {
        GenerationFields generation = GenerationFields.read(fields, model);
        if (generation.maxTokens().isPresent() && generation.maxTokens().getAsInt() == 0) {
            throw fields.invalid("max_tokens", "must be 1 or more, found 0");
        }
        return new ChatCompletionRequest(
                ChatMessages.read(fields), templateArguments(fields, model), topLogprobs(fields), generation);
    }

    private static OptionalInt topLogprobs(JsonFields fields) {
        OptionalInt top = fields.integer("top_logprobs", 0, ServingRequest.LOGPROBS_MAX);
        if (fields.flag("logprobs")) {
            return OptionalInt.of(top.orElse(0));
        }
        if (top.orElse(0) > 0) {
            throw fields.invalid("top_logprobs", "needs logprobs to be true");
        }
        return OptionalInt.empty();
    }

    private static Map<String, Object> templateArguments(JsonFields fields, HostedModel model) {
        Map<String, Object> arguments = new HashMap<>();
        fields.object("chat_template_kwargs")
                .ifPresent(given -> given.names()
                        .forEach(name -> arguments.put(name, given.node().get(name))));
        fields.text("reasoning_effort").ifPresent(effort -> arguments.put("reasoning_effort", effort));
        tools(fields, model).ifPresent(tools -> arguments.put("tools", tools));
        arguments.put("add_generation_prompt", true);
        return arguments;
    }

    /// The tools that the model is told of.
    private static Optional<ArrayNode> tools(JsonFields fields, HostedModel model) {
        List<JsonFields> tools = fields.objects("tools");
        for (JsonFields tool : tools) {
            if (!tool.requiredText("type").equals("function")) {
                throw tool.invalid("type", "must be function");
            }
            tool.object("function").orElseThrow(() -> tool.missing("function")).requiredText("name");
        }
        String choice = toolChoice(fields);
        if (tools.isEmpty() || choice.equals("none")) {
            return Optional.empty();
        }
        if (!choice.equals("auto")) {
            throw Unsupported.unsupported(fields, "tool_choice", choice);
        }
        boolean knowsTools =
                model.text().template().map(ChatTemplate::source).orElse("").contains("tools");
        if (!knowsTools) {
            throw fields.invalid("tools", "can't be used: the chat template of this model knows none")
                    .withCode("unsupported_parameter");
        }
        return fields.any("tools").map(ArrayNode.class::cast);
    }

    private static String toolChoice(JsonFields fields) {
        Optional<JsonNode> choice = fields.any("tool_choice");
        if (choice.isPresent() && choice.get().isObject()) {
            return "of a function";
        }
        return fields.text("tool_choice").orElse("auto");
    }

    /// The tokens of the conversation.
    ///
    /// @throws HttpFailure 400 if the model has no chat template, or it refuses the conversation
    int[] prompt(HostedModel model) {
        if (model.text().template().isEmpty()) {
            throw HttpFailure.invalid(
                    "model", "model " + model.entry().name() + " has no chat template; use /v1/completions");
        }
        try {
            return model.text().conversation(messages, templateArguments);
        } catch (TemplateException e) {
            throw HttpFailure.invalid(
                    "messages", "the model's chat template refuses the conversation: " + e.getMessage());
        }
    }
}
