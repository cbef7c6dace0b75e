package dev.lilla.serve.openai;

import dev.lilla.generate.ServingRequest;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.AnswerForm;
import dev.lilla.serve.text.ChatMessages;
import dev.lilla.serve.text.ChatPrompt;
import dev.lilla.serve.text.GenerationFields;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.ToolChoice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// The body of `POST /v1/chat/completions`.
///
/// @param tools what may or must be called
/// @param topLogprobs how many tokens to name in each place; empty where nobody asks how likely tokens are
record ChatCompletionRequest(
        ChatPrompt prompt, ToolChoice tools, OptionalInt topLogprobs, GenerationFields generation) {
    /// @throws HttpFailure 400 naming the field that is wrong
    static ChatCompletionRequest read(JsonFields fields, HostedModel model) {
        GenerationFields generation = GenerationFields.read(fields, model);
        if (generation.maxTokens().isPresent() && generation.maxTokens().getAsInt() == 0) {
            throw fields.invalid("max_tokens", "must be 1 or more, found 0");
        }
        ToolChoice tools = ToolChoice.read(fields);
        ChatPrompt prompt = ChatPrompt.of(ChatMessages.read(fields), templateArguments(fields, tools));
        return new ChatCompletionRequest(
                tools.tell(prompt, model),
                tools,
                topLogprobs(fields),
                tools.isForced() ? generation.withGrammar(tools.grammar(model)) : generation);
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

    private static Map<String, Object> templateArguments(JsonFields fields, ToolChoice tools) {
        Map<String, Object> arguments = new HashMap<>();
        fields.object("chat_template_kwargs")
                .ifPresent(given -> given.names()
                        .forEach(name -> arguments.put(name, given.node().get(name))));
        fields.text("reasoning_effort").ifPresent(effort -> arguments.put("reasoning_effort", effort));
        if (!tools.told().isEmpty()) {
            arguments.put("tools", tools.told());
        }
        return arguments;
    }

    /// What it asks a model for.
    ///
    /// @throws HttpFailure 400 if the model has no chat template, it refuses the conversation, or the
    ///     schema of a tool is not supported
    Submission.Terms terms(HostedModel model) {
        int[] tokens = prompt.tokens(model);
        return new Submission.Terms(
                model,
                List.of(tokens),
                generation,
                model.defaults().stopStrings(),
                "messages",
                generation.maxTokens(),
                topLogprobs,
                AnswerForm.of(model, tokens, tools, generation));
    }
}
