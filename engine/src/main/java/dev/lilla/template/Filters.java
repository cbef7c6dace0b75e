package dev.lilla.template;

import java.util.HashMap;
import java.util.Map;

/// All filters by name.
final class Filters {
    private static final Map<String, Filter> ALL = all();

    private Filters() {}

    private static Map<String, Filter> all() {
        Map<String, Filter> all = new HashMap<>();
        all.putAll(TextFilters.ALL);
        all.putAll(NumberFilters.ALL);
        all.putAll(SequenceFilters.ALL);
        all.putAll(SelectionFilters.ALL);
        return Map.copyOf(all);
    }

    static boolean exists(String name) {
        return ALL.containsKey(name);
    }

    static Value apply(String name, Value input, Arguments arguments, Interpreter interpreter) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw new TemplateException("no filter named '" + name + "'");
        }
        interpreter.limits().step();
        return HtmlText.filtered(name, input, filter.apply(input, arguments, interpreter));
    }
}
