package dev.lilla.template;

import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A chat template: how a model wants a conversation written.
///
/// The language is Jinja's (3.1) as Transformers sets it up: the immutable sandbox with `trim_blocks`, `lstrip_blocks`,
/// `break` and `continue`, the tag `generation`, the functions `raise_exception` and `strftime_now` and a `tojson` that
/// is Python's `json.dumps`. Values behave as Python's. Nothing of a template is executed but by this package, and
/// every rendering is bounded: see [Limits] for the figures.
///
/// Immutable; one template renders for any number of threads.
public final class ChatTemplate {
    private final String source;
    private final List<Statement> statements;

    private ChatTemplate(String source, List<Statement> statements) {
        this.source = source;
        this.statements = statements;
    }

    /// Parses `source`.
    ///
    /// @throws TemplateException naming line, column and what was expected
    public static ChatTemplate parse(String source) {
        return new ChatTemplate(source, Parser.parse(source));
    }

    /// The template as given to [#parse].
    public String source() {
        return source;
    }

    /// Renders with `context`, usually `messages`, `tools`, `add_generation_prompt`, `bos_token`, `eos_token` and what
    /// else the template knows: [JsonNode], maps, collections, texts, numbers, booleans and null.
    ///
    /// @throws TemplateException when the template refuses the conversation, has an error, or goes over a limit
    /// @throws IllegalArgumentException when `context` holds something else
    public String render(Map<String, ?> context) {
        return render(context, TemplateClock.of(Clock.system(ZoneId.systemDefault())));
    }

    /// Renders as [#render(Map)] with `clock` as the time that `strftime_now` tells.
    public String render(Map<String, ?> context, TemplateClock clock) {
        return new Interpreter(clock).render(statements, ContextValues.of(context));
    }

    /// Renders as [#render(Map)] with the fields of a JSON object.
    public String render(JsonNode context) {
        return render(context, TemplateClock.of(Clock.system(ZoneId.systemDefault())));
    }

    /// Renders as [#render(JsonNode)] with `clock` as the time that `strftime_now` tells.
    public String render(JsonNode context, TemplateClock clock) {
        return new Interpreter(clock).render(statements, ContextValues.of(context));
    }
}
