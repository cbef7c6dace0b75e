package dev.lilla.template;

import dev.lilla.template.Expression.NamedCall;
import dev.lilla.template.Statement.Macro;
import dev.lilla.template.Statement.Target;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Runs the statements of one rendering. Owns what it changes: the output, the limits used, the variables.
final class Interpreter {
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private final Limits limits = new Limits();
    private final PythonText text = new PythonText(limits);
    private final Arithmetic arithmetic = new Arithmetic(limits, text);
    private final Comparison comparison = new Comparison(limits);
    private final Attributes attributes = new Attributes(limits);
    private final Evaluator evaluator;
    private final TemplateClock clock;
    private StringBuilder output = new StringBuilder();

    Interpreter(TemplateClock clock) {
        this.clock = clock;
        this.evaluator = new Evaluator(this);
    }

    Limits limits() {
        return limits;
    }

    PythonText text() {
        return text;
    }

    Arithmetic arithmetic() {
        return arithmetic;
    }

    Comparison comparison() {
        return comparison;
    }

    Attributes attributes() {
        return attributes;
    }

    Evaluator evaluator() {
        return evaluator;
    }

    TemplateClock clock() {
        return clock;
    }

    /// The text that `statements` print with `variables` in force.
    String render(List<Statement> statements, Map<String, Value> variables) {
        try {
            // Globals lie outside, so that a variable of the same name hides one.
            Scope globals = Scope.outermost(Globals.ALL);
            Scope scope = globals.inner();
            variables.forEach(scope::set);
            execute(statements, scope);
            return output.toString();
        } catch (TemplateException e) {
            throw e.at(evaluator.line());
        }
    }

    /// Calls a function, a macro or a recursive loop.
    Value call(Value callee, Arguments arguments) {
        limits.step();
        return switch (callee) {
            case Value.Function function -> function.body().call(arguments, this);
            case Value.Undefined(String problem) -> throw new TemplateException(problem);
            case LoopState loop ->
                loop.recurse(arguments.bind("loop", 1, "iterable").get("iterable"));
            case Value other -> throw new TemplateException("a " + Value.typeName(other) + " cannot be called");
        };
    }

    private Flow execute(List<Statement> statements, Scope scope) {
        limits.enter();
        Flow flow = Flow.NEXT;
        for (int i = 0; i < statements.size() && flow == Flow.NEXT; i++) {
            limits.step();
            flow = execute(statements.get(i), scope);
        }
        limits.leave();
        return flow;
    }

