package dev.lilla.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/// The methods of Python's `str`. Positions count code points.
final class TextMethods {
    @FunctionalInterface
    private interface Method {
        Value call(String self, Arguments arguments, Interpreter interpreter);
    }

    /// The methods whose arguments have names.
    private static final Set<String> KEYWORDS = Set.of("split", "rsplit", "splitlines", "expandtabs", "format");

    private static final Map<String, Method> METHODS = Map.ofEntries(
            unary("capitalize", Characters::capitalize),
            unary("casefold", text -> text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT)),
            unary("lower", text -> text.toLowerCase(Locale.ROOT)),
            unary("upper", text -> text.toUpperCase(Locale.ROOT)),
            unary("title", Characters::title),
            unary("swapcase", TextMethods::swapCase),
            every("isalpha", Character::isLetter),
            every("isdigit", TextMethods::isDigit),
            every("isdecimal", Character::isDigit),
            every("isnumeric", TextMethods::isNumeric),
            every("isalnum", c -> Character.isLetter(c) || isNumeric(c)),
            every("isspace", Characters::isSpace),
            predicate("isascii", text -> text.chars().allMatch(c -> c < 128)),
            predicate("isprintable", text -> text.codePoints().allMatch(Characters::isPrintable)),
            predicate("isupper", text -> isCased(text, Character::isUpperCase, Character::isLowerCase)),
            predicate("islower", text -> isCased(text, Character::isLowerCase, Character::isUpperCase)),
            predicate(
                    "istitle",
                    text -> !text.equals(text.toLowerCase(Locale.ROOT)) && text.equals(Characters.title(text))),
            predicate("isidentifier", TextMethods::isIdentifier),
            Map.entry("strip", (self, arguments, interpreter) -> strip("strip", self, arguments)),
            Map.entry("lstrip", (self, arguments, interpreter) -> strip("lstrip", self, arguments)),
            Map.entry("rstrip", (self, arguments, interpreter) -> strip("rstrip", self, arguments)),
            Map.entry("split", (self, arguments, interpreter) -> {
                Arguments.Bound bound = arguments.bind("split", 0, "sep", "maxsplit");
                return parts(TextSplitting.split(self, separator(bound), bound.integer("maxsplit", -1)), interpreter);
            }),
            Map.entry("rsplit", (self, arguments, interpreter) -> {
                Arguments.Bound bound = arguments.bind("rsplit", 0, "sep", "maxsplit");
                return parts(
                        TextSplitting.splitFromEnd(self, separator(bound), bound.integer("maxsplit", -1)), interpreter);
            }),
            Map.entry("splitlines", (self, arguments, interpreter) -> {
                boolean keepEnds = arguments.bind("splitlines", 0, "keepends").flag("keepends");
                return parts(TextSplitting.lines(self, keepEnds), interpreter);
            }),
            Map.entry("partition", (self, arguments, interpreter) -> {
                String separator = arguments.bind("partition", 1, "sep").text("sep", "");
                return partition(self, separator, self.indexOf(requireSeparator(separator)), true);
            }),
            Map.entry("rpartition", (self, arguments, interpreter) -> {
                String separator = arguments.bind("rpartition", 1, "sep").text("sep", "");
                return partition(self, separator, self.lastIndexOf(requireSeparator(separator)), false);
            }),
            Map.entry("join", (self, arguments, interpreter) -> join(self, arguments, interpreter)),
            Map.entry("replace", (self, arguments, interpreter) -> {
                Arguments.Bound bound = arguments.bind("replace", 2, "old", "new", "count");
                return new Value.Text(TextSplitting.replace(
                        self,
                        bound.text("old", ""),
                        bound.text("new", ""),
                        bound.integer("count", -1),
                        interpreter.limits()));
            }),
            Map.entry("removeprefix", (self, arguments, interpreter) -> {
                String prefix = arguments.bind("removeprefix", 1, "prefix").text("prefix", "");
                return new Value.Text(self.startsWith(prefix) ? self.substring(prefix.length()) : self);
            }),
            Map.entry("removesuffix", (self, arguments, interpreter) -> {
                String suffix = arguments.bind("removesuffix", 1, "suffix").text("suffix", "");
                boolean ends = !suffix.isEmpty() && self.endsWith(suffix);
                return new Value.Text(ends ? self.substring(0, self.length() - suffix.length()) : self);
            }),
            Map.entry("startswith", (self, arguments, interpreter) -> startsOrEnds("startswith", self, arguments)),
            Map.entry("endswith", (self, arguments, interpreter) -> startsOrEnds("endswith", self, arguments)),
            Map.entry("find", (self, arguments, interpreter) -> Value.Int.of(position("find", self, arguments))),
            Map.entry("rfind", (self, arguments, interpreter) -> Value.Int.of(position("rfind", self, arguments))),
            Map.entry("index", (self, arguments, interpreter) -> found(position("index", self, arguments))),
            Map.entry("rindex", (self, arguments, interpreter) -> found(position("rindex", self, arguments))),
            Map.entry("count", (self, arguments, interpreter) -> Value.Int.of(count(self, arguments))),
            Map.entry("center", (self, arguments, interpreter) -> padded("center", self, arguments, interpreter)),
            Map.entry("ljust", (self, arguments, interpreter) -> padded("ljust", self, arguments, interpreter)),
            Map.entry("rjust", (self, arguments, interpreter) -> padded("rjust", self, arguments, interpreter)),
            Map.entry("zfill", (self, arguments, interpreter) -> {
                int width = arguments.bind("zfill", 1, "width").integer("width", 0);
                boolean signed = self.startsWith("-") || self.startsWith("+");
                String digits = signed ? self.substring(1) : self;
                int zeros = Math.max(0, width - Characters.length(self));
                interpreter.limits().allocate(zeros);
                return new Value.Text((signed ? self.substring(0, 1) : "") + "0".repeat(zeros) + digits);
            }),
            Map.entry("expandtabs", (self, arguments, interpreter) -> {
                int size = arguments.bind("expandtabs", 0, "tabsize").integer("tabsize", 8);
                return new Value.Text(TextSplitting.expandTabs(self, size, interpreter.limits()));
            }),
            Map.entry(
                    "format",
                    (self, arguments, interpreter) ->
                            new Value.Text(new BraceFormat(interpreter, arguments).format(self))),
            Map.entry("format_map", (self, arguments, interpreter) -> {
                Value mapping = arguments.bind("format_map", 1, "mapping").get("mapping");
                Arguments named = new Arguments(List.of(), ContextValues.named(mapping));
                return new Value.Text(new BraceFormat(interpreter, named).format(self));
            }));

    private TextMethods() {}

    /// The method `name` bound to `self`, if `str` has it.
    static Optional<Value> find(Value.Text self, String name) {
        Method method = METHODS.get(name);
        return method == null
                ? Optional.empty()
                : Optional.of(
                        new Value.Function(name, (arguments, interpreter) -> call(self, name, arguments, interpreter)));
    }

    private static Value call(Value.Text self, String name, Arguments arguments, Interpreter interpreter) {
        // Most methods read all of the text and make at most as much anew.
        interpreter.limits().allocate(self.value().length());
        Arguments given = KEYWORDS.contains(name) ? arguments : arguments.unnamed(name);
        if (self.markup()) {
            Map<String, Value> named = new LinkedHashMap<>(given.named());
            named.replaceAll((parameter, value) -> HtmlText.argument(value));
            given = new Arguments(
                    given.positional().stream().map(HtmlText::argument).toList(), named);
        }
        Method method = Objects.requireNonNull(METHODS.get(name));
        return HtmlText.like(self, method.call(self.value(), given, interpreter));
    }

    private static Map.Entry<String, Method> unary(String name, java.util.function.UnaryOperator<String> change) {
        return Map.entry(name, (self, arguments, interpreter) -> {
            arguments.none(name);
            return new Value.Text(change.apply(self));
        });
    }

    private static Map.Entry<String, Method> predicate(String name, java.util.function.Predicate<String> test) {
        return Map.entry(name, (self, arguments, interpreter) -> {
            arguments.none(name);
            return Value.Bool.of(test.test(self));
        });
    }

    private static Map.Entry<String, Method> every(String name, IntPredicate test) {
        return predicate(name, text -> !text.isEmpty() && text.codePoints().allMatch(test));
    }

    /// Decimal digits, and superscripts, subscripts and circled digits.
    private static boolean isDigit(int c) {
        return Character.isDigit(c)
                || c == 0xb2
                || c == 0xb3
                || c == 0xb9
                || (c >= 0x2070 && c <= 0x2089 && Character.getType(c) == Character.OTHER_NUMBER)
                || (c >= 0x2460 && c <= 0x2468);
    }

    private static boolean isNumeric(int c) {
        return Character.isDigit(c)
                || Character.getType(c) == Character.LETTER_NUMBER
                || Character.getType(c) == Character.OTHER_NUMBER;
    }

    private static boolean isCased(String text, IntPredicate wanted, IntPredicate refused) {
        return text.codePoints().anyMatch(wanted) && text.codePoints().noneMatch(refused);
    }

    private static boolean isIdentifier(String text) {
        return !text.isEmpty()
                && (text.charAt(0) == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(0)))
                && text.codePoints().allMatch(Character::isUnicodeIdentifierPart);
    }

    private static String swapCase(String text) {
        return text.codePoints()
                .mapToObj(c -> Character.isUpperCase(c)
                        ? Character.toString(c).toLowerCase(Locale.ROOT)
                        : Character.toString(c).toUpperCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    private static Value strip(String method, String self, Arguments arguments) {
        Arguments.Bound bound = arguments.bind(method, 0, "chars");
        IntPredicate stripped = bound.has("chars") ? among(bound.text("chars", "")) : Characters::isSpace;
        int start = 0;
        int end = self.length();
        while (!method.equals("rstrip") && start < end && stripped.test(self.codePointAt(start))) {
            start += Character.charCount(self.codePointAt(start));
        }
        while (!method.equals("lstrip") && end > start && stripped.test(self.codePointBefore(end))) {
            end -= Character.charCount(self.codePointBefore(end));
        }
        return new Value.Text(self.substring(start, end));
    }

    /// Also what the filter `trim` does with its argument.
    static IntPredicate among(String characters) {
        return c -> characters.indexOf(c) >= 0;
    }

    private static Optional<String> separator(Arguments.Bound bound) {
        return bound.has("sep") ? Optional.of(requireSeparator(bound.text("sep", ""))) : Optional.empty();
    }

    private static String requireSeparator(String separator) {
        if (separator.isEmpty()) {
            throw new TemplateException("empty separator");
        }
        return separator;
    }

    private static Value parts(List<String> parts, Interpreter interpreter) {
        interpreter.limits().allocateItems(parts.size());
        return new Value.Sequence(
                parts.stream().map(part -> (Value) new Value.Text(part)).toList());
    }

    private static Value partition(String self, String separator, int at, boolean fromStart) {
        Value whole = new Value.Text(self);
        if (at < 0) {
            return fromStart
                    ? Value.Tuple.of(whole, Value.Text.EMPTY, Value.Text.EMPTY)
                    : Value.Tuple.of(Value.Text.EMPTY, Value.Text.EMPTY, whole);
        }
        return Value.Tuple.of(
                new Value.Text(self.substring(0, at)),
                new Value.Text(separator),
                new Value.Text(self.substring(at + separator.length())));
    }

    private static Value join(String self, Arguments arguments, Interpreter interpreter) {
        Value iterable = arguments.bind("join", 1, "iterable").get("iterable");
        StringBuilder joined = new StringBuilder();
        int index = 0;
        for (Value item : Iteration.elements(iterable, interpreter.limits())) {
            if (!(item instanceof Value.Text(String part, boolean unusedPart))) {
                throw new TemplateException("join() needs strs, found " + Value.typeName(item) + " at index " + index);
            }
            interpreter.limits().allocate((long) part.length() + self.length());
            joined.append(index++ == 0 ? "" : self).append(part);
        }
        return new Value.Text(joined.toString());
    }

    /// The part of `self` that the arguments `start` and `end` name, in code points.
    private record Window(String text, int start) {
        static Window of(String self, Arguments.Bound bound) {
            if (!bound.has("start") && !bound.has("end")) {
                return new Window(self, 0);
            }
            int length = Characters.length(self);
            int start = bound.has("start") ? clamp(bound.integer("start", 0), length) : 0;
            int end = bound.has("end") ? clamp(bound.integer("end", length), length) : length;
            return new Window(Characters.slice(self, Math.min(start, length), Math.max(start, end)), start);
        }

        private static int clamp(int index, int length) {
            return Math.clamp(index < 0 ? (long) index + length : index, 0, length);
        }
    }

    private static Value startsOrEnds(String method, String self, Arguments arguments) {
        Arguments.Bound bound = arguments.bind(method, 1, "affix", "start", "end");
        String text = Window.of(self, bound).text();
        List<Value> affixes =
                bound.get("affix") instanceof Value.Tuple tuple ? tuple.items() : List.of(bound.get("affix"));
        boolean found = false;
        for (Value affix : affixes) {
            if (!(affix instanceof Value.Text(String part, boolean unusedPart))) {
                throw new TemplateException(
                        method + "() needs a str or a tuple of strs, found " + Value.typeName(affix));
            }
            found |= method.equals("startswith") ? text.startsWith(part) : text.endsWith(part);
        }
        return Value.Bool.of(found);
    }

    private static int position(String method, String self, Arguments arguments) {
        Arguments.Bound bound = arguments.bind(method, 1, "sub", "start", "end");
        Window window = Window.of(self, bound);
        String wanted = bound.text("sub", "");
        if (bound.has("start") && bound.integer("start", 0) > Characters.length(self)) {
            return -1;
        }
        int at = method.startsWith("r")
                ? window.text().lastIndexOf(wanted)
                : window.text().indexOf(wanted);
        return at < 0 ? -1 : window.start() + window.text().codePointCount(0, at);
    }

    private static Value found(int position) {
        if (position < 0) {
            throw new TemplateException("substring not found");
        }
        return Value.Int.of(position);
    }

    private static int count(String self, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("count", 1, "sub", "start", "end");
        String text = Window.of(self, bound).text();
        String wanted = bound.text("sub", "");
        if (wanted.isEmpty()) {
            return Characters.length(text) + 1;
        }
        int count = 0;
        for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length())) {
            count++;
        }
        return count;
    }

    private static Value padded(String method, String self, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind(method, 1, "width", "fillchar");
        String fill = bound.text("fillchar", " ");
        if (Characters.length(fill) != 1) {
            throw new TemplateException(method + "() needs a fill of one character");
        }
        int width = bound.integer("width", 0);
        int missing = Math.max(0, width - Characters.length(self));
        interpreter.limits().allocate(missing);
        int left = switch (method) {
            case "ljust" -> 0;
            case "rjust" -> missing;
            default -> missing / 2 + (missing & width & 1);
        };
        return new Value.Text(fill.repeat(left) + self + fill.repeat(missing - left));
    }
}
