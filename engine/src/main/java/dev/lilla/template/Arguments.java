package dev.lilla.template;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The evaluated arguments of a call.
record Arguments(List<Value> positional, Map<String, Value> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Value... positional) {
        return new Arguments(List.of(positional), Map.of());
    }

    /// Gives each argument its parameter's name; `required` of `parameters` must be there, and no others may be.
    Bound bind(String function, int required, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new TemplateException(
                    function + "() takes at most " + parameters.length + " arguments, found " + positional.size());
        }
        for (String name : named.keySet()) {
            int index = List.of(parameters).indexOf(name);
            if (index < 0) {
                throw new TemplateException(function + "() has no argument '" + name + "'");
            }
            if (index < positional.size()) {
                throw new TemplateException(function + "() got two values for '" + name + "'");
            }
        }
        for (int i = positional.size(); i < required; i++) {
            if (!named.containsKey(parameters[i])) {
                throw new TemplateException(function + "() needs the argument '" + parameters[i] + "'");
            }
        }
        return new Bound(this, List.of(parameters));
    }

    /// Refuses arguments where a function takes none.
    void none(String function) {
        bind(function, 0);
    }

    /// Refuses named arguments, for Python's functions that know none.
    Arguments unnamed(String function) {
        if (!named.isEmpty()) {
            throw new TemplateException(function + "() takes no named arguments");
        }
        return this;
    }

    Arguments withoutFirst() {
        return new Arguments(positional.subList(1, positional.size()), named);
    }

    /// Arguments by the names of their parameters.
    record Bound(Arguments arguments, List<String> parameters) {
        @Nullable
        Value find(String parameter) {
            int index = parameters.indexOf(parameter);
            return index < arguments.positional.size()
                    ? arguments.positional.get(index)
                    : arguments.named.get(parameter);
        }

        Value or(String parameter, Value fallback) {
            Value value = find(parameter);
            return value == null ? fallback : value;
        }

        Value get(String parameter) {
            return or(parameter, Value.None.NONE);
        }

        /// Whether the argument is there and not None.
        boolean has(String parameter) {
            Value value = find(parameter);
            return value != null && value != Value.None.NONE;
        }

        boolean flag(String parameter) {
            return Value.isTrue(or(parameter, Value.Bool.FALSE));
        }

        /// A text argument; anything else is refused.
        String text(String parameter, String fallback) {
            Value value = or(parameter, new Value.Text(fallback));
            if (value instanceof Value.Text(String text, boolean unusedText)) {
                return text;
            }
            throw new TemplateException(
                    "argument '" + parameter + "' is a " + Value.typeName(value) + ", expected a str");
        }

        int integer(String parameter, int fallback) {
            Value value = find(parameter);
            if (value == null) {
                return fallback;
            }
            return switch (value) {
                case Value.Int(BigInteger number) when number.bitLength() < Integer.SIZE -> number.intValue();
                case Value.Int(BigInteger number) -> number.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
                case Value.Bool(boolean flag) -> flag ? 1 : 0;
                case Value other ->
                    throw new TemplateException(
                            "argument '" + parameter + "' is a " + Value.typeName(other) + ", expected an int");
            };
        }
    }
}
