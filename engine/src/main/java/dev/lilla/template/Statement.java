package dev.lilla.template;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A statement of the template language.
sealed interface Statement {
    record Literal(String text) implements Statement {}

    record Output(Expression value) implements Statement {}

    record If(List<Branch> branches, List<Statement> otherwise) implements Statement {}

    record For(
            Target target,
            Expression iterable,
            @Nullable Expression filter,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {}

    /// A loop that its body may call as `loop(children)`.
    record RecursiveFor(For loop) implements Statement {}

    record Assign(Target target, Expression value) implements Statement {}

    /// `{% set name | filter %}body{% endset %}`
    record Capture(Target target, List<Expression.NamedCall> filters, List<Statement> body) implements Statement {}

    record DefineMacro(Macro macro) implements Statement {}

    /// `{% call(parameters) callee(…) %}body{% endcall %}`: the body reaches the callee as `caller`.
    record CallBlock(Expression.Call call, Macro caller) implements Statement {}

    record FilterBlock(List<Expression.NamedCall> filters, List<Statement> body) implements Statement {}

    record With(List<Assign> assignments, List<Statement> body) implements Statement {}

    /// Statements with their own variables: `generation` and `block`.
    record Scoped(List<Statement> body) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}

    record Branch(Expression test, List<Statement> body) {}

    /// A macro as written. `specials` holds which of `caller`, `varargs` and `kwargs` its body mentions.
    record Macro(String name, List<Parameter> parameters, List<Statement> body, Set<String> specials) {}

    record Parameter(String name, @Nullable Expression fallback) {}

    /// What an assignment or a loop binds.
    sealed interface Target {
        record Variable(String name) implements Target {}

        record NamespaceAttribute(String namespace, String attribute, int line) implements Target {}

        record Unpacked(List<Target> targets, int line) implements Target {}
    }
}
