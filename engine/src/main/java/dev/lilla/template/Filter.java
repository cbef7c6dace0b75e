package dev.lilla.template;

/// What stands behind `|`.
@FunctionalInterface
interface Filter {
    Value apply(Value input, Arguments arguments, Interpreter interpreter);
}
