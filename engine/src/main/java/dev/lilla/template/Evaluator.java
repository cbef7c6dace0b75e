package dev.lilla.template;

import dev.lilla.template.Expression.CallArguments;
import dev.lilla.template.Expression.Comparison;
import dev.lilla.template.Expression.NamedArgument;
import dev.lilla.template.Expression.NamedCall;
import dev.lilla.template.Expression.Pair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Computes the value of expressions.
final class Evaluator {
    private final Interpreter interpreter;
    private final Limits limits;
    private int line;

    Evaluator(Interpreter interpreter) {
        this.interpreter = interpreter;
        this.limits = interpreter.limits();
    }

    /// The template line of the expression evaluated last.
    int line() {
        return line;
    }

    void line(int reached) {
        line = reached;
    }

    Value evaluate(Expression expression, Scope scope) {
        limits.step();
        limits.enter();
        line = expression.line();
        Value value = switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name ->
                scope.find(name.name()).orElseGet(() -> new Value.Undefined("'" + name.name() + "' is undefined"));
            case Expression.ListLiteral list -> new Value.Sequence(evaluateAll(list.items(), scope));
            case Expression.TupleLiteral tuple -> new Value.Tuple(evaluateAll(tuple.items(), scope), List.of());
            case Expression.DictLiteral dict -> dict(dict.pairs(), scope);
            case Expression.Conditional conditional -> conditional(conditional, scope);
            case Expression.Or or -> {
                Value left = evaluate(or.left(), scope);
                yield Value.isTrue(left) ? left : evaluate(or.right(), scope);
            }
            case Expression.And and -> {
                Value left = evaluate(and.left(), scope);
                yield Value.isTrue(left) ? evaluate(and.right(), scope) : left;
            }
            case Expression.Not not -> Value.Bool.of(!Value.isTrue(evaluate(not.operand(), scope)));
            case Expression.Compare compare -> compare(compare, scope);
            case Expression.Arithmetic arithmetic -> arithmetic(arithmetic, scope);
            case Expression.Negate negate -> interpreter.arithmetic().negate(evaluate(negate.operand(), scope));
            case Expression.Plus plus -> interpreter.arithmetic().plus(evaluate(plus.operand(), scope));
            case Expression.Concatenate concatenate -> concatenate(concatenate.parts(), scope);
            case Expression.Attribute attribute ->
                interpreter.attributes().attribute(evaluate(attribute.target(), scope), attribute.name());
            case Expression.Item item -> {
                Value target = evaluate(item.target(), scope);
                yield interpreter.attributes().item(target, evaluate(item.key(), scope));
            }
            case Expression.Slice slice -> slice(slice, scope);
            case Expression.Call call -> call(call, scope, Map.of());
            case Expression.Filtered filtered -> filter(evaluate(filtered.input(), scope), filtered.filter(), scope);
            case Expression.Tested tested -> tested(tested, scope);
        };
        limits.leave();
        return value;
    }

    private List<Value> evaluateAll(List<Expression> expressions, Scope scope) {
        limits.allocateItems(expressions.size());
        List<Value> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Value dict(List<Pair> pairs, Scope scope) {
        limits.allocate((long) Limits.CHARACTERS_PER_ENTRY * pairs.size());
        List<Dict.Entry> entries = new ArrayList<>(pairs.size());
        for (Pair pair : pairs) {
            Value key = evaluate(pair.key(), scope);
            entries.add(new Dict.Entry(key, evaluate(pair.value(), scope)));
        }
        return new Value.Mapping(Dict.of(entries));
    }

    private Value conditional(Expression.Conditional conditional, Scope scope) {
        if (Value.isTrue(evaluate(conditional.test(), scope))) {
            return evaluate(conditional.then(), scope);
        }
        Expression otherwise = conditional.otherwise();
        return otherwise == null
                ? new Value.Undefined("the inline if-expression evaluated to false and has no else")
                : evaluate(otherwise, scope);
    }

    private Value compare(Expression.Compare compare, Scope scope) {
        Value left = evaluate(compare.first(), scope);
        for (Comparison comparison : compare.rest()) {
            Value right = evaluate(comparison.operand(), scope);
            if (!interpreter.comparison().holds(comparison.relation(), left, right)) {
                return Value.Bool.FALSE;
            }
            left = right;
        }
        return Value.Bool.TRUE;
    }

    private Value arithmetic(Expression.Arithmetic arithmetic, Scope scope) {
        Value left = evaluate(arithmetic.left(), scope);
        Value right = evaluate(arithmetic.right(), scope);
        return interpreter.arithmetic().apply(arithmetic.operator(), left, right);
    }

    private Value concatenate(List<Expression> parts, Scope scope) {
        StringBuilder joined = new StringBuilder();
        for (Expression part : parts) {
            String text = interpreter.text().str(evaluate(part, scope));
            limits.allocate(text.length());
            joined.append(text);
        }
        return new Value.Text(joined.toString());
    }

    private Value slice(Expression.Slice slice, Scope scope) {
        Value target = evaluate(slice.target(), scope);
        return interpreter
                .attributes()
                .slice(target, bound(slice.start(), scope), bound(slice.stop(), scope), bound(slice.step(), scope));
    }

    private Value bound(@Nullable Expression bound, Scope scope) {
        return bound == null ? Value.None.NONE : evaluate(bound, scope);
    }

    /// Calls what `call` names, with `extra` arguments by name besides its own.
    Value call(Expression.Call call, Scope scope, Map<String, Value> extra) {
        Value callee = evaluate(call.callee(), scope);
        Arguments arguments = arguments(call.arguments(), scope);
        if (!extra.isEmpty()) {
            Map<String, Value> named = new LinkedHashMap<>(arguments.named());
            named.putAll(extra);
            arguments = new Arguments(arguments.positional(), named);
        }
        line = call.line();
        return interpreter.call(callee, arguments);
    }

    Value filter(Value input, NamedCall filter, Scope scope) {
        Arguments arguments = arguments(filter.arguments(), scope);
        line = filter.line();
        return Filters.apply(filter.name(), input, arguments, interpreter);
    }

    private Value tested(Expression.Tested tested, Scope scope) {
        Value input = evaluate(tested.input(), scope);
        Arguments arguments = arguments(tested.test().arguments(), scope);
        line = tested.line();
        return Value.Bool.of(Tests.holds(tested.test().name(), input, arguments, interpreter));
    }

    private Arguments arguments(CallArguments written, Scope scope) {
        if (written.isEmpty()) {
            return Arguments.NONE;
        }
        List<Value> positional = evaluateAll(written.positional(), scope);
        Map<String, Value> named = new LinkedHashMap<>();
        for (NamedArgument argument : written.named()) {
            if (named.put(argument.name(), evaluate(argument.value(), scope)) != null) {
                throw new TemplateException("argument '" + argument.name() + "' is given twice");
            }
        }
        Expression unpackedList = written.unpackedList();
        if (unpackedList != null) {
            List<Value> unpacked = Iteration.elements(evaluate(unpackedList, scope), limits);
            limits.allocateItems(unpacked.size());
            positional.addAll(unpacked);
        }
        Expression unpackedDict = written.unpackedDict();
        if (unpackedDict != null) {
            ContextValues.named(evaluate(unpackedDict, scope)).forEach((name, value) -> {
                if (named.put(name, value) != null) {
                    throw new TemplateException("argument '" + name + "' is given twice");
                }
            });
        }
        return new Arguments(positional, named);
    }
}
