package dev.lilla.template;

import java.util.List;
import java.util.Optional;

/// What `cycler(a, b, …)` makes.
final class CyclerState implements Value.Stateful {
    private final List<Value> items;
    private int position;

    CyclerState(List<Value> items) {
        if (items.isEmpty()) {
            throw new TemplateException("cycler() needs at least one item");
        }
        this.items = items;
    }

    @Override
    public String typeName() {
        return "Cycler";
    }

    @Override
    public Optional<Value> attribute(String name) {
        return switch (name) {
            case "current" -> Optional.of(items.get(position));
            case "next" ->
                Optional.of(new Value.Function(name, (arguments, interpreter) -> {
                    arguments.none(name);
                    Value item = items.get(position);
                    position = (position + 1) % items.size();
                    return item;
                }));
            case "reset" ->
                Optional.of(new Value.Function(name, (arguments, interpreter) -> {
                    arguments.none(name);
                    position = 0;
                    return Value.None.NONE;
                }));
            default -> Optional.empty();
        };
    }

    @Override
    public String toString() {
        return "<Cycler>";
    }
}
