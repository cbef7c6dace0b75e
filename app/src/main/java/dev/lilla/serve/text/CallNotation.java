package dev.lilla.serve.text;

import dev.lilla.grammar.CallTags;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.template.ChatTemplate;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// How a model writes calls of tools, as its chat template has them.
///
/// @param openings each stands before calls
/// @param bare what a call without an opening begins with, at the start of an answer; empty where there is none
/// @param closings stand behind calls in this order, where models do not leave them out
/// @param body what stands between
record CallNotation(List<String> openings, String bare, List<String> closings, Body body) {
    /// What calls look like.
    sealed interface Body {
        /// `{"name": …, "arguments": {…}}`
        ///
        /// @param arguments what the second name is
        record Single(String arguments) implements Body {}

        /// `[{"name": …, "arguments": {…}}, …]`
        record Several(String arguments) implements Body {}

        /// `NAME[ARGS]{…}`
        ///
        /// @param before what may stand before the name; empty for nothing
        record Named(String before, String between) implements Body {}

        /// `functions.NAME:NUMBER` and JSON, which together are the id of the call and its arguments.
        ///
        /// @param before what may stand before the id
        record Numbered(String before, String between) implements Body {}

        /// `call:NAME{key:value,…}`, with strings between quotes of its own.
        record Braces(String quote) implements Body {}

        /// Arguments one by one, in what looks like XML.
        record Tagged(CallTags tags) implements Body {}
    }

    private static final String ARGUMENTS = "arguments";

    /// A line end between the two tags of an argument, as itself or as Jinja's strings have it.
    private static final Pattern ARGUMENTS_IN_LINES = Pattern.compile("</arg_key>(?:\\n|\\\\n)<arg_value>");

    /// Hermes 2, Qwen 2.5 and Qwen 3.
    static final CallNotation TAGS =
            new CallNotation(List.of("<tool_call>"), "", List.of("</tool_call>"), new Body.Single(ARGUMENTS));

    /// Llama 3.1 to 3.3.
    static final CallNotation LLAMA =
            new CallNotation(List.of("<|python_tag|>"), "{\"name\"", List.of(), new Body.Single("parameters"));

    /// Mistral 7B v0.3, Nemo.
    static final CallNotation MISTRAL =
            new CallNotation(List.of("[TOOL_CALLS]"), "", List.of(), new Body.Several(ARGUMENTS));

    /// Mistral Small 3.2, Ministral 3.
    static final CallNotation MISTRAL_NAMED =
            new CallNotation(List.of("[TOOL_CALLS]"), "", List.of(), new Body.Named("", "[ARGS]"));

    /// Phi-4-mini.
    static final CallNotation PHI =
            new CallNotation(List.of("<|tool_call|>"), "", List.of("<|/tool_call|>"), new Body.Several(ARGUMENTS));

    /// Gemma 4.
    static final CallNotation GEMMA =
            new CallNotation(List.of("<|tool_call>"), "", List.of("<tool_call|>"), new Body.Braces("<|\"|>"));

    /// FunctionGemma.
    static final CallNotation FUNCTION_GEMMA = new CallNotation(
            List.of("<start_function_call>"), "", List.of("<end_function_call>"), new Body.Braces("<escape>"));

    /// Qwen 3.5, Qwen 3 Coder, Nemotron 3, Step 3.5.
    static final CallNotation FUNCTION_TAGS = new CallNotation(
            List.of("<tool_call>"),
            "",
            List.of("</tool_call>"),
            new Body.Tagged(new CallTags(
                    "<function=", ">", "<parameter=", ">", "", "</parameter>", "</function>", "\n", "\n")));

    /// GLM 4.7 and 5.
    static final CallNotation ARGUMENT_TAGS = argumentTags("");

    /// GLM 4.5 and 4.6.
    static final CallNotation ARGUMENT_LINES = argumentTags("\n");

    private static CallNotation argumentTags(String gap) {
        CallTags tags =
                new CallTags("", "", "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>", "</tool_call>", gap, "");
        return new CallNotation(List.of("<tool_call>"), "", List.of(), new Body.Tagged(tags));
    }

    /// Kimi K2.
    static final CallNotation KIMI = new CallNotation(
            List.of("<|tool_calls_section_begin|>", "<|tool_call_begin|>"),
            "",
            List.of("<|tool_call_end|>", "<|tool_calls_section_end|>"),
            new Body.Numbered("<|tool_call_begin|>", "<|tool_call_argument_begin|>"));

