package dev.lilla.template;

import dev.lilla.template.Statement.Macro;
import dev.lilla.template.Statement.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Gives the arguments of a macro call to its parameters.
final class MacroCall {
    private final Macro macro;
    private final Interpreter interpreter;

    MacroCall(Macro macro, Interpreter interpreter) {
        this.macro = macro;
        this.interpreter = interpreter;
    }

    /// Sets the parameters in `scope`, the macro's own.
    void bind(Arguments arguments, Scope scope) {
        Map<String, Value> named = new LinkedHashMap<>(arguments.named());
        List<Value> positional = arguments.positional();
        List<Parameter> parameters = macro.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            Value given = i < positional.size() ? positional.get(i) : named.remove(parameter.name());
            if (i < positional.size() && named.containsKey(parameter.name())) {
                throw new TemplateException(
                        "macro '" + macro.name() + "' got two values for '" + parameter.name() + "'");
            }
            scope.set(parameter.name(), given != null ? given : fallback(parameter, scope));
        }
        bindSpecials(named, positional, scope);
    }

    private Value fallback(Parameter parameter, Scope scope) {
        Expression fallback = parameter.fallback();
        return fallback == null
                ? new Value.Undefined("parameter '" + parameter.name() + "' was not provided")
                : interpreter.evaluator().evaluate(fallback, scope);
    }

    private void bindSpecials(Map<String, Value> named, List<Value> positional, Scope scope) {
        int parameters = macro.parameters().size();
        if (macro.specials().contains("caller") && isNoParameter("caller")) {
            Value caller = named.remove("caller");
            scope.set("caller", caller != null ? caller : new Value.Undefined("no caller defined"));
        }
        if (macro.specials().contains("kwargs") && isNoParameter("kwargs")) {
            scope.set("kwargs", new Value.Mapping(Dict.of(named)));
        } else if (!named.isEmpty()) {
            throw new TemplateException("macro '" + macro.name() + "' takes no argument '"
                    + named.keySet().iterator().next() + "'");
        }
        if (macro.specials().contains("varargs") && isNoParameter("varargs")) {
            List<Value> rest = positional.subList(Math.min(parameters, positional.size()), positional.size());
            scope.set("varargs", new Value.Tuple(rest, List.of()));
        } else if (positional.size() > parameters) {
            throw new TemplateException("macro '" + macro.name() + "' takes at most " + parameters
                    + " arguments, found " + positional.size());
        }
    }

    private boolean isNoParameter(String name) {
        return macro.parameters().stream()
                .noneMatch(parameter -> parameter.name().equals(name));
    }
}
