package dev.lilla.serve.host;

import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.LoraAdapter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The adapters of one model while it runs. One that is removed is closed when no text uses it any more. Safe for use
/// by several threads.
final class AdapterSet {
    private final Consumer<LoraAdapter> closing;
    private final List<Slot> slots = new ArrayList<>();
    private int nextId;

    /// @param closing closes an adapter when no step can be using it
    AdapterSet(List<NamedAdapter> adapters, Consumer<LoraAdapter> closing) {
        this.closing = closing;
        adapters.forEach(this::add);
    }

    private static final class Slot {
        private final int id;
        private final NamedAdapter named;
        private float standing;
        private int uses;
        private boolean isRemoved;

        Slot(int id, NamedAdapter named) {
            this.id = id;
            this.named = named;
            this.standing = named.standing();
        }
    }

    /// Adapters that stay open until they are given back.
    ///
    /// @param release to be called once
    record Use(List<ActiveAdapter> active, Runnable release) {}

    /// @return its id
    /// @throws IllegalArgumentException if there is one of that name
    synchronized int add(NamedAdapter adapter) {
        if (find(adapter.name()).isPresent()) {
            throw new IllegalArgumentException("there is an adapter \"" + adapter.name() + "\" already");
        }
        slots.add(new Slot(nextId, adapter));
        return nextId++;
    }

    /// No further text gets it.
    ///
    /// @throws UnknownAdapterException if there is none of that name
    synchronized void remove(String name) {
        Slot slot = find(name).orElseThrow(() -> unknown("adapter \"" + name + "\""));
        slots.remove(slot);
        slot.isRemoved = true;
        closeIfUnused(slot);
    }

    synchronized Use use(AdapterChoice choice) {
        Map<Slot, Float> wanted = wanted(choice);
        List<ActiveAdapter> active = new ArrayList<>();
        // In the order of the set, so that equal choices find each other's cached beginnings.
        for (Slot slot : slots) {
            float scale = wanted.getOrDefault(slot, 0f);
            if (scale != 0) {
                active.add(new ActiveAdapter(slot.named.adapter(), scale));
                slot.uses++;
            }
        }
        List<Slot> used = slots.stream()
                .filter(slot -> wanted.getOrDefault(slot, 0f) != 0)
                .toList();
        return new Use(active, () -> release(used));
    }

    private Map<Slot, Float> wanted(AdapterChoice choice) {
        Map<Slot, Float> wanted = new HashMap<>();
        switch (choice) {
            case AdapterChoice.Standing() -> slots.forEach(slot -> wanted.put(slot, slot.standing));
            case AdapterChoice.Named(String name) -> {
                Slot slot = find(name).orElseThrow(() -> unknown("adapter \"" + name + "\""));
                wanted.put(slot, slot.named.scale());
            }
            case AdapterChoice.Scaled(Map<Integer, Float> scales) ->
                scales.forEach((id, scale) -> wanted.put(slot(id), scale));
        }
        return wanted;
    }

    private synchronized void release(List<Slot> used) {
        for (Slot slot : used) {
            slot.uses--;
            closeIfUnused(slot);
        }
    }

    private void closeIfUnused(Slot slot) {
        if (slot.isRemoved && slot.uses == 0) {
            closing.accept(slot.named.adapter());
        }
    }

    /// Sets the scales for texts that choose no adapter; those not given are left out from now on.
    synchronized void stand(Map<Integer, Float> scales) {
        Map<Slot, Float> wanted = wanted(new AdapterChoice.Scaled(scales));
        slots.forEach(slot -> slot.standing = wanted.getOrDefault(slot, 0f));
    }

    synchronized List<AdapterState> states() {
        return slots.stream()
                .map(slot -> new AdapterState(slot.id, slot.named.name(), slot.named.source(), slot.standing))
                .toList();
    }

    /// All that texts can get.
    synchronized List<LoraAdapter> all() {
        return slots.stream().map(slot -> slot.named.adapter()).toList();
    }

    private Optional<Slot> find(String name) {
        return slots.stream().filter(slot -> slot.named.name().equals(name)).findFirst();
    }

    private Slot slot(int id) {
        return slots.stream()
                .filter(slot -> slot.id == id)
                .findFirst()
                .orElseThrow(() -> unknown("adapter with the id " + id));
    }

    private UnknownAdapterException unknown(String what) {
        String known = slots.stream()
                .map(slot -> slot.named.name() + " (id " + slot.id + ")")
                .collect(Collectors.joining(", "));
        return new UnknownAdapterException(
                "the model has no " + what + "; it has " + (known.isEmpty() ? "no adapters" : known));
    }
}
