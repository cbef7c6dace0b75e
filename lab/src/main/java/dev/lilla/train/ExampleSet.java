package dev.lilla.train;

import dev.lilla.generate.ModelText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Examples as tokens, with the report on how they came about.
public final class ExampleSet {
    private final List<EncodedExample> examples;
    private final Set<String> fingerprints;
    private final List<Fingerprinted> sources;
    private final ExampleReport report;

    /// Where an example came from, and what it says.
    private record Fingerprinted(int line, String fingerprint) {}

    private ExampleSet(List<EncodedExample> examples, List<Fingerprinted> sources, ExampleReport report) {
        this.examples = List.copyOf(examples);
        this.sources = sources;
        this.report = report;
        this.fingerprints = new HashSet<>();
        sources.forEach(source -> fingerprints.add(source.fingerprint()));
    }

    /// Encodes examples.
    ///
    /// @param name what they are, for messages
    /// @throws IllegalArgumentException if none is left
    public static ExampleSet encode(String name, List<Example> examples, ModelText text, EncodingOptions options) {
        ExampleEncoder encoder = new ExampleEncoder(text, options);
        List<EncodedExample> kept = new ArrayList<>();
        List<Fingerprinted> sources = new ArrayList<>();
        Map<String, List<Integer>> dropped = new LinkedHashMap<>();
        List<Integer> repeated = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Example example : examples) {
            switch (encoder.encode(example)) {
                case ExampleEncoder.Outcome.Kept(List<EncodedExample> parts) -> {
                    kept.addAll(parts);
                    Fingerprinted source = new Fingerprinted(example.line(), Fingerprint.of(example));
                    sources.add(source);
                    if (!seen.add(source.fingerprint())) {
                        repeated.add(example.line());
                    }
                }
                case ExampleEncoder.Outcome.Dropped(String reason) ->
                    dropped.computeIfAbsent(reason, _ -> new ArrayList<>()).add(example.line());
            }
        }
        if (kept.isEmpty()) {
            throw new IllegalArgumentException(name + ": no example is left to train on. Left out: " + dropped);
        }
        return new ExampleSet(kept, sources, report(examples.size(), kept, dropped, repeated));
    }

    /// Examples that are tokens already.
    static ExampleSet of(List<EncodedExample> examples) {
        return new ExampleSet(examples, List.of(), report(examples.size(), examples, Map.of(), List.of()));
    }

    private static ExampleReport report(
            int examples, List<EncodedExample> kept, Map<String, List<Integer>> dropped, List<Integer> repeated) {
        return new ExampleReport(
                examples,
                kept.size(),
                LengthDistribution.of(
                        kept.stream().mapToInt(EncodedExample::length).toArray()),
                kept.stream().mapToLong(EncodedExample::learned).sum(),
                kept.stream()
                        .filter(EncodedExample::truncated)
                        .map(EncodedExample::line)
                        .toList(),
                dropped,
                repeated,
                List.of());
    }

    /// The same with the lines that another set has too in its report.
    public ExampleSet comparedWith(ExampleSet other) {
        List<Integer> shared = sources.stream()
                .filter(source -> other.fingerprints.contains(source.fingerprint()))
                .map(Fingerprinted::line)
                .toList();
        return new ExampleSet(examples, sources, report.withShared(shared));
    }

    public ExampleReport report() {
        return report;
    }

    /// How many sequences there are.
    public int size() {
        return examples.size();
    }

    /// A digest of all tokens and weights in their order.
    public String digest() {
        return Fingerprint.of(examples);
    }

    EncodedExample get(int index) {
        return examples.get(index);
    }

    /// Tokens of each.
    int[] lengths() {
        return examples.stream().mapToInt(EncodedExample::length).toArray();
    }
}