    private static final String DEEPSEEK_CALLS = "<｜tool▁calls▁begin｜>";
    private static final String DEEPSEEK_CALL = "<｜tool▁call▁begin｜>";
    private static final String DEEPSEEK_BETWEEN = "<｜tool▁sep｜>";
    private static final String DEEPSEEK_CALL_END = "<｜tool▁call▁end｜>";
    private static final String DEEPSEEK_CALLS_END = "<｜tool▁calls▁end｜>";
    private static final String CODE_FENCE = "```";

    /// DeepSeek V3.1.
    static final CallNotation DEEPSEEK = new CallNotation(
            List.of(DEEPSEEK_CALLS, DEEPSEEK_CALL),
            "",
            List.of(DEEPSEEK_CALL_END, DEEPSEEK_CALLS_END),
            new Body.Named(DEEPSEEK_CALL, DEEPSEEK_BETWEEN));

    /// DeepSeek V3 and R1, with their distillates.
    static final CallNotation DEEPSEEK_FENCED = new CallNotation(
            List.of(DEEPSEEK_CALLS, DEEPSEEK_CALL + "function" + DEEPSEEK_BETWEEN),
            "",
            List.of(CODE_FENCE, DEEPSEEK_CALL_END, DEEPSEEK_CALLS_END),
            new Body.Named(DEEPSEEK_CALL + "function" + DEEPSEEK_BETWEEN, "\n" + CODE_FENCE + "json\n"));

    /// GigaChat 3.1.
    static final CallNotation GIGACHAT =
            new CallNotation(List.of("<|function_call|>"), "", List.of(), new Body.Single(ARGUMENTS));

    /// GigaChat 3, where a call is a turn of its own.
    static final CallNotation GIGACHAT_TURN = new CallNotation(
            List.of("<|message_sep|>\n\nfunction call<|role_sep|>", "function call<|role_sep|>"),
            "",
            List.of("<|message_sep|>"),
            new Body.Single(ARGUMENTS));

    /// What models are told to write whose templates know no tools ([ToolWords]); small ones forget the tags.
    static final CallNotation TOLD =
            new CallNotation(List.of("<tool_call>"), "{\"name\"", List.of("</tool_call>"), new Body.Single(ARGUMENTS));

    /// How a model writes calls: as its template has it, or as it is told where that knows no tools; empty if the
    /// template has a notation that is none of these.
    static Optional<CallNotation> of(HostedModel model) {
        String template = model.text().template().map(ChatTemplate::source).orElse("");
        if (!ToolChoice.knowsCalls(model)) {
            return Optional.of(TOLD);
        }
        boolean isPhi = template.contains("<|tool|>")
                && model.text().tokenizer().id("<|tool_call|>").isPresent();
        return isPhi ? Optional.of(PHI) : of(template);
    }

    /// Whether a template writes calls as DeepSeek's models do. It may have no place for the tools all the same: the
    /// system message says what can be called.
    static boolean isDeepSeek(String template) {
        return template.contains(DEEPSEEK_CALL);
    }

    /// Whether these calls have their arguments in a block of code.
    static boolean isFenced(String template) {
        return isDeepSeek(template) && template.contains(CODE_FENCE);
    }

    static Optional<CallNotation> of(String template) {
        return Stream.of(
                        where(template.contains("[TOOL_CALLS]") && template.contains("[ARGS]"), MISTRAL_NAMED),
                        where(template.contains("[TOOL_CALLS]"), MISTRAL),
                        where(template.contains("<|tool_call>"), GEMMA),
                        where(template.contains("<start_function_call>"), FUNCTION_GEMMA),
                        where(template.contains("<|tool_calls_section_begin|>"), KIMI),
                        where(isFenced(template), DEEPSEEK_FENCED),
                        where(isDeepSeek(template), DEEPSEEK),
                        where(template.contains("<|function_call|>"), GIGACHAT),
                        where(template.contains("<|role_sep|>") && template.contains("'function call'"), GIGACHAT_TURN),
                        where(template.contains("<function="), FUNCTION_TAGS),
                        where(ARGUMENTS_IN_LINES.matcher(template).find(), ARGUMENT_LINES),
                        where(template.contains("<arg_key>"), ARGUMENT_TAGS),
                        where(template.contains("<tool_call>"), TAGS),
                        where(template.contains("<|tool_call|>"), PHI),
                        where(isLlama(template), LLAMA))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<CallNotation> where(boolean is, CallNotation notation) {
        return is ? Optional.of(notation) : Optional.empty();
    }

    private static boolean isLlama(String template) {
        return !template.contains("<tool_call>")
                && (template.contains("<|python_tag|>")
                        || template.contains("{\"name\": function name, \"parameters\""));
    }
}
