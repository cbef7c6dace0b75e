package dev.lilla.template;

import java.util.List;
import java.util.Set;

/// Text that is safe HTML, which Python's MarkupSafe keeps apart from plain text.
final class HtmlText {
    /// The filters that leave markup what it is.
    private static final Set<String> KEEPING = Set.of(
            "upper", "lower", "capitalize", "trim", "string", "indent", "truncate", "center", "format", "reverse");

    private HtmlText() {}

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }

    /// What a filter gave, marked as its input was where the filter keeps that.
    static Value filtered(String filter, Value input, Value result) {
        return KEEPING.contains(filter) ? like(input, result) : result;
    }

    /// `result`, and the texts in it, as markup where `self` is.
    static Value like(Value self, Value result) {
        if (!(self instanceof Value.Text text) || !text.markup()) {
            return result;
        }
        return switch (result) {
            case Value.Text plain -> plain.asMarkup();
            case Value.Sequence(List<Value> items) ->
                new Value.Sequence(items.stream().map(item -> like(self, item)).toList());
            case Value.Tuple(List<Value> items, List<String> names) ->
                new Value.Tuple(items.stream().map(item -> like(self, item)).toList(), names);
            case Value other -> other;
        };
    }

    /// Arguments as they enter markup: plain texts, and those in lists, escaped.
    static Value argument(Value value) {
        return switch (value) {
            case Value.Text text -> new Value.Text(text.escaped(), true);
            case Value.Sequence(List<Value> items) ->
                new Value.Sequence(items.stream().map(HtmlText::argument).toList());
            case Value.Tuple(List<Value> items, List<String> names) ->
                new Value.Tuple(items.stream().map(HtmlText::argument).toList(), names);
            case Value other -> other;
        };
    }
}
