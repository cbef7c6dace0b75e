package dev.lilla.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Scores of answers by task, split and kind: whole answers, and their parts.
public final class Scores {
    private final Map<String, int[]> counts = new TreeMap<>();

    /// Counts an answer: exact but for space around it, and by its parts.
    public void add(Example expected, String produced) {
        String answer = produced.strip();
        String group = expected.task().label() + ", " + expected.split().label();
        boolean exact = answer.equals(expected.answer());
        count(group, "exact", exact);
        switch (expected.task()) {
            case CLASSIFY, HOUSE_CLASSIFY -> addLines(group, expected.answer(), answer);
            case EXTRACT -> addFields(group, expected.answer(), answer);
            case QUESTION -> count(group + ", " + expected.kind(), "exact", exact);
            case HOUSE_REPLY -> {
                String policy = HouseCorpus.policy(expected.answer());
                count(group, "policy", HouseCorpus.policy(answer).equals(policy));
            }
            default -> {}
        }
    }

    /// All scores, sorted by group.
    public List<Score> list() {
        List<Score> scores = new ArrayList<>();
        counts.forEach((key, count) -> {
            int bar = key.indexOf('|');
            scores.add(new Score(key.substring(0, bar), key.substring(bar + 1), count[0], count[1]));
        });
        return scores;
    }

    /// The scores as a table of text, in percent with their 95 % intervals.
    public String table() {
        StringBuilder table = new StringBuilder();
        for (Score score : list()) {
            table.append(String.format(
                    Locale.ROOT,
                    "%-38s %-10s %6.1f  [%5.1f, %5.1f]  %d of %d%n",
                    score.group(),
                    score.what(),
                    100 * score.share(),
                    100 * score.low(),
                    100 * score.high(),
                    score.correct(),
                    score.total()));
        }
        return table.toString();
    }

    private void addLines(String group, String expected, String produced) {
        List<String> found = produced.lines().map(String::strip).toList();
        for (String line : expected.lines().toList()) {
            count(group, line.substring(0, line.indexOf(':')), found.contains(line));
        }
    }

    private void addFields(String group, String expected, String produced) {
        JsonNode wanted = JsonMapper.shared().readTree(expected);
        JsonNode found = parsed(produced);
        for (String key : wanted.propertyNames()) {
            count(group, key, wanted.get(key).equals(found.get(key)));
        }
    }

    private static JsonNode parsed(String json) {
        try {
            return JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            return JsonMapper.shared().createObjectNode();
        }
    }

    private void count(String group, String what, boolean correct) {
        int[] count = counts.computeIfAbsent(group + "|" + what, _ -> new int[2]);
        count[0] += correct ? 1 : 0;
        count[1]++;
    }
}
