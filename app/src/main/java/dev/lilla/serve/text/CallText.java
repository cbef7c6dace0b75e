package dev.lilla.serve.text;

import dev.lilla.grammar.CallTags;
import dev.lilla.serve.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads calls from the text behind their opening.
final class CallText {
    /// A name that has not ended by then is none.
    static final int NAME_MAX = 256;

    private static final Pattern NUMBERED = Pattern.compile("(?:functions\\.)?([^:]{1,128}):\\d{1,9}");

    private CallText() {}

    /// A call as it stands there, whether or not there is such a tool.
    ///
    /// @param id what the model calls it; empty if it does not say
    record Read(String id, String name, ObjectNode arguments) {
        Read(String name, ObjectNode arguments) {
            this("", name, arguments);
        }
    }

    /// What a text has turned out to be.
    sealed interface Outcome {
        /// More of it is needed.
        record Unfinished() implements Outcome {}

        /// It is no call.
        record Broken() implements Outcome {}

        /// @param end of the calls in the text
        record Whole(List<Read> calls, int end) implements Outcome {}
    }

    static Outcome read(String text, CallNotation.Body body) {
        return switch (body) {
            case CallNotation.Body.Single(String arguments) -> json(text, '{', arguments);
            case CallNotation.Body.Several(String arguments) -> json(text, '[', arguments);
            case CallNotation.Body.Named(String between) -> named(text, between);
            case CallNotation.Body.Numbered(String before, String between) -> numbered(text, before, between);
            case CallNotation.Body.Tagged(CallTags tags) -> TaggedCallText.read(text, tags);
            case CallNotation.Body.Braces(String quote) -> BraceCall.read(text, quote);
        };
    }

    private static Outcome json(String text, char first, String arguments) {
        int from = skipSpace(text);
        if (from == text.length()) {
            return new Outcome.Unfinished();
        }
        if (text.charAt(from) != first) {
            return new Outcome.Broken();
        }
        int end = JsonSpan.end(text, from);
        if (end < 0) {
            return new Outcome.Unfinished();
        }
        Optional<JsonNode> value = parsed(text.substring(from, end));
        List<Read> calls = new ArrayList<>();
        boolean isWhole = value.isPresent() && (first == '{' || !value.get().isEmpty());
        for (JsonNode call : value.map(json -> first == '{' ? List.of(json) : List.copyOf(json.values()))
                .orElse(List.of())) {
            JsonNode name = call.get("name");
            if (name != null && name.isString() && call.get(arguments) instanceof ObjectNode object) {
                calls.add(new Read(name.stringValue(), object));
            } else {
                isWhole = false;
            }
        }
        return isWhole ? new Outcome.Whole(calls, end) : new Outcome.Broken();
    }

    private static Outcome numbered(String text, String before, String between) {
        int skipped = skipSpace(text);
        String rest = text.substring(skipped);
        if (rest.length() < before.length() && before.startsWith(rest)) {
            return new Outcome.Unfinished();
        }
        int from = skipped + (rest.startsWith(before) ? before.length() : 0);
        return switch (named(text.substring(from), between)) {
            case Outcome.Whole(List<Read> calls, int end) -> {
                Matcher id = NUMBERED.matcher(calls.getFirst().name());
                yield id.matches()
                        ? new Outcome.Whole(
                                List.of(new Read(
                                        id.group(),
                                        id.group(1),
                                        calls.getFirst().arguments())),
                                from + end)
                        : new Outcome.Broken();
            }
            case Outcome other -> other;
        };
    }

    private static Outcome named(String text, String between) {
        int nameEnd = text.indexOf(between);
        if (nameEnd < 0) {
            return text.length() > NAME_MAX ? new Outcome.Broken() : new Outcome.Unfinished();
        }
        int from = nameEnd + between.length();
        from += skipSpace(text.substring(from));
        if (from == text.length()) {
            return new Outcome.Unfinished();
        }
        int end = text.charAt(from) == '{' ? JsonSpan.end(text, from) : from;
        if (end < 0) {
            return new Outcome.Unfinished();
        }
        // Between the name and its arguments some models write the id of the call.
        String name =
                text.substring(0, nameEnd).replaceFirst("(?s)\\[CALL_ID].*", "").strip();
        return parsed(text.substring(from, end))
                .filter(ObjectNode.class::isInstance)
                .<Outcome>map(object -> new Outcome.Whole(List.of(new Read(name, (ObjectNode) object)), end))
                .orElseGet(Outcome.Broken::new);
    }

    static int skipSpace(String text) {
        return text.length() - text.stripLeading().length();
    }

    private static Optional<JsonNode> parsed(String json) {
        try {
            return Optional.of(Json.MAPPER.readTree(json));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