    private Flow execute(Statement statement, Scope scope) {
        switch (statement) {
            case Statement.Literal(String literal) -> print(literal);
            case Statement.Output(Expression value) -> print(text.str(evaluator.evaluate(value, scope)));
            case Statement.If branches -> {
                return executeIf(branches, scope);
            }
            case Statement.For loop -> executeFor(loop, scope, null, evaluator.evaluate(loop.iterable(), scope), 0);
            case Statement.RecursiveFor(Statement.For loop) ->
                executeRecursive(loop, scope, evaluator.evaluate(loop.iterable(), scope), 0);
            case Statement.Assign(Target target, Expression value) ->
                assign(target, evaluator.evaluate(value, scope), scope);
            case Statement.Capture(Target target, List<NamedCall> filters, List<Statement> body) -> {
                Captured captured = capture(body, scope.inner());
                if (captured.flow() == Flow.NEXT) {
                    assign(target, filtered(captured, filters, scope), scope);
                }
                return captured.flow();
            }
            case Statement.DefineMacro(Macro macro) -> scope.set(macro.name(), function(macro, scope));
            case Statement.CallBlock(Expression.Call call, Macro caller) ->
                print(text.str(evaluator.call(call, scope, Map.of("caller", function(caller, scope)))));
            case Statement.FilterBlock(List<NamedCall> filters, List<Statement> body) -> {
                Captured captured = capture(body, scope.inner());
                if (captured.flow() == Flow.NEXT) {
                    print(text.str(filtered(captured, filters, scope)));
                }
                return captured.flow();
            }
            case Statement.With(List<Statement.Assign> assignments, List<Statement> body) -> {
                Scope inner = scope.inner();
                for (Statement.Assign assignment : assignments) {
                    assign(assignment.target(), evaluator.evaluate(assignment.value(), scope), inner);
                }
                return execute(body, inner);
            }
            case Statement.Scoped(List<Statement> body) -> {
                return execute(body, scope.inner());
            }
            case Statement.Break() -> {
                return Flow.BREAK;
            }
            case Statement.Continue() -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private void print(String printed) {
        limits.allocate(printed.length());
        output.append(printed);
    }

    private Flow executeIf(Statement.If branches, Scope scope) {
        for (Statement.Branch branch : branches.branches()) {
            if (Value.isTrue(evaluator.evaluate(branch.test(), scope))) {
                return execute(branch.body(), scope);
            }
        }
        return execute(branches.otherwise(), scope);
    }

    private void executeRecursive(Statement.For loop, Scope scope, Value iterable, int depth) {
        LoopState.Recursion recursion = (children, level) -> {
            StringBuilder outer = output;
            output = new StringBuilder();
            limits.enter();
            executeRecursive(loop, scope, children, level);
            limits.leave();
            String printed = output.toString();
            output = outer;
            return new Value.Text(printed);
        };
        executeFor(loop, scope, recursion, iterable, depth);
    }

    private void executeFor(
            Statement.For loop, Scope scope, LoopState.@Nullable Recursion recursion, Value iterable, int depth) {
        List<Value> elements = Iteration.elements(iterable, limits);
        Expression filter = loop.filter();
        boolean knowsLength = filter == null && !(iterable instanceof Value.Generator);
        Iterator<Value> items =
                filter == null ? elements.iterator() : new FilteredItems(elements.iterator(), loop, filter, scope);
        OptionalInt length = knowsLength ? OptionalInt.of(elements.size()) : OptionalInt.empty();
        LoopState state = new LoopState(items, length, depth, recursion);
        boolean ran = false;
        Flow flow = Flow.NEXT;
        for (Optional<Value> item = state.advance(); item.isPresent(); item = state.advance()) {
            limits.step();
            ran = true;
            Scope inner = scope.inner();
            inner.set("loop", state);
            assign(loop.target(), item.get(), inner);
            flow = execute(loop.body(), inner);
            if (flow == Flow.BREAK) {
                break;
            }
        }
        if (!ran) {
            execute(loop.otherwise(), scope.inner());
        }
    }

    /// The items of a loop that its filter accepts, tested as they are taken.
    private final class FilteredItems implements Iterator<Value> {
        private final Iterator<Value> all;
        private final Statement.For loop;
        private final Expression filter;
        private final Scope scope;
        private @Nullable Value next;

        FilteredItems(Iterator<Value> all, Statement.For loop, Expression filter, Scope scope) {
            this.all = all;
            this.loop = loop;
            this.filter = filter;
            this.scope = scope;
        }

        @Override
        public boolean hasNext() {
            while (next == null && all.hasNext()) {
                Value candidate = all.next();
                Scope inner = scope.inner();
                assign(loop.target(), candidate, inner);
                if (Value.isTrue(evaluator.evaluate(filter, inner))) {
                    next = candidate;
                }
            }
            return next != null;
        }

        @Override
        public Value next() {
            Value item = hasNext() ? next : null;
            if (item == null) {
                throw new NoSuchElementException();
            }
            next = null;
            return item;
        }
    }

    private void assign(Target target, Value value, Scope scope) {
        switch (target) {
            case Target.Variable(String name) -> scope.set(name, value);
            case Target.NamespaceAttribute(String namespace, String attribute, int line) -> {
                evaluator.line(line);
                if (!(scope.find(namespace).orElse(null) instanceof NamespaceState state)) {
                    throw new TemplateException("cannot assign attribute '" + attribute + "': '" + namespace
                            + "' is no namespace; make one with namespace()");
                }
                state.set(attribute, value);
            }
            case Target.Unpacked(List<Target> targets, int line) -> {
                evaluator.line(line);
                List<Value> items = Iteration.elements(value, limits);
                if (items.size() != targets.size()) {
                    throw new TemplateException(
                            "cannot unpack " + items.size() + " values into " + targets.size() + " names");
                }
                for (int i = 0; i < items.size(); i++) {
                    assign(targets.get(i), items.get(i), scope);
                }
            }
        }
    }

    private Value filtered(Captured captured, List<NamedCall> filters, Scope scope) {
        Value value = new Value.Text(captured.text());
        for (NamedCall filter : filters) {
            value = evaluator.filter(value, filter, scope);
        }
        return value;
    }

    /// What statements printed, and whether they left a loop.
    private record Captured(String text, Flow flow) {}

    private Captured capture(List<Statement> body, Scope scope) {
        StringBuilder outer = output;
        output = new StringBuilder();
        Flow flow = execute(body, scope);
        Captured captured = new Captured(output.toString(), flow);
        output = outer;
        return captured;
    }

    private Value.Function function(Macro macro, Scope definition) {
        return new Value.Function(macro.name(), (arguments, interpreter) -> {
            limits.enter();
            Scope scope = definition.inner();
            new MacroCall(macro, interpreter).bind(arguments, scope);
            Captured captured = capture(macro.body(), scope);
            limits.leave();
            return new Value.Text(captured.text());
        });
    }
}
