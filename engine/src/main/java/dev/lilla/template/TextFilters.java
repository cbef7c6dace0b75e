package dev.lilla.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// Filters on text. Other values are printed first, as Python's `str` does.
final class TextFilters {
    private static final Pattern TITLE_WORD_BREAK = Pattern.compile("([-\\s({\\[<]+)", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

    static final Map<String, Filter> ALL = Map.ofEntries(
            text("upper", text -> text.toUpperCase(Locale.ROOT)),
            text("lower", text -> text.toLowerCase(Locale.ROOT)),
            text("capitalize", Characters::capitalize),
            text("title", TextFilters::title),
            text("string", text -> text),
            Map.entry("safe", (input, arguments, interpreter) -> {
                arguments.none("safe");
                return new Value.Text(read(input, interpreter), true);
            }),
            Map.entry("escape", TextFilters::escape),
            Map.entry("e", TextFilters::escape),
            Map.entry(
                    "forceescape",
                    (input, arguments, interpreter) ->
                            escape(new Value.Text(read(input, interpreter)), arguments, interpreter)),
            text("striptags", TextFilters::withoutTags),
            Map.entry("wordcount", (input, arguments, interpreter) -> {
                arguments.none("wordcount");
                return Value.Int.of(
                        WORD.matcher(read(input, interpreter)).results().count());
            }),
            Map.entry("trim", (input, arguments, interpreter) -> {
                Arguments bound = arguments.bind("trim", 0, "chars").arguments();
                Value stripped = TextMethods.find(new Value.Text(read(input, interpreter)), "strip")
                        .orElseThrow();
                return interpreter.call(stripped, bound);
            }),
            Map.entry("replace", (input, arguments, interpreter) -> {
                Arguments.Bound bound = arguments.bind("replace", 2, "old", "new", "count");
                String old = interpreter.text().str(bound.get("old"));
                String replacement = interpreter.text().str(bound.get("new"));
                int count = bound.has("count") ? bound.integer("count", -1) : -1;
                String text = read(input, interpreter);
                return new Value.Text(TextSplitting.replace(text, old, replacement, count, interpreter.limits()));
            }),
            Map.entry("indent", TextFilters::indent),
            Map.entry("truncate", TextFilters::truncate),
            Map.entry("center", (input, arguments, interpreter) -> {
                int width = arguments.bind("center", 0, "width").integer("width", 80);
                Value centered = TextMethods.find(new Value.Text(read(input, interpreter)), "center")
                        .orElseThrow();
                return interpreter.call(centered, Arguments.of(Value.Int.of(width)));
            }),
            Map.entry("format", (input, arguments, interpreter) -> {
                boolean both =
                        !arguments.positional().isEmpty() && !arguments.named().isEmpty();
                if (both) {
                    throw new TemplateException("format takes positional or named arguments, not both");
                }
                Value values = arguments.named().isEmpty()
                        ? new Value.Tuple(arguments.positional(), List.of())
                        : new Value.Mapping(Dict.of(arguments.named()));
                Value format = new Value.Text(read(input, interpreter));
                return interpreter.arithmetic().apply(Expression.Operator.MODULO, format, values);
            }),
            Map.entry("urlencode", TextFilters::urlEncode),
            Map.entry("tojson", TextFilters::toJson),
            Map.entry("pprint", (input, arguments, interpreter) -> {
                arguments.none("pprint");
                return new Value.Text(interpreter.text().repr(input));
            }));

    private TextFilters() {}

    private static Map.Entry<String, Filter> text(String name, UnaryOperator<String> change) {
        return Map.entry(name, (input, arguments, interpreter) -> {
            arguments.none(name);
            return new Value.Text(change.apply(read(input, interpreter)));
        });
    }

    private static String read(Value input, Interpreter interpreter) {
        String text = interpreter.text().str(input);
        interpreter.limits().allocate(text.length());
        return text;
    }

    private static Value escape(Value input, Arguments arguments, Interpreter interpreter) {
        arguments.none("escape");
        Value.Text text = input instanceof Value.Text given ? given : new Value.Text(read(input, interpreter));
        interpreter.limits().allocate(text.value().length() * 5L);
        return new Value.Text(text.escaped(), true);
    }

    private static String title(String text) {
        StringBuilder titled = new StringBuilder(text.length());
        var matcher = TITLE_WORD_BREAK.matcher(text);
        int from = 0;
        while (matcher.find()) {
            appendTitled(text.substring(from, matcher.start()), titled);
            titled.append(matcher.group());
            from = matcher.end();
        }
        appendTitled(text.substring(from), titled);
        return titled.toString();
    }

    private static void appendTitled(String word, StringBuilder titled) {
        if (!word.isEmpty()) {
            int first = Character.charCount(word.codePointAt(0));
            titled.append(word.substring(0, first).toUpperCase(Locale.ROOT))
                    .append(word.substring(first).toLowerCase(Locale.ROOT));
        }
    }

    /// Drops comments and tags, and makes every run of white space one space.
    private static String withoutTags(String text) {
        String plain = dropped(dropped(text, "<!--", "-->"), "<", ">");
        return String.join(" ", TextSplitting.split(plain, Optional.empty(), -1));
    }

    private static String dropped(String text, String open, String close) {
        StringBuilder kept = new StringBuilder(text.length());
        int from = 0;
        for (int at = text.indexOf(open); at >= 0; at = text.indexOf(open, from)) {
            int end = text.indexOf(close, at);
            if (end < 0) {
                break;
            }
            kept.append(text, from, at);
            from = end + close.length();
        }
        return kept.append(text, from, text.length()).toString();
    }

    private static Value indent(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("indent", 0, "width", "first", "blank");
        if (!(input instanceof Value.Text)) {
            throw new TemplateException("indent needs a str, found " + Value.typeName(input));
        }
        Limits limits = interpreter.limits();
        Value width = bound.or("width", Value.Int.of(4));
        int spaces = width instanceof Value.Text ? 0 : Math.max(0, bound.integer("width", 4));
        limits.allocate(spaces);
        String indentation =
                width instanceof Value.Text(String given, boolean unusedGiven) ? given : " ".repeat(spaces);
        List<String> lines = TextSplitting.lines(read(input, interpreter) + "\n", false);
        StringBuilder indented = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean indents = i == 0 ? bound.flag("first") : bound.flag("blank") || !line.isEmpty();
            limits.allocate(line.length() + (indents ? (long) indentation.length() : 0));
            indented.append(i == 0 ? "" : "\n")
                    .append(indents ? indentation : "")
                    .append(line);
        }
        return new Value.Text(indented.toString());
    }

