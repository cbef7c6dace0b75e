package dev.lilla.serve.text;

import dev.lilla.generate.GrammarTrigger;
import dev.lilla.generate.GrammarTrigger.Place;
import dev.lilla.grammar.CallTags;
import dev.lilla.grammar.FunctionSchema;
import dev.lilla.grammar.GrammarException;
import dev.lilla.grammar.TokenGrammar;
import dev.lilla.serve.host.HostedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The calls that a model may make of its own accord: what holds them to the schemas of their tools while they are
/// written, and what is a call when they are.
///
/// @param tools those it may call
/// @param notation how it writes calls
record FreeCalls(HostedModel model, List<ToolChoice.Tool> tools, CallNotation notation) {
    /// Grammars of calls, from their openings on.
    ///
    /// @throws dev.lilla.serve.http.HttpFailure 400 if the schema of a tool is not supported
    List<GrammarTrigger> triggers() {
        return switch (notation.body()) {
            case CallNotation.Body.Single(String arguments) -> behindOpenings(ToolSchemas.call(tools, arguments));
            case CallNotation.Body.Several(String arguments) -> behindOpenings(ToolSchemas.calls(tools, arguments));
            case CallNotation.Body.Named(String before, String between) -> named(before, between);
            case CallNotation.Body.Numbered body -> numbered(body.between());
            case CallNotation.Body.Tagged(CallTags tags) ->
                triggers(FormatFields.compiled("tools", () -> model.taggedCall(functions(), tags)));
            // Its strings are no JSON; what is written is held against the schema afterwards.
            case CallNotation.Body.Braces _ -> List.of();
        };
    }

    private List<GrammarTrigger> behindOpenings(JsonNode schema) {
        return triggers(FormatFields.within(model, "tools", schema));
    }

    private List<FunctionSchema> functions() {
        return tools.stream()
                .map(tool -> new FunctionSchema(tool.name(), tool.parameters().toString()))
                .toList();
    }

    private List<GrammarTrigger> triggers(TokenGrammar grammar) {
        List<GrammarTrigger> triggers = new ArrayList<>();
        notation.openings().forEach(opening -> triggers.add(new GrammarTrigger(opening, Place.AFTER, grammar)));
        if (!notation.bare().isEmpty()) {
            triggers.add(new GrammarTrigger(notation.bare(), Place.AT_START, grammar));
        }
        return triggers;
    }

    private List<GrammarTrigger> named(String before, String between) {
        List<String> openings = before.isEmpty() ? notation.openings() : List.of(before);
        List<GrammarTrigger> triggers = new ArrayList<>();
        for (ToolChoice.Tool tool : tools) {
            TokenGrammar grammar = FormatFields.within(model, "tools", tool.parameters());
            for (String opening : openings) {
                triggers.add(new GrammarTrigger(opening + tool.name() + between, Place.AFTER, grammar));
            }
        }
        return triggers;
    }

    private List<GrammarTrigger> numbered(String between) {
        return tools.stream()
                .map(tool -> GrammarTrigger.numbered(
                        "functions." + tool.name() + ":",
                        between,
                        FormatFields.within(model, "tools", tool.parameters())))
                .toList();
    }

    /// The calls of tools that there are with arguments that these allow.
    ///
    /// @return empty if one is none
    Optional<List<AnswerPart.Call>> valid(List<CallText.Read> calls) {
        List<AnswerPart.Call> valid = new ArrayList<>();
        for (CallText.Read call : calls) {
            Optional<ToolChoice.Tool> tool = tools.stream()
                    .filter(known -> known.name().equals(call.name()))
                    .findFirst();
            if (tool.isEmpty()) {
                return Optional.empty();
            }
            ObjectNode arguments = notation.body() instanceof CallNotation.Body.Tagged
                    ? TaggedValues.typed(call.arguments(), tool.get().parameters())
                    : call.arguments();
            if (!isAllowed(arguments, tool.get())) {
                return Optional.empty();
            }
            valid.add(AnswerPart.Call.of(call.id(), call.name(), arguments.toString()));
        }
        return Optional.of(valid);
    }

    private boolean isAllowed(ObjectNode given, ToolChoice.Tool tool) {
        String schema = tool.parameters().toString();
        String arguments = ToolSchemas.ordered(given, tool.parameters()).toString();
        try {
            return model.grammarWithin(schema).grammar().matches(arguments);
        } catch (GrammarException e) {
            // What can't be checked is not passed on as a call.
            return false;
        }
    }
}
