package dev.lilla.serve.text;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.template.ChatTemplate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// How a model writes calls of tools, as its chat template has them.
///
/// @param openings each stands before calls
/// @param bare what a call without an opening begins with, at the start of an answer; empty where there is none
/// @param closing stands behind calls, where models do not leave it out
/// @param body what stands between
record CallNotation(List<String> openings, String bare, String closing, Body body) {
    /// What calls look like.
    sealed interface Body {
        /// `{"name": …, "arguments": {…}}`
        ///
        /// @param arguments what the second name is
        record Single(String arguments) implements Body {}

        /// `[{"name": …, "arguments": {…}}, …]`
        record Several(String arguments) implements Body {}

        /// `NAME[ARGS]{…}`
        record Named(String between) implements Body {}

        /// `call:NAME{key:value,…}`, with strings between quotes of its own.
        record Braces(String quote) implements Body {}
    }

    private static final String ARGUMENTS = "arguments";

    /// Hermes 2, Qwen 2.5 and Qwen 3.
    static final CallNotation TAGS =
            new CallNotation(List.of("<tool_call>"), "", "</tool_call>", new Body.Single(ARGUMENTS));

    /// Llama 3.1 to 3.3.
    static final CallNotation LLAMA =
            new CallNotation(List.of("<|python_tag|>"), "{\"name\"", "", new Body.Single("parameters"));

    /// Mistral 7B v0.3, Nemo.
    static final CallNotation MISTRAL = new CallNotation(List.of("[TOOL_CALLS]"), "", "", new Body.Several(ARGUMENTS));

    /// Mistral Small 3.2, Ministral 3.
    static final CallNotation MISTRAL_NAMED =
            new CallNotation(List.of("[TOOL_CALLS]"), "", "", new Body.Named("[ARGS]"));

    /// Phi-4-mini.
    static final CallNotation PHI =
            new CallNotation(List.of("<|tool_call|>"), "", "<|/tool_call|>", new Body.Several(ARGUMENTS));

    /// Gemma 4.
    static final CallNotation GEMMA =
            new CallNotation(List.of("<|tool_call>"), "", "<tool_call|>", new Body.Braces("<|\"|>"));

    /// FunctionGemma.
    static final CallNotation FUNCTION_GEMMA =
            new CallNotation(List.of("<start_function_call>"), "", "<end_function_call>", new Body.Braces("<escape>"));

    /// The notation of a model's template; empty if it is none of these, as with calls in XML.
    static Optional<CallNotation> of(HostedModel model) {
        String template = model.text().template().map(ChatTemplate::source).orElse("");
        boolean isPhi = template.contains("<|tool|>")
                && model.text().tokenizer().id("<|tool_call|>").isPresent();
        return isPhi ? Optional.of(PHI) : of(template);
    }

    static Optional<CallNotation> of(String template) {
        return Stream.of(
                        where(template.contains("[TOOL_CALLS]") && template.contains("[ARGS]"), MISTRAL_NAMED),
                        where(template.contains("[TOOL_CALLS]"), MISTRAL),
                        where(template.contains("<|tool_call>"), GEMMA),
                        where(template.contains("<start_function_call>"), FUNCTION_GEMMA),
                        where(template.contains("<tool_call>") && !hasXml(template), TAGS),
                        where(template.contains("<|tool_call|>"), PHI),
                        where(isLlama(template), LLAMA))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<CallNotation> where(boolean is, CallNotation notation) {
        return is ? Optional.of(notation) : Optional.empty();
    }

    /// Qwen 3.5, GLM and others have the same tag around XML.
    private static boolean hasXml(String template) {
        return template.contains("<function=") || template.contains("<arg_key>");
    }

    private static boolean isLlama(String template) {
        return !template.contains("<tool_call>")
                && (template.contains("<|python_tag|>")
                        || template.contains("{\"name\": function name, \"parameters\""));
    }
}
