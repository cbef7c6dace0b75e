package dev.lilla.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// All that has to be the same for a run to go on as if it had never stopped, by what people call it.
public record RunIdentity(SortedMap<String, String> facts) {
    public RunIdentity {
        facts = new TreeMap<>(facts);
    }

    static RunIdentity of(Map<String, ?> facts) {
        SortedMap<String, String> texts = new TreeMap<>();
        facts.forEach((name, value) -> texts.put(name, value.toString()));
        return new RunIdentity(texts);
    }

    /// What another one has differently: `learning rate was 0.001, is 0.002`.
    List<String> differences(RunIdentity now) {
        SortedSet<String> names = new TreeSet<>(facts.keySet());
        names.addAll(now.facts.keySet());
        List<String> differences = new ArrayList<>();
        for (String name : names) {
            String was = facts.getOrDefault(name, "unknown");
            String is = now.facts.getOrDefault(name, "unknown");
            if (!was.equals(is)) {
                differences.add(name + " was " + was + ", is " + is);
            }
        }
        return differences;
    }
}
