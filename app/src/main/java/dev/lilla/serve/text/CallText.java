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
            case CallNotation.Body.Named(String before, String between) -> named(text, before, between);
            case CallNotation.Body.Numbered(String before, String between) -> numbered(named(text, before, between));
            case CallNotation.Body.Tagged(CallTags tags) -> TaggedCallText.read(text, tags);
            case CallNotation.Body.Braces(String quote) -> BraceCall.read(text, quote);
        };
    }

    private static Outcome json(String text, char first, String arguments) {
        int from = behindSpace(text, 0);
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

    /// Takes the name of a call for the id that it is, with the name of the tool in it.
    private static Outcome numbered(Outcome named) {
        return switch (named) {
            case Outcome.Whole(List<Read> calls, int end) -> {
                Matcher id = NUMBERED.matcher(calls.getFirst().name());
                yield id.matches()
                        ? new Outcome.Whole(
                                List.of(new Read(
                                        id.group(),
                                        id.group(1),
                                        calls.getFirst().arguments())),
                                end)
                        : new Outcome.Broken();
            }
            case Outcome other -> other;
        };
    }

    private static Outcome named(String text, String before, String between) {
        int begin = behindSpace(text, 0);
        int left = text.length() - begin;
        if (left < before.length() && text.regionMatches(begin, before, 0, left)) {
            return new Outcome.Unfinished();
        }
        int nameFrom = begin + (text.startsWith(before, begin) ? before.length() : 0);
        int nameEnd = text.indexOf(between, nameFrom);
        if (nameEnd < 0) {
            return text.length() - nameFrom > NAME_MAX ? new Outcome.Broken() : new Outcome.Unfinished();
        }
        int from = behindSpace(text, nameEnd + between.length());
        if (from == text.length()) {
            return new Outcome.Unfinished();
        }
        int end = text.charAt(from) == '{' ? JsonSpan.end(text, from) : from;
        if (end < 0) {
            return new Outcome.Unfinished();
        }
        // Between the name and its arguments some models write the id of the call.
        String name = text.substring(nameFrom, nameEnd)
                .replaceFirst("(?s)\\[CALL_ID].*", "")
                .strip();
        return parsed(text.substring(from, end))
                .filter(ObjectNode.class::isInstance)
                .<Outcome>map(object -> new Outcome.Whole(List.of(new Read(name, (ObjectNode) object)), end))
                .orElseGet(Outcome.Broken::new);
    }

    /// Where what follows white space begins.
    ///
    /// @param from where white space may begin
    static int behindSpace(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static Optional<JsonNode> parsed(String json) {
        try {
            return Optional.of(Json.MAPPER.readTree(json));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
