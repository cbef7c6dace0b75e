package dev.lilla.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.stream.Collectors;

/// The sentences of a task in a language, from `TASK.LANGUAGE.txt` and `common.LANGUAGE.txt`.
///
/// A rule is a line `[name]` and its alternatives, one a line, as [PhraseParser] reads them. After `[name] *` a
/// quarter of the alternatives, picked by a stable hash of their text, is held out: it never occurs in training data. A
/// line that begins with `+` is never held out, and the quarter is still one of all. Rules whose name begins with
/// `more` are for training only. Most of them stand in `TASK.more.LANGUAGE.txt`, which grows without changing what is
/// held out or what a test is made of.
final class Grammar {
    private static final int HELD_OUT_ONE_OF = 4;
    private static final String KEPT = "+";
    private static final String MORE = "more.";

    private final String name;
    private final Map<String, Rule> rules = new HashMap<>();

    private Grammar(String name) {
        this.name = name;
    }

    static Grammar load(String task, Language language) {
        Grammar grammar = new Grammar(task + "." + language.code());
        grammar.rules.putAll(grammar.read("common." + language.code() + ".txt"));
        grammar.rules.putAll(grammar.read(grammar.name + ".txt"));
        return grammar;
    }

    /// The same with the broader rules of `TASK.more.LANGUAGE.txt`, which add to those of the same name.
    static Grammar loadBroad(String task, Language language) {
        Grammar grammar = load(task, language);
        String file = task + ".more." + language.code() + ".txt";
        grammar.read(file).forEach((name, rule) -> {
            if (!name.startsWith(MORE)) {
                throw new IllegalStateException(file + ": [" + name + "] must begin with '" + MORE + "'");
            }
            grammar.rules.merge(name, rule, Rule::with);
        });
        return grammar;
    }

    /// The name of the broader rule beside a rule.
    static String more(String rule) {
        return MORE + rule;
    }

    /// The rule itself, or the broader one where nothing but training has it.
    String ownOrMore(String rule) {
        return has(rule) ? rule : more(rule);
    }

    /// The task and the language: `classify.en`.
    String name() {
        return name;
    }

    boolean has(String rule) {
        return rules.containsKey(rule);
    }

    /// @throws IllegalStateException if there is no such rule
    Rule rule(String rule) {
        Rule found = rules.get(rule);
        if (found == null) {
            throw new IllegalStateException("the grammar " + name + " has no rule [" + rule + "]");
        }
        return found;
    }

    /// The plain lines of a rule that lists things.
    List<String> lines(String rule) {
        return rule(rule).known().stream().map(Phrase::text).toList();
    }

    /// Every skeleton that is held out.
    List<Phrase> heldOut() {
        return rules.values().stream()
                .flatMap(rule -> rule.heldOut().stream())
                .filter(Phrase::starred)
                .toList();
    }

    /// Every skeleton that is not held out.
    List<Phrase> known() {
        return rules.values().stream().flatMap(rule -> rule.known().stream()).toList();
    }

    private Map<String, Rule> read(String file) {
        Map<String, Rule> read = new HashMap<>();
        for (Entry<String, List<String>> section : ResourceLines.read(file).entrySet()) {
            String header = section.getKey();
            int end = header.indexOf(']');
            boolean starred = header.endsWith("*");
            String rule = end < 0 ? "" : header.substring(1, end);
            if (rule.isEmpty() || section.getValue().isEmpty()) {
                throw new IllegalStateException(file + ": " + header + " needs a name in brackets and alternatives");
            }
            Set<String> kept = section.getValue().stream()
                    .filter(line -> line.startsWith(KEPT))
                    .map(line -> line.substring(1))
                    .collect(Collectors.toSet());
            read.put(rule, split(phrases(file, rule, section.getValue(), starred), starred, kept));
        }
        return read;
    }

    private List<Phrase> phrases(String file, String rule, List<String> lines, boolean starred) {
        List<Phrase> phrases = new ArrayList<>();
        for (String written : lines) {
            String line = written.startsWith(KEPT) ? written.substring(1) : written;
            try {
                phrases.add(new Phrase(
                        this, rule, line, name + " " + rule + ": " + line, PhraseParser.parse(line), starred));
            } catch (IllegalArgumentException e) {
                throw new IllegalStateException(file + ": [" + rule + "]: " + e.getMessage(), e);
            }
        }
        return phrases;
    }

    private static Rule split(List<Phrase> phrases, boolean starred, Set<String> kept) {
        if (!starred) {
            return new Rule(phrases, phrases);
        }
        int held = (phrases.size() + HELD_OUT_ONE_OF - 1) / HELD_OUT_ONE_OF;
        List<Phrase> ranked = phrases.stream()
                .sorted(Comparator.<Phrase>comparingInt(phrase -> kept.contains(phrase.text()) ? 1 : 0)
                        .thenComparingLong(phrase -> StableHash.of(phrase.text())))
                .toList();
        return new Rule(ranked.subList(held, ranked.size()), ranked.subList(0, held));
    }
}
