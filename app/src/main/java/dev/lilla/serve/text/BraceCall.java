package dev.lilla.serve.text;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Reads `call:NAME{key:value,…}`: keys are bare, strings stand between quotes that no text has, and the rest is as
/// in JSON. Used for one call.
final class BraceCall {
    private static final Pattern HEAD = Pattern.compile("\\s*call:([A-Za-z0-9_.:/-]{1,128})(?=\\{)");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}(\\.\\d{1,18})?([eE][+-]?\\d{1,3})?");
    private static final Pattern HEAD_BEGUN = Pattern.compile("\\s*(c(a(l(l(:[A-Za-z0-9_.:/-]{0,128})?)?)?)?)?");
    private static final int DEPTH_MAX = 32;

    private final String text;
    private final String quote;
    private int at;
    private int depth;

    private BraceCall(String text, String quote, int at) {
        this.text = text;
        this.quote = quote;
        this.at = at;
    }

    /// The text ends too early.
    private static final class Unfinished extends Exception {
        private static final long serialVersionUID = 1;
    }

    /// The text is no call.
    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1;
    }

    static CallText.Outcome read(String text, String quote) {
        Matcher head = HEAD.matcher(text);
        if (!head.lookingAt()) {
            return HEAD_BEGUN.matcher(text).matches()
                    ? new CallText.Outcome.Unfinished()
                    : new CallText.Outcome.Broken();
        }
        BraceCall call = new BraceCall(text, quote, head.end());
        try {
            ObjectNode arguments = call.object();
            return new CallText.Outcome.Whole(List.of(new CallText.Read(head.group(1), arguments)), call.at);
        } catch (Unfinished e) {
            return new CallText.Outcome.Unfinished();
        } catch (Broken e) {
            return new CallText.Outcome.Broken();
        }
    }

    private char next() throws Unfinished {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            throw new Unfinished();
        }
        return text.charAt(at);
    }

    private boolean skip(char c) throws Unfinished {
        boolean is = next() == c;
        at += is ? 1 : 0;
        return is;
    }

    private void require(char c) throws Unfinished, Broken {
        if (!skip(c)) {
            throw new Broken();
        }
    }

    private ObjectNode object() throws Unfinished, Broken {
        require('{');
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (boolean isFirst = true; !skip('}'); isFirst = false) {
            if (!isFirst) {
                require(',');
            }
            String key = isQuoted() ? string() : until(':');
            require(':');
            object.set(key, value());
        }
        return object;
    }

    private ArrayNode array() throws Unfinished, Broken {
        require('[');
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (boolean isFirst = true; !skip(']'); isFirst = false) {
            if (!isFirst) {
                require(',');
            }
            array.add(value());
        }
        return array;
    }

    private JsonNode value() throws Unfinished, Broken {
        if (++depth > DEPTH_MAX) {
            throw new Broken();
        }
        JsonNode value = isQuoted()
                ? JsonNodeFactory.instance.stringNode(string())
                : switch (next()) {
                    case '{' -> object();
                    case '[' -> array();
                    default -> literal();
                };
        depth--;
        return value;
    }

    private boolean isQuoted() throws Unfinished {
        char c = next();
        if (c == quote.charAt(0) && text.length() - at < quote.length()) {
            throw new Unfinished();
        }
        return text.startsWith(quote, at);
    }

    private String string() throws Unfinished {
        int from = at + quote.length();
        int end = text.indexOf(quote, from);
        if (end < 0) {
            throw new Unfinished();
        }
        at = end + quote.length();
        return text.substring(from, end);
    }

    private String until(char end) throws Unfinished {
        int from = at;
        at = text.indexOf(end, from);
        if (at < 0) {
            at = from;
            throw new Unfinished();
        }
        return text.substring(from, at).strip();
    }

    private JsonNode literal() throws Unfinished, Broken {
        int end = at;
        while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        if (end == text.length()) {
            throw new Unfinished();
        }
        String word = text.substring(at, end).strip();
        at = end;
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (word) {
            case "true" -> nodes.booleanNode(true);
            case "false" -> nodes.booleanNode(false);
            case "null", "None" -> nodes.nullNode();
            default -> {
                if (!NUMBER.matcher(word).matches()) {
                    throw new Broken();
                }
                yield word.matches("-?\\d+")
                        ? nodes.numberNode(Long.parseLong(word))
                        : nodes.numberNode(Double.parseDouble(word));
            }
        };
    }
}
