package dev.lilla.demo;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.TreeMap;

/// Answers for the house without a model: what a trained one has to beat.
///
/// For classification it says a label a line, for a reply the policy after the greeting; slips it leaves empty.
public final class HouseBaseline {
    private static final int KEYWORDS_A_LABEL = 20;

    /// How a label is found.
    public enum Method {
        /// Always the most frequent label.
        MAJORITY,
        /// The label with most of its keywords in the message; keywords are learned from the training logs.
        KEYWORDS
    }

    private final Method method;
    private final Map<String, Labels> labels = new HashMap<>();

    private record Labels(String majority, Map<String, Set<String>> keywords) {}

    /// Learns from training logs.
    public HouseBaseline(Method method, List<Example> logs) {
        this.method = method;
        for (Language language : Language.values()) {
            for (String part : List.of("category", "urgency", "policy")) {
                Map<String, Map<String, Integer>> words = new TreeMap<>();
                Map<String, Integer> totals = new TreeMap<>();
                for (Example log : logs) {
                    String label = label(part, log);
                    if (log.language() == language && !label.isEmpty()) {
                        totals.merge(label, 1, Integer::sum);
                        Map<String, Integer> ofLabel = words.computeIfAbsent(label, _ -> new TreeMap<>());
                        words(log.request()).forEach(word -> ofLabel.merge(word, 1, Integer::sum));
                    }
                }
                if (!totals.isEmpty()) {
                    labels.put(part + language, learned(words, totals));
                }
            }
        }
    }

    /// The answer to a log's request.
    public String answer(Example asked) {
        return switch (asked.task()) {
            case HOUSE_CLASSIFY ->
                "category: " + predicted("category", asked) + "\nurgency: " + predicted("urgency", asked);
            case HOUSE_REPLY -> {
                String close = asked.language() == Language.EN ? " Warmly, Kvitto" : " Varmt, Kvitto";
                yield "Hej " + firstName(asked) + "! " + predicted("policy", asked) + close;
            }
            default -> "";
        };
    }

    private String predicted(String part, Example asked) {
        Labels known = labels.get(part + asked.language());
        if (known == null) {
            return "";
        }
        if (method == Method.MAJORITY) {
            return known.majority();
        }
        Set<String> words = words(asked.request());
        String best = known.majority();
        long most = 0;
        for (Entry<String, Set<String>> label : known.keywords().entrySet()) {
            long hits = label.getValue().stream().filter(words::contains).count();
            if (hits > most) {
                most = hits;
                best = label.getKey();
            }
        }
        return best;
    }

    private static Labels learned(Map<String, Map<String, Integer>> words, Map<String, Integer> totals) {
        String majority = totals.entrySet().stream()
                .max(Entry.comparingByValue())
                .map(Entry::getKey)
                .orElseThrow();
        Map<String, Integer> overall = new HashMap<>();
        words.values().forEach(counts -> counts.forEach((word, count) -> overall.merge(word, count, Integer::sum)));
        Map<String, Set<String>> keywords = new TreeMap<>();
        words.forEach((label, counts) -> {
            int total = totals.getOrDefault(label, 1);
            Comparator<Entry<String, Integer>> byWeight = Comparator.comparingDouble(word ->
                    -word.getValue() * (double) word.getValue() / (overall.getOrDefault(word.getKey(), 1) * total));
            keywords.put(
                    label,
                    new HashSet<>(counts.entrySet().stream()
                            .sorted(byWeight.thenComparing(Entry.comparingByKey()))
                            .limit(KEYWORDS_A_LABEL)
                            .map(Entry::getKey)
                            .toList()));
        });
        return new Labels(majority, keywords);
    }

    private static String label(String part, Example log) {
        if (part.equals("policy")) {
            return log.task() == Task.HOUSE_REPLY ? HouseCorpus.policy(log.answer()) : "";
        }
        return log.answer()
                .lines()
                .filter(line -> log.task() == Task.HOUSE_CLASSIFY && line.startsWith(part + ": "))
                .map(line -> line.substring(part.length() + 2))
                .findFirst()
                .orElse("");
    }

    /// A rule written by hand: after the last word of the ending that stands in every language.
    private static String firstName(Example asked) {
        String text = asked.request();
        int ending = Math.max(text.lastIndexOf('.'), Math.max(text.lastIndexOf('?'), text.lastIndexOf('!')));
        String last = text.substring(ending + 1);
        for (String word : List.of(", ", "hälsningar ", "hälsning ", "Hälsningar ", "Mvh ")) {
            int at = last.indexOf(word);
            if (at >= 0) {
                return last.substring(at + word.length()).split(" ")[0];
            }
        }
        return "";
    }

    private static Set<String> words(String request) {
        String[] words = request.toLowerCase(Locale.ROOT).split("[^\\p{L}]+");
        return new HashSet<>(List.of(words));
    }
}