    private static Value truncate(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
        String text = input instanceof Value.Text(String given, boolean unusedGiven) ? given : "";
        String end = bound.text("end", "...");
        int length = bound.integer("length", 255);
        int leeway = bound.has("leeway") ? bound.integer("leeway", 5) : 5;
        int room = length - Characters.length(end);
        if (room < 0 || leeway < 0) {
            throw new TemplateException(
                    "truncate needs a length of at least that of '" + end + "' and a leeway from 0");
        }
        interpreter.limits().allocate(text.length());
        if (Iteration.length(input) <= (long) length + leeway) {
            return input;
        }
        if (!(input instanceof Value.Text)) {
            throw new TemplateException("truncate needs a str, found " + Value.typeName(input));
        }
        String cut = Characters.slice(text, 0, room);
        int space = bound.flag("killwords") ? -1 : cut.lastIndexOf(' ');
        return new Value.Text((space < 0 ? cut : cut.substring(0, space)) + end);
    }

    private static Value urlEncode(Value input, Arguments arguments, Interpreter interpreter) {
        arguments.none("urlencode");
        boolean single = input instanceof Value.Text
                || !(input instanceof Value.Mapping || input instanceof Value.Sequence || input instanceof Value.Tuple);
        if (single) {
            return new Value.Text(quoted(read(input, interpreter), "/"));
        }
        List<Value> pairs = input instanceof Value.Mapping(Dict entries)
                ? entries.items()
                : Iteration.elements(input, interpreter.limits());
        List<String> parts = new ArrayList<>();
        for (Value pair : pairs) {
            List<Value> parameter = Iteration.elements(pair, interpreter.limits());
            if (parameter.size() != 2) {
                throw new TemplateException("urlencode needs pairs, found " + parameter.size() + " values");
            }
            String name = quoted(read(parameter.getFirst(), interpreter), "").replace("%20", "+");
            parts.add(name + "="
                    + quoted(read(parameter.getLast(), interpreter), "").replace("%20", "+"));
        }
        return new Value.Text(String.join("&", parts));
    }

    private static String quoted(String text, String kept) {
        StringBuilder quoted = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (plain || "_.-~".indexOf(c) >= 0 || kept.indexOf(c) >= 0) {
                quoted.append(c);
            } else {
                quoted.append('%')
                        .append(c < 16 ? "0" : "")
                        .append(Integer.toHexString(c).toUpperCase(Locale.ROOT));
            }
        }
        return quoted.toString();
    }

    private static Value toJson(Value input, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        Optional<String> indent = Optional.empty();
        if (bound.get("indent") instanceof Value.Text(String given, boolean unusedGiven)) {
            indent = Optional.of(given);
        } else if (bound.has("indent")) {
            int spaces = Math.max(0, bound.integer("indent", 0));
            interpreter.limits().allocate(spaces);
            indent = Optional.of(" ".repeat(spaces));
        }
        String itemSeparator = indent.isPresent() ? "," : ", ";
        String keySeparator = ": ";
        if (bound.has("separators")) {
            List<Value> separators = Iteration.elements(bound.get("separators"), interpreter.limits());
            if (separators.size() != 2
                    || !(separators.getFirst() instanceof Value.Text(String item, boolean unusedItem))
                    || !(separators.getLast() instanceof Value.Text(String key, boolean unusedKey))) {
                throw new TemplateException("tojson needs two strs as separators");
            }
            itemSeparator = item;
            keySeparator = key;
        }
        JsonText.Layout layout = new JsonText.Layout(
                bound.flag("ensure_ascii"), indent, itemSeparator, keySeparator, bound.flag("sort_keys"));
        return new Value.Text(JsonText.of(input, layout, interpreter.limits()));
    }
}
