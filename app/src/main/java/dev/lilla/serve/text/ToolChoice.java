package dev.lilla.serve.text;

import dev.lilla.chat.ResponseFormat;
import dev.lilla.grammar.TokenGrammar;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.template.ChatTemplate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The fields `tools` and `tool_choice`: what the model is told it may call, and what it must call.
///
/// A model that must call a tool is held to the schema of its arguments from the first token on; one that may call one,
/// from where it begins to.
///
/// @param told the tools as they were sent; empty if the model is told of none
/// @param forced of which one must be called; empty if the model is free
/// @param free those that may be called; empty if one must, or none may
public record ToolChoice(ArrayNode told, List<Tool> forced, List<Tool> free) {
    /// No tools.
    public static final ToolChoice NONE = new ToolChoice(JsonNodeFactory.instance.arrayNode(), List.of(), List.of());

    private static final int TOOLS_MAX = 128;
    private static final String NAME = "[A-Za-z0-9_.:/-]{1,128}";

    /// A function that can be called.
    ///
    /// @param parameters a JSON Schema of its arguments
    public record Tool(String name, ObjectNode parameters) {}

    /// @throws dev.lilla.serve.http.HttpFailure 400 if a tool is no function, or none can be used
    public static ToolChoice read(JsonFields fields) {
        List<JsonFields> given = fields.objects("tools");
        if (given.size() > TOOLS_MAX) {
            throw fields.invalid("tools", "may hold " + TOOLS_MAX + ", found " + given.size());
        }
        List<Tool> tools = given.stream().map(ToolChoice::tool).toList();
        List<Tool> forced = forced(fields, tools);
        boolean isNone = fields.any("tool_choice")
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .orElse("")
                .equals("none");
        if (tools.isEmpty() || isNone) {
            return NONE;
        }
        ArrayNode told = JsonNodeFactory.instance.arrayNode();
        given.forEach(tool -> told.add(tool.node()));
        return new ToolChoice(told, forced, forced.isEmpty() ? tools : List.of());
    }

    private static Tool tool(JsonFields tool) {
        if (!tool.requiredText("type").equals("function")) {
            throw tool.invalid("type", "must be function");
        }
        JsonFields function = tool.object("function").orElseThrow(() -> tool.missing("function"));
        String name = function.requiredText("name");
        if (!name.matches(NAME)) {
            throw function.invalid("name", "must be 1 to 128 of A-Z a-z 0-9 _ - . : /, found \"" + name + "\"");
        }
        ObjectNode parameters =
                function.object("parameters").map(JsonFields::node).orElseGet(ToolChoice::nothing);
        return new Tool(name, parameters.isEmpty() ? nothing() : parameters);
    }

    /// The schema of a function without arguments.
    private static ObjectNode nothing() {
        return JsonNodeFactory.instance.objectNode().put("type", "object").put("additionalProperties", false);
    }

    private static List<Tool> forced(JsonFields fields, List<Tool> tools) {
        Optional<JsonNode> choice = fields.any("tool_choice");
        if (choice.isPresent() && choice.get().isObject()) {
            return named(fields.object("tool_choice").orElseThrow(), tools);
        }
        String text = fields.text("tool_choice").orElse("auto");
        return switch (text) {
            case "auto", "none" -> List.of();
            case "required" -> {
                if (tools.isEmpty()) {
                    throw fields.invalid("tool_choice", "is required, but there are no tools");
                }
                yield tools;
            }
            default ->
                throw fields.invalid(
                        "tool_choice", "must be none, auto, required or a function, found \"" + text + "\"");
        };
    }

    private static List<Tool> named(JsonFields choice, List<Tool> tools) {
        JsonFields function = choice.object("function").orElse(choice);
        String name = function.requiredText("name");
        return tools.stream()
                .filter(tool -> tool.name().equals(name))
                .findFirst()
                .map(List::of)
                .orElseThrow(() -> function.invalid(
                        "name",
                        "is no tool of this request, which has "
                                + tools.stream().map(Tool::name).collect(Collectors.joining(", "))));
    }

    /// Whether the chat template of a model has a place for tools.
    public static boolean knowsTools(HostedModel model) {
        return model.text().template().map(ChatTemplate::source).orElse("").contains("tools");
    }

    /// Whether it has one for calls of tools at least.
    public static boolean knowsCalls(HostedModel model) {
        return knowsTools(model)
                || CallNotation.isDeepSeek(
                        model.text().template().map(ChatTemplate::source).orElse(""));
    }

    public boolean isForced() {
        return !forced.isEmpty();
    }

    /// Tells the model of its tools: where its template has no place for them, in the system's words, or in the user's
    /// where it has none for these either.
    public ChatPrompt tell(ChatPrompt prompt, HostedModel model) {
        if (told.isEmpty() || knowsTools(model)) {
            return prompt;
        }
        String tools =
                told.valueStream().map(tool -> tool.get("function").toString()).collect(Collectors.joining("\n"));
        return prompt.withInstruction("You can call these functions:\n" + tools + "\n" + howToCall(model), model);
    }

    private String howToCall(HostedModel model) {
        return switch (forced.size()) {
            case 0 -> ToolWords.howToCall(CallNotation.of(model).orElse(CallNotation.TOLD));
            case 1 -> "Answer with the arguments of " + forced.getFirst().name() + " as a JSON object.";
            default -> "Answer with {\"name\": the function, \"arguments\": its arguments}.";
        };
    }

    /// What makes the model call a tool.
    ///
    /// @throws dev.lilla.serve.http.HttpFailure 400 if the schema of its arguments is not supported
    public TokenGrammar grammar(HostedModel model) {
        return FormatFields.compile(model, "tools", new ResponseFormat.JsonSchema(schema().toString()));
    }

    /// Of the arguments where one tool can be called, and otherwise of an object with the tool's name before them.
    private JsonNode schema() {
        return forced.size() == 1 ? forced.getFirst().parameters() : ToolSchemas.call(forced, "arguments");
    }

    /// A reader of the call, for a text that [#grammar] made.
    public ToolCallReader reader() {
        return new ToolCallReader(forced.size() == 1 ? forced.getFirst().name() : "");
    }
}
